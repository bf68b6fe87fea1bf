"""Exits with 0 when the portal in this container says that it is healthy."""

import sys
from http.client import HTTPConnection, HTTPException


def is_healthy() -> bool:
    # Not urllib, which would ask a proxy that the environment names.
    connection = HTTPConnection("127.0.0.1", 8000, timeout=4)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False


if __name__ == "__main__":
    sys.exit(not is_healthy())
