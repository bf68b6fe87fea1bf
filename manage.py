#!/usr/bin/env python
"""Django's command line. Without DATABASE_URL every command runs on the project's own local servers."""

import os
import sys
from contextlib import nullcontext


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "itglue_portal.settings")
    from django.core.management import execute_from_command_line  # noqa: PLC0415 - settings come first

    from itglue_portal import local_services  # noqa: PLC0415 - as above

    own_servers = not os.environ.get("DATABASE_URL") and "--help" not in sys.argv
    with local_services.running() if own_servers else nullcontext():
        execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
