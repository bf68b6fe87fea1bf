"""E-mail to somebody whose way of signing in has changed: if it was not them, this is how they learn of it."""

from datetime import datetime

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse

from organizations.mail import has_mail_server, post
from organizations.models import User


def tell_user(user: User, what: str, *, now: datetime, actor: User | None) -> None:
    """`what` is a sentence. Without a mail server there is nothing to tell by, and late it would only frighten."""
    if not has_mail_server():
        return
    context = {
        "user": user,
        "account": user.account,
        "what": what,
        "at": now,
        "by": "" if actor == user else actor.name if actor else "whoever runs the server",
        "address": f"{settings.PUBLIC_URL}{reverse('organizations:security', args=[user.account.slug])}",
    }
    post(
        user.account_id,
        to=[user.email],
        subject=f"Your sign-in to the documentation of {user.account.name} has changed",
        body=render_to_string("organizations/mail/security.txt", context),
        dedupe_key=f"security {user.pk} {now.isoformat()} {what}"[:200],
        now=now,
    )
