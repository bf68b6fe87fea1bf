"""The page on which an administrator of a tenant consents to the application, or declines."""

from collections.abc import Mapping
from html import escape

from integrations.microsoft.simulator import errors
from integrations.microsoft.simulator.environment import Environment
from integrations.microsoft.simulator.exchange import Answer, Call
from integrations.microsoft.simulator.html import hidden_fields, page, redirect
from integrations.microsoft.simulator.world import SimulatedTenant

_CARRIED = ("client_id", "redirect_uri", "scope", "state")
_OFFERED_TENANTS = 50


class AdminConsent:
    def __init__(self, environment: Environment) -> None:
        self._environment = environment

    def answer(self, tenant: SimulatedTenant | None, call: Call, asked: Mapping[str, str]) -> Answer:
        """Without a tenant in the address, the administrator's own is asked for."""
        application = self._environment.application
        if asked.get("client_id", "").lower() != application.id:
            raise errors.application_not_found(
                asked.get("client_id", ""), tenant.tenant_id if tenant else "organizations"
            )
        if not application.accepts_redirect(asked.get("redirect_uri", "")):
            raise errors.wrong_redirect(asked.get("redirect_uri", ""), application.id)
        if call.method != "POST":
            return self._question(tenant, call, asked)
        return self._decide(tenant or self._environment.world.get_tenant(asked["tenant"]), asked)

    def _decide(self, tenant: SimulatedTenant, asked: Mapping[str, str]) -> Answer:
        state = {"state": asked["state"]} if "state" in asked else {}
        if asked.get("decision") != "accept":
            refusal = errors.admin_declined()
            told = {"admin_consent": "True", "error": refusal.error, "error_description": refusal.summary}
            return redirect(asked["redirect_uri"], told | state)
        self._environment.consents.grant(
            tenant.tenant_id, roles=self._environment.application.requested_roles
        )
        told = {"admin_consent": "True", "tenant": tenant.tenant_id}
        # The older form of the address knows no scope, and so its answer has none.
        scope = {"scope": asked["scope"]} if "scope" in asked else {}
        return redirect(asked["redirect_uri"], told | scope | state)

    def _question(self, tenant: SimulatedTenant | None, call: Call, asked: Mapping[str, str]) -> Answer:
        carried = {name: asked[name] for name in _CARRIED if name in asked}
        wanted = "".join(
            f"<li>{escape(role)}</li>" for role in sorted(self._environment.application.requested_roles)
        )
        body = f"""<p>{escape(tenant.display_name) if tenant else "Your organization"} lets this application read:</p>
<ul>{wanted}</ul>
<form method="post" action="{escape(call.path)}">
{hidden_fields(carried)}
{"" if tenant else self._choice()}
<button name="decision" value="accept">Accept</button>
<button name="decision" value="cancel">Cancel</button>
</form>"""
        return page("Permissions requested", body)

    def _choice(self) -> str:
        offered = self._environment.world.tenants[:_OFFERED_TENANTS]
        options = "".join(
            f'<option value="{each.tenant_id}">{escape(each.display_name)}</option>' for each in offered
        )
        return f'<label>Organization <select name="tenant">{options}</select></label>'
