"""`python -m tests.bench sync` or `lists`: sets Django up on the local servers, then measures."""

import os
import sys
from importlib import import_module

import django

from itglue_portal import local_services

BENCHES = ("sync", "lists")

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "itglue_portal.settings")

if len(sys.argv) < 2 or sys.argv[1] not in BENCHES:
    sys.exit(f"Say what to measure: {' or '.join(BENCHES)}.")

with local_services.running():
    django.setup()
    import_module(f"tests.bench.{sys.argv[1]}").main(sys.argv[2:])
