#!/usr/bin/env python
"""Django's command line. Without DATABASE_URL every command runs on the project's own local servers."""

import os
import signal
import sys
from contextlib import AbstractContextManager, nullcontext

from itglue_portal import local_services


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "itglue_portal.settings")
    from django.core.management import execute_from_command_line  # noqa: PLC0415 - settings come first

    # As an ordinary exit, so that the last user of the local servers stops them; also where a shell that started us in
    # the background has switched Ctrl-C off.
    for stop in (signal.SIGTERM, signal.SIGINT):
        signal.signal(stop, signal.default_int_handler)
    try:
        with _servers():
            execute_from_command_line(sys.argv)
    except local_services.ServicesError as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        sys.exit(130)


def _servers() -> AbstractContextManager[object]:
    needs_none = "--help" in sys.argv or sys.argv[1:2] in (["services"], ["graph_simulator"])
    return nullcontext() if os.environ.get("DATABASE_URL") or needs_none else local_services.running()


if __name__ == "__main__":
    main()
