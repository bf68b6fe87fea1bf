"""The web server's entry point; it refuses to serve over a role that could bypass the wall."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "itglue_portal.settings")

application = get_wsgi_application()

from itglue_portal.database.guard import refuse_unsafe_role  # noqa: E402 - needs Django set up
from organizations.first_run import announce_first_run  # noqa: E402 - likewise

refuse_unsafe_role()
announce_first_run()
