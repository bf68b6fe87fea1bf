"""What htmx replaces while a sync runs, and what it must leave alone."""

import re
from datetime import UTC, datetime
from types import SimpleNamespace

from django.template.loader import render_to_string

from integrations.rows import Action

NOW = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)
OUT_OF_BAND = re.compile(r'id="([\w-]+)" hx-swap-oob="true"')


def row(**changes):
    actions = [
        Action("Sync Settings", "/settings", "get", "sliders-horizontal"),
        Action("Start Manual Sync", "/start", "post", "refresh-cw"),
    ]
    values = {
        "id": 1207, "name": "Microsoft", "type_label": "Microsoft", "status": "OK", "tone": "ok", "status_hint": "",
        "is_live": False, "done": 12, "total": 12, "written_text": "", "estimate_text": "", "last_sync_at": NOW,
        "duration_text": "3 s", "problem": None, "run_url": "/run", "row_url": "/row", "actions": actions,
    }  # fmt: skip
    return SimpleNamespace(**values | changes)


def status(shown):
    return render_to_string("integrations/partials/integration_status.html", {"row": shown, "now": NOW})


def whole_row(shown):
    return render_to_string("integrations/partials/integration_row.html", {"row": shown, "now": NOW})


def test_live_status_asks_again_and_leaves_the_menu_alone():
    answer = status(row(is_live=True, status="Syncing...", done=3))
    assert answer.count('hx-get="/row" hx-trigger="every 1s"') == 1
    assert OUT_OF_BAND.findall(answer) == ["integration-1207-progress"]
    assert "3 of 12 tenants" in answer


def test_ended_status_asks_no_more_and_brings_the_menu_up_to_date():
    answer = status(row())
    assert "hx-get" not in answer
    updated = OUT_OF_BAND.findall(answer)
    assert updated == [
        "integration-1207-progress",
        "integration-1207-freshness",
        "integration-1207-next",
        "integration-1207-tenants",
        "integration-1207-action-1",
        "integration-1207-action-2",
    ]


def test_row_holds_every_part_that_an_update_replaces():
    page = whole_row(row(is_live=True))
    assert OUT_OF_BAND.findall(page) == []
    for part in ("integration-1207-state", *OUT_OF_BAND.findall(status(row()))):
        assert page.count(f'id="{part}"') == 1


def test_problem_is_told_with_its_remedy_and_escaped():
    problem = SimpleNamespace(title="Refused <b>", explanation="It expired.", remedy="Renew it.", detail="")
    answer = status(row(status="Error", tone="danger", problem=problem))
    assert "Refused &lt;b&gt;" in answer
    assert "<b>What to do:</b> Renew it." in answer
    assert "<details>" not in answer
