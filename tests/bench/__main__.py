"""`python -m tests.bench`: sets Django up on the local servers, then measures."""

import os

import django

from itglue_portal import local_services

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "itglue_portal.settings")

with local_services.running():
    django.setup()

    from tests.bench.sync import main

    main()
