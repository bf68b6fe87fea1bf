import pytest


@pytest.fixture
def without_mail_server(settings):
    """Links are then shown to who makes them."""
    settings.EMAIL_HOST = ""
    settings.PUBLIC_URL = "http://localhost"
