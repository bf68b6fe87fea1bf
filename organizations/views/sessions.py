"""Where one is signed in, and ending that."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from organizations.access import AccountRequest
from organizations.actions.signing_in import end_one_session, end_other_sessions
from organizations.sign_in.sessions import sessions_of


@require_safe
def session_list(request: AccountRequest, account: str) -> HttpResponse:
    sessions = sessions_of(request.user, this=request.session.session_key, now=timezone.now())
    return render(request, "organizations/security_sessions.html", {"sessions": sessions})


@require_POST
def session_end(request: AccountRequest, account: str) -> HttpResponse:
    given = request.POST.get("session", "")
    session_id = int(given) if given.isascii() and given.isdigit() and len(given) < 19 else 0
    if not end_one_session(request.user, session_id, now=timezone.now()):
        raise Http404("No such session.")
    messages.success(request, "That device is signed out.")
    return redirect("organizations:session-list", account)


@require_POST
def session_end_others(request: AccountRequest, account: str) -> HttpResponse:
    this = request.session.session_key
    ended = end_other_sessions(request.user, this_session=this, now=timezone.now())
    devices = "1 other device is" if ended == 1 else f"{ended} other devices are"
    messages.success(request, f"{devices} signed out.")
    return redirect("organizations:session-list", account)
