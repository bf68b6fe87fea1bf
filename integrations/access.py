"""Integrations and runs for those who may manage them, or a plain 404."""

from django.http import Http404

from integrations.models import Integration, SyncRun
from organizations.models import User
from organizations.policies import require
from organizations.roles import Right


def get_integration(user: User, integration_id: int) -> Integration:
    require(user, Right.MANAGE_INTEGRATIONS)
    integration = (
        Integration.objects.visible_to(user).select_related("settings").filter(pk=integration_id).first()
    )
    if integration is None:
        raise Http404("No such integration.")
    return integration


def get_run(user: User, run_id: int) -> SyncRun:
    require(user, Right.MANAGE_INTEGRATIONS)
    run = SyncRun.objects.visible_to(user).select_related("integration").filter(pk=run_id).first()
    if run is None:
        raise Http404("No such sync run.")
    return run
