"""Where every kind of page of an office is, in the states worth looking at."""

from flexible_assets.models import AssetTag, FlexibleAsset, FlexibleAssetType
from integrations.models import Disconnection, SyncRun, TenantSync
from integrations.states import DisconnectMode
from licenses.models import LicenseRecord
from organizations.access import account_transaction
from organizations.actions.groups import GroupProfile, create_group
from organizations.models import Activity, Group, User
from organizations.roles import Role
from tests.e2e.cabinet import Cabinet
from tests.e2e.office import PEOPLE, Office
from tests.factories import NOW


def pages_of(office: Office) -> dict[str, str]:
    """Path below the account, by the name of the page."""
    with account_transaction(office.account.pk):
        administrator = User.objects.get(email=PEOPLE[Role.ADMINISTRATOR][1])
        cabinet = Cabinet.of(office.account, actor=administrator)
        return (
            _license_pages()
            | _pages_around(cabinet)
            | _vault_pages(cabinet)
            | _admin_pages(office, cabinet)
            | _integration_pages(office)
        )


def _license_pages() -> dict[str, str]:
    kind = FlexibleAssetType.objects.exclude(manager="").get().pk
    crowd = LicenseRecord.objects.order_by("-holder_count").select_related("asset").first()
    over_assigned = FlexibleAsset.objects.filter(traits__status="Over-assigned").first()
    suspended = LicenseRecord.objects.filter(suspended__gt=0, holder_count__gt=0).first()
    tag = AssetTag.objects.filter(asset_id=crowd.asset_id).first()
    organization = f"organizations/{crowd.asset.organization_id}/"
    return {
        "organizations": "organizations/",
        "organizations-none-match": "organizations/?q=nobody",
        "organization": organization,
        "contacts": f"{organization}contacts/",
        "contact": f"contacts/{tag.contact_id}/",
        "contact-edit": f"contacts/{tag.contact_id}/edit/",
        "licenses": f"{organization}assets/{kind}/",
        "license-of-many": f"assets/{crowd.asset_id}/",
        "license-over-assigned": f"assets/{over_assigned.pk}/",
        "license-suspended": f"assets/{suspended.asset_id}/",
        "license-edit": f"assets/{crowd.asset_id}/edit/",
        "tagged-records": f"assets/{crowd.asset_id}/tags/{tag.field_id}/",
        "global-licenses": f"global/{kind}/",
        "contact-delete": f"contacts/{tag.contact_id}/delete/",
        "type-locked": f"flexible-asset-types/{kind}/",
    }


def _pages_around(cabinet: Cabinet) -> dict[str, str]:
    """What is neither an asset nor administration."""
    quarry = f"organizations/{cabinet.asset.organization_id}/"
    line = Activity.objects.filter(action="flexible-asset.edited").latest("pk").pk
    return {
        "dashboard": "",
        "recent": "recent/",
        "search": "search/?q=vault",
        "account-activity": "activity/",
        "activity-line": f"activity/{line}/",
        "global-contacts": "contacts/",
        "organization-with-alert": quarry,
        "organization-new": "organizations/new/",
        "organization-edit": f"{quarry}edit/",
        "organization-archive": f"{quarry}archive/",
        "organization-delete": f"{quarry}delete/",
        "organization-activity": f"{quarry}activity/",
        "organization-latest": f"{quarry}latest/",
        "quick-notes": f"{quarry}quick-notes/",
        "contact-new": f"{quarry}contacts/new/",
    }


def _vault_pages(cabinet: Cabinet) -> dict[str, str]:
    vault, vaults = cabinet.asset.pk, cabinet.asset.asset_type_id
    quarry = f"organizations/{cabinet.asset.organization_id}/"
    revision = cabinet.asset.revisions.latest("number").pk
    relation = cabinet.asset.relations.get().pk
    return {
        "vaults": f"{quarry}assets/{vaults}/",
        "vaults-archived-too": f"global/{vaults}/?archived=yes&state=Broken",
        "vault": f"assets/{vault}/",
        "vault-new": f"{quarry}assets/{vaults}/new/",
        "vault-new-anywhere": f"global/{vaults}/new/",
        "vault-edit": f"assets/{vault}/edit/",
        "vault-duplicate": f"assets/{vault}/duplicate/",
        "vault-delete": f"assets/{vault}/delete/",
        "vault-history": f"assets/{vault}/history/",
        "vault-revision": f"assets/{vault}/history/{revision}/",
        "vault-activity": f"assets/{vault}/activity/",
        "vault-files": f"assets/{vault}/files/",
        "vault-related": f"assets/{vault}/related/",
        "vault-tagged-in": f"assets/{vault}/tagged-in/",
        "vault-relate": f"assets/{vault}/related/add/",
        "relation": f"related/{relation}/",
        "deleted-assets": "deleted-assets/",
        "expirations": "global/expirations/",
        "organization-expirations": f"{quarry}expirations/",
    }


