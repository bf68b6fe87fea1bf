"""The simulator's controls as JSON below `/_simulator/`, for drills from another process."""

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

from integrations.microsoft.simulator.application import DEFAULT_ROLES
from integrations.microsoft.simulator.editing import edits
from integrations.microsoft.simulator.environment import Environment
from integrations.microsoft.simulator.exchange import JSON_TYPE, Answer, Call, to_json
from integrations.microsoft.simulator.faults import Fault, Rule

PREFIX = "/_simulator"
Control = Callable[[str, dict[str, Any]], Any]


class Controls:
    def __init__(self, environment: Environment) -> None:
        self._environment = environment
        self._controls: Mapping[tuple[str, str], Control] = {
            ("GET", ""): self._overview,
            ("GET", "tenants"): self._licenses,
            ("POST", "tenants"): self._edit,
            ("GET", "requests"): self._requests,
            ("DELETE", "requests"): self._forget_requests,
            ("GET", "faults"): self._faults,
            ("POST", "faults"): self._misbehave,
            ("DELETE", "faults"): self._behave,
            ("PUT", "consent"): self._grant_consent,
            ("DELETE", "consent"): self._revoke_consent,
            ("PUT", "latency"): self._set_latency,
        }

    def answer(self, call: Call) -> Answer:
        area, _, tenant_id = call.path.removeprefix(PREFIX).strip("/").partition("/")
        control = self._controls.get((call.method, area))
        if control is None:
            return _json(404, {"error": f"no control answers {call.method} {call.path}"})
        try:
            return _json(200, control(tenant_id, json.loads(call.body or b"{}")))
        except (KeyError, TypeError, ValueError) as error:
            return _json(400, {"error": f"{type(error).__name__}: {error}"})

    def _overview(self, _: str, body: dict[str, Any]) -> Any:
        world = self._environment.world
        return {
            "url": self._environment.origin,
            "application_id": self._environment.application.id,
            "seed": world.seed,
            "latency": self._environment.latency,
            "edits": list(edits()),
            "tenants": [
                {
                    "tenant_id": each.tenant_id,
                    "display_name": each.display_name,
                    "default_domain": each.default_domain,
                }
                for each in world.tenants
            ],
        }

    def _licenses(self, tenant_id: str, body: dict[str, Any]) -> Any:
        return {
            "licenses": [asdict(held) for held in self._environment.world.get_tenant(tenant_id).licenses()]
        }

    def _edit(self, tenant_id: str, body: dict[str, Any]) -> Any:
        """`{"edit": "suspend_sku", "sku": "SPB"}`: a method of the editor and its arguments, or `rename`."""
        tenant = self._environment.world.get_tenant(tenant_id)
        name = body.pop("edit")
        if name == "rename":
            tenant.rename(**body)
        elif name in edits():
            getattr(tenant.edit, name)(**body)
        else:
            raise KeyError(name)
        return {"revision": tenant.revision}

    def _requests(self, _: str, body: dict[str, Any]) -> Any:
        return {"requests": [asdict(each) for each in self._environment.journal.requests()]}

    def _forget_requests(self, _: str, body: dict[str, Any]) -> Any:
        self._environment.journal.forget()
        return {}

    def _faults(self, _: str, body: dict[str, Any]) -> Any:
        return {"faults": [asdict(rule) for rule in self._environment.faults.rules()]}

    def _misbehave(self, _: str, body: dict[str, Any]) -> Any:
        """`{"fault": {"kind": "throttled", "retry_after": 2}, "tenant": ..., "endpoint": ..., "times": 3}`"""
        described = dict(body["fault"])
        from_page = described.pop("from_page", None)
        fault: Fault = getattr(Fault, _known(described.pop("kind")))(**described)
        fault = fault.on_page(from_page) if from_page else fault
        self._environment.faults.add(Rule(fault, body.get("tenant"), body.get("endpoint"), body.get("times")))
        return {}

    def _behave(self, _: str, body: dict[str, Any]) -> Any:
        self._environment.faults.clear()
        return {}

    def _grant_consent(self, tenant_id: str, body: dict[str, Any]) -> Any:
        self._environment.consents.grant(tenant_id, roles=body.get("roles", DEFAULT_ROLES))
        return {}

    def _revoke_consent(self, tenant_id: str, body: dict[str, Any]) -> Any:
        self._environment.consents.revoke(tenant_id)
        return {}

    def _set_latency(self, _: str, body: dict[str, Any]) -> Any:
        self._environment.latency = float(body["seconds"])
        return {}


def _known(kind: str) -> str:
    return Fault(kind).kind


def _json(status: int, document: Any) -> Answer:
    return Answer(status, to_json(document), JSON_TYPE)
