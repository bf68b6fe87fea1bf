"""The composition root: settings, URLs, the Celery app, the database backend and the local servers."""
