"""An authenticator app and a passkey, as tests hold them in their hands."""

import re

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value

from organizations.access import account_transaction
from organizations.actions.signing_in import add_app, renew_recovery_codes
from organizations.sign_in.factors import new_app_secret

PERIOD = 30


def code_of(secret, now, *, periods=0):
    """What the app shows at this time, or so many half minutes later."""
    return format_hotp_value(hotp_value(secret, int(now.timestamp()) // PERIOD + periods))


def give_app(user, now):
    """The user has an app; a code of an hour ago was its first."""
    secret = new_app_secret()
    with account_transaction(user.account_id):
        assert add_app(user, secret, code_of(secret, now, periods=-120), now=now.replace(hour=now.hour - 1))
    return secret


def give_codes(user, now):
    with account_transaction(user.account_id):
        return renew_recovery_codes(user, now=now)


def factors_in_database(user):
    with account_transaction(user.account_id):
        return sorted(Authenticator.objects.filter(user_id=user.pk).values_list("type", flat=True))


def shown_secret(response):
    """The key that a page asks to type into the app."""
    return re.search(r'id="id_secret"[^>]*>([A-Z2-7]+)<', response.content.decode())[1]


def shown_codes(response):
    return re.findall(r"<code>(\d{8})</code>", response.content.decode())
