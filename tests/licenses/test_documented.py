"""Microsoft's documented example answers on the way of all others: client, records, reconcile, assets."""

from pathlib import Path

import pytest
import trustme

from flexible_assets.models import AssetTag, FlexibleAsset
from integrations.actions.matching import Tenant
from integrations.models import ContactLink, TenantClaim
from integrations.problems import Problem
from integrations.states import RunState
from licenses.models import LicenseRecord
from organizations.models import Contact
from tests.factories import connect
from tests.integrations.microsoft import test_documented
from tests.integrations.microsoft.scripted import Reply, ScriptedOrigin

DOCUMENTED = Path(test_documented.__file__).with_name("documented")
ANSWERS = {
    "/v1.0/organization": "organization",
    "/v1.0/subscribedSkus": "subscribedSkus",
    "/v1.0/directory/subscriptions": "subscriptions",
    "/v1.0/users": "users",
}


@pytest.fixture
def origin(tmp_path, settings):
    """Answers as documented, word for word."""
    authority, ca_path = trustme.CA(), tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(ca_path))
    origin = ScriptedOrigin(authority, ca_path)
    origin.accept(str(test_documented.BIRCH))
    for path, name in ANSWERS.items():
        origin.answer(path, Reply(200, (DOCUMENTED / f"{name}.json").read_bytes()))
    settings.MICROSOFT_LOGIN_URL = settings.MICROSOFT_GRAPH_URL = origin.url
    settings.MICROSOFT_CA_BUNDLE = str(ca_path)
    yield origin
    origin.close()


@pytest.fixture
def birch(origin, account, inside):
    yield connect(account, [Tenant(test_documented.BIRCH, "Birch Dental", "birchdental.example")])
    # The documentation knows one tenant, and a server links a tenant in one account only: the next test's.
    with inside():
        TenantClaim.objects.all().delete()


def test_documented_answers_become_assets(birch, sync, inside):
    assert sync(birch).state == RunState.OK
    with inside():
        assets = {
            each.traits["sku"]: (
                each.name,
                *(each.traits[key] for key in ("status", "active", "consumed", "unused")),
            )
            for each in FlexibleAsset.objects.all()
        }
        trials = dict(LicenseRecord.objects.values_list("part_number", "is_trial"))
    assert assets == {
        "SPB": ("Microsoft 365 Business Premium", "Active", 25, 21, 4),
        "SPE_E3": ("Microsoft 365 E3", "Suspended", 0, 4, 0),
        "ENTERPRISEPACK": ("Office 365 E3", "Warning", 0, 1100, 0),
    }
    assert trials == {"SPB": False, "SPE_E3": True, "ENTERPRISEPACK": False}


def test_documented_users_become_tagged_contacts(birch, sync, inside):
    """Mia holds an active and a suspended license; the guest holds none and is nobody's contact."""
    sync(birch)
    with inside():
        [mia] = Contact.objects.all()
        tagged = sorted(AssetTag.objects.values_list("asset__traits__sku", "contact_id"))
        links = ContactLink.objects.count()
    assert (mia.name, mia.email, mia.title, links) == (
        "Mia Gruber",
        "mia.gruber@birchdental.example",
        "Dentist",
        1,
    )
    assert tagged == [("SPB", mia.pk), ("SPE_E3", mia.pk)]


def test_documented_answers_again_change_nothing(birch, sync, stored):
    sync(birch)
    before = stored()
    assert sync(birch).state == RunState.OK
    assert stored() == before


def test_documented_refusal_loses_nothing(origin, birch, sync, stored):
    sync(birch)
    before = stored()
    origin.answer("/v1.0/users", Reply(403, (DOCUMENTED / "denied.json").read_bytes()))
    run = sync(birch)
    assert (run.state, run.problem) == (RunState.ERROR, Problem.PERMISSION_MISSING)
    assert stored() == before
