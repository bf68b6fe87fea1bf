"""Admin > Users: the list, and one user's page."""

from collections.abc import Callable
from datetime import datetime
from functools import partial

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from organizations.access import AccountRequest, get_user
from organizations.actions.invitations import (
    NotInvitableError,
    SentInvitation,
    invite,
    revoke_invitation,
    why_no_link,
)
from organizations.actions.people import (
    EmailTakenError,
    LastAdministratorError,
    NotGrantableError,
    OwnAccessError,
    add_user,
    deactivate_user,
    edit_user,
    reactivate_user,
    user_version,
)
from organizations.actions.reach import LiteReachError
from organizations.actions.signing_in import reset_second_factors
from organizations.delegation import may_change_user
from organizations.forms.people import InviteForm, ProfileForm
from organizations.lists import ChoiceFilter, EitherFilter, ListQuery, ListSpec, answer_list, build_page
from organizations.mail import mail_trouble
from organizations.models import Invitation, User
from organizations.people_columns import more_user_columns, states_of, user_columns
from organizations.policies import require, visible_users
from organizations.roles import Right, Role
from organizations.sign_in.factors import has_second_factor
from organizations.versions import OutdatedFormError
from organizations.views.proving import after_recent_sign_in

REFUSALS = (
    EmailTakenError,
    LastAdministratorError,
    LiteReachError,
    NotGrantableError,
    OutdatedFormError,
    OwnAccessError,
)

ROLES = [(role.value, role.label) for role in Role]
STATES = [
    ("active", "Active", Q(is_active=True)),
    ("deactivated", "Deactivated", Q(is_active=False)),
]


@require_http_methods(["GET", "HEAD", "POST"])
def user_list(request: AccountRequest, account: str) -> HttpResponseBase:
    require(request.user, Right.MANAGE_USERS)
    query = ListQuery.of(request.GET)
    spec = ListSpec(
        url=request.path,
        query=query,
        rows=visible_users(request.user).matching(query.search),
        columns=user_columns(account),
        extra_columns=partial(more_user_columns, now=timezone.now()),
        noun=("user", "users"),
        search_placeholder="Find a user by name or e-mail",
        empty_title="No users",
        empty_text="Invite the first one.",
        filter_by=[
            ChoiceFilter("role", "Role", column="role", choices=ROLES, is_at_hand=True),
            EitherFilter("state", "State", conditions=STATES),
        ],
        key="users",
        user=request.user,
    )
    if (answer := answer_list(request, spec)) is not None:
        return answer
    return render(request, "organizations/user_list.html", {"page": build_page(spec), "navigation": "admin"})


@require_http_methods(["GET", "HEAD", "POST"])
def user_new(request: AccountRequest, account: str) -> HttpResponse:
    """Without a mail server the answer is the link itself, since nobody can be shown it again."""
    require(request.user, Right.MANAGE_USERS)
    sent = request.POST if request.method == "POST" else None
    form = InviteForm(sent, actor=request.user)
    if form.is_valid():
        now, email = timezone.now(), form.cleaned_data["email"]
        try:
            user = add_user(request.account, email, profile=form.profile, now=now, actor=request.user)
        except REFUSALS as refused:
            form.add_error("email" if isinstance(refused, EmailTakenError) else None, str(refused))
        else:
            return _told(request, user, invite(user, now=now, actor=request.user))
    context = {"form": form, "navigation": "admin", "mail_trouble": mail_trouble(request.account.pk)}
    return render(request, "organizations/user_new.html", context, status=200 if sent is None else 422)


@require_http_methods(["GET", "HEAD", "POST"])
def user_detail(request: AccountRequest, account: str, user_id: int) -> HttpResponse:
    require(request.user, Right.MANAGE_USERS)
    person = get_user(request.user, user_id)
    sent = request.POST if request.method == "POST" else None
    form = (
        ProfileForm(sent, actor=request.user, user=person) if may_change_user(request.user, person) else None
    )
    if sent is not None and form is None:
        raise PermissionDenied(str(NotGrantableError()))
    if form is not None and form.is_valid() and _save(request, person, form):
        messages.success(request, "Saved.")
        return redirect("organizations:user-detail", account, person.pk)
    context = _page_of(request, person) | {"form": form}
    return render(request, "organizations/user_detail.html", context, status=200 if sent is None else 422)


def _save(request: AccountRequest, person: User, form: ProfileForm) -> bool:
    try:
        edit_user(
            person,
            profile=form.profile,
            now=timezone.now(),
            actor=request.user,
            version=request.POST.get("version"),
        )
    except REFUSALS as refused:
        form.add_error(None, str(refused))
        return False
    return True


def _page_of(request: AccountRequest, person: User) -> dict[str, object]:
    now = timezone.now()
    # Read anew: a form that was refused has left its values behind.
    person = get_user(request.user, person.pk)
    return {
        "person": person,
        "state": states_of([person], now=now)[person.pk],
        "invitation": Invitation.objects.of_account(person.account_id).unused().filter(user=person).first(),
        "has_second_factor": has_second_factor(person),
        "is_self": person.pk == request.user.pk,
        "version": user_version(person),
        "may_send_link": not why_no_link(person, actor=request.user),
        "navigation": "admin",
    }


@require_POST
def user_deactivate(request: AccountRequest, account: str, user_id: int) -> HttpResponse:
    return _act(request, user_id, deactivate_user, "{name} can't sign in any more.")


@require_POST
def user_reactivate(request: AccountRequest, account: str, user_id: int) -> HttpResponse:
    return _act(request, user_id, reactivate_user, "{name} can sign in again.")


@require_POST
@after_recent_sign_in
def second_factors_reset(request: AccountRequest, account: str, user_id: int) -> HttpResponse:
    """Of somebody who lost theirs."""
    return _act(request, user_id, _reset_second_factors, "{name} has no second factor any more.")


def _reset_second_factors(person: User, *, now: datetime, actor: User) -> None:
    if not may_change_user(actor, person):
        raise NotGrantableError
    if person.pk == actor.pk:
        raise OwnAccessError
    reset_second_factors(person, now=now, actor=actor)


@require_POST
def invitation_revoke(request: AccountRequest, account: str, user_id: int) -> HttpResponse:
    return _act(request, user_id, revoke_invitation, "The link sent to {name} is of no use any more.")


@require_POST
@after_recent_sign_in
def invitation_send(request: AccountRequest, account: str, user_id: int) -> HttpResponse:
    require(request.user, Right.MANAGE_USERS)
    person = get_user(request.user, user_id)
    try:
        sent = invite(person, now=timezone.now(), actor=request.user)
    except (NotGrantableError, NotInvitableError) as refused:
        messages.error(request, str(refused))
        return redirect("organizations:user-detail", account, person.pk)
    return _told(request, person, sent)


def _act(request: AccountRequest, user_id: int, action: Callable[..., object], done: str) -> HttpResponse:
    require(request.user, Right.MANAGE_USERS)
    person = get_user(request.user, user_id)
    now: datetime = timezone.now()
    try:
        action(person, now=now, actor=request.user)
    except REFUSALS as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, done.format(name=person.name))
    return redirect("organizations:user-detail", request.account.slug, person.pk)


def _told(request: AccountRequest, person: User, sent: SentInvitation) -> HttpResponse:
    if sent.is_posted:
        messages.success(request, f"A link to choose a password is on its way to {person.email}.")
        return redirect("organizations:user-detail", request.account.slug, person.pk)
    context = {"person": person, "sent": sent, "navigation": "admin"}
    return render(request, "organizations/invitation_link.html", context)