def _admin_pages(office: Office, cabinet: Cabinet) -> dict[str, str]:
    vaults = cabinet.asset.asset_type_id
    field = cabinet.asset.asset_type.fields.get(key="state").pk
    technician = User.objects.get(email=PEOPLE[Role.EDITOR][1]).pk
    group = _group(office).pk
    return {
        "types": "flexible-asset-types/",
        "type-new": "flexible-asset-types/new/",
        "type": f"flexible-asset-types/{vaults}/",
        "type-edit": f"flexible-asset-types/{vaults}/edit/",
        "type-delete": f"flexible-asset-types/{vaults}/delete/",
        "field-new": f"flexible-asset-types/{vaults}/fields/new/",
        "field": f"flexible-asset-types/{vaults}/fields/{field}/",
        "field-delete": f"flexible-asset-types/{vaults}/fields/{field}/delete/",
        "labels": "admin/organization-labels/",
        "label": f"admin/organization-types/{cabinet.label.pk}/",
        "sidebar": "admin/sidebar/",
        "import": "admin/import/",
        "import-checked": f"admin/import/{cabinet.draft.pk}/",
        "security": "profile/security/",
        "sessions": "profile/sessions/",
        "password": "profile/password/",
        "users": "admin/users/",
        "user-new": "admin/users/new/",
        "user": f"admin/users/{technician}/",
        "groups": "admin/groups/",
        "group-new": "admin/groups/new/",
        "group": f"admin/groups/{group}/",
        "group-delete": f"admin/groups/{group}/delete/",
        "account": "admin/account/",
    }


def _integration_pages(office: Office) -> dict[str, str]:
    run = SyncRun.objects.latest("pk").pk
    part = TenantSync.objects.filter(run=run).latest("pk").pk
    receipt = _receipt(office).pk
    integration = f"admin/integrations/{office.integration.pk}/"
    return {
        "integrations": "admin/integrations/",
        "new-integration": "admin/integrations/new/",
        "connect-microsoft": "admin/integrations/new/microsoft/",
        "credentials": f"{integration}credentials/",
        "next-credential": f"{integration}credentials/next/?kind=secret",
        "edit-integration": f"{integration}edit/",
        "tenants": f"{integration}tenants/",
        "new-consent-link": f"{integration}consents/new/",
        "sync-settings": f"{integration}sync-settings/",
        "disconnect": f"{integration}disconnect/",
        "disconnection": f"admin/disconnections/{receipt}/",
        "sync-run": f"admin/sync-runs/{run}/",
        "sync-logs": f"{integration}runs/",
        "tenant-sync": f"admin/tenant-syncs/{part}/",
    }


def _receipt(office: Office) -> Disconnection:
    """Of an integration that the office had before."""
    known, _ = Disconnection.objects.get_or_create(
        account=office.account,
        integration_name="Former",
        application_id=office.integration.application_id,
        cloud="global",
        tenants=2,
        mode=DisconnectMode.KEEP,
        counts={"license assets": 31, "tenant matches": 2, "contacts": 212, "organizations": 2},
        defaults={"requested_at": NOW, "finished_at": NOW},
    )
    return known


def _group(office: Office) -> Group:
    """Made once, for all that look at it."""
    known = Group.objects.of_account(office.account.pk).filter(name="Helpdesk").first()
    if known is not None:
        return known
    administrator = User.objects.get(email=PEOPLE[Role.ADMINISTRATOR][1])
    profile = GroupProfile("Helpdesk", "First line", members=frozenset({administrator.pk}))
    return create_group(office.account, profile=profile, now=NOW, actor=administrator)
