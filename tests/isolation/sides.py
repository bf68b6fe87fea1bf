"""One MSP with one of everything, in which every text, number and id can be recognized wherever it turns up."""

import re
import uuid
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.core.files.base import ContentFile
from django.db import connection, models
from django.utils import timezone

from flexible_assets.actions import (
    create_assets,
    ensure_managed_type,
    lock_totals,
    refresh_totals,
    replace_tags,
    restrict_asset,
)
from flexible_assets.actions.files import attach_files
from flexible_assets.actions.passwords import Password, set_passwords
from flexible_assets.models import (
    AssetExpiration,
    AssetGrant,
    AssetRelation,
    AssetRevision,
    AssetSecret,
    FlexibleAsset,
    FlexibleAssetField,
    TypeDenial,
)
from integrations.actions.matching import Tenant
from integrations.models import (
    ConsentRequest,
    ContactLink,
    CredentialKind,
    Disconnection,
    Inquiry,
    Integration,
    IntegrationCredential,
    SyncRun,
    TenantMatch,
    TenantSync,
)
from integrations.problems import Problem
from integrations.states import (
    ConsentState,
    DisconnectMode,
    InquiryKind,
    IntegrationStatus,
    RunState,
    SyncState,
    Trigger,
)
from integrations.steps import Change
from licenses.asset_type import HOLDERS, MICROSOFT_LICENSES
from licenses.models import LicenseRecord
from licenses.reconcile import License, Units
from organizations.access import account_transaction
from organizations.actions import ContactDetails, create_contacts, create_organization, record_activity
from organizations.contact_details import Phone
from organizations.imports.drafts import sealed_content
from organizations.mail import post
from organizations.models import (
    Account,
    Activity,
    Contact,
    ExternalIdentity,
    Group,
    GroupMember,
    ImportDraft,
    Invitation,
    ListPreference,
    Organization,
    OrganizationAccess,
    OrganizationStatus,
    OrganizationType,
    RecentView,
    SavedView,
    SidebarLayout,
    User,
)
from organizations.roles import Role
from organizations.wall import is_account_owned
from tests.factories import NOW, connect, make_account, make_user

DEACTIVATED = "deactivated"
#: Editors who reach another organization than the one that all rows stand in, and who are denied the type of its assets.
RESTRICTED, DENIED = "restricted", "denied"
#: Rows, by the names of routes' parameters, that are not there for them.
OUT_OF_REACH = {
    RESTRICTED: frozenset(
        {
            "organization_id",
            "contact_id",
            "asset_id",
            "secret_id",
            "relation_id",
            "attachment_id",
            "activity_id",
        }
    ),
    DENIED: frozenset({"type_id", "field_id", "asset_id", "secret_id", "relation_id", "attachment_id"}),
}
_KINDS = {
    "organization_id": "organization",
    "contact_id": "contact",
    "asset_id": "flexibleasset",
    "type_id": "flexibleassettype",
}

#: A token wherever it stands. Its digit puts it first in every list, so that no page's end hides it.
TOKEN = re.compile("0kanari[0-9a-f]{10}")
#: Of the own account, and of others: no page about small numbers shows a large one, nor a sum with one.
SMALL, LARGE = 1, 123_456_000
LARGE_NUMBER = re.compile(r"\d,\d{3},\d{3}")

#: Texts that code looks things up by, the same for every account; everything else is somebody's data.
_WORDS_OF_THE_PRODUCT = {
    (Integration, "cloud"),
    (Disconnection, "cloud"),
    (SyncRun, "steps"),
    *(
        (model, name)
        for model in apps.get_models()
        for name in (
            "kind",
            "key",
            "slot",
            "system_key",
            "tag_type",
            "role",
            "list_key",
            "subject_kind",
            "target",
            "second_factor",
        )
    ),
    (apps.get_model("integrations.SyncSettings"), "steps"),
}

#: Fields that hold the name where it is not `name`.
_NAMED = {"disconnection_id": "integration_name", "draft_id": "file_name"}


@dataclass(frozen=True)
class Side:
    account: Account
    #: In every text.
    token: str
    #: In every number.
    number: int
    ids: dict[str, int]
    people: dict[str, User]

    def name_of(self, row: str) -> str:
        """The name of the row that `ids` knows so."""
        return f"{self.token} {self.ids[row]} {_NAMED.get(row, 'name')}"

    def hidden_from(self, person: str) -> set[str]:
        """Names that no page may show them."""
        return {
            f"{self.token} {self.ids[row]} name {_KINDS[row]}"
            for row in OUT_OF_REACH.get(person, ())
            if row in _KINDS
        }

    def secrets(self) -> set[str]:
        """What carries no token, but is as telling."""
        found: set[str] = set()
        with account_transaction(self.account.pk):
            for model in account_owned_models():
                for field in _hidden_fields(model):
                    values = model._base_manager.filter(account=self.account).values_list(
                        field.name, flat=True
                    )
                    found |= {str(value) for value in values if value}
        return found

    def rows(self) -> dict[str, list[tuple[Any, ...]]]:
        """Everything the account owns, as it stands in the database."""
        with account_transaction(self.account.pk), connection.cursor() as cursor:
            rows = {}
            for model in account_owned_models():
                table = model._meta.db_table
                cursor.execute(
                    f"SELECT {table}::text FROM {table} WHERE account_id = %s ORDER BY id",  # noqa: S608 - our own table's name
                    [self.account.pk],
                )
                rows[table] = cursor.fetchall()
        return rows

    def retire(self) -> None:
        """Nothing of it wakes up the clock of another test."""
        with account_transaction(self.account.pk):
            Integration.objects.of_account(self.account.pk).update(status=IntegrationStatus.PAUSED)
            SyncRun.objects.of_account(self.account.pk).live().update(state=RunState.CANCELLED)


def make_side(name: str, *, number: int) -> Side:
    account = make_account(name)
    people = {role.value: make_user(account, role) for role in Role} | {
        DEACTIVATED: make_user(account),
        RESTRICTED: make_user(account, Role.EDITOR),
        DENIED: make_user(account, Role.EDITOR),
    }
    managed = make_user(account, Role.READ_ONLY)
    connected = connect(account, [Tenant(uuid.uuid4(), "Tenant", "tenant.example")])
    with account_transaction(account.pk):
        ids = _fill(connected.integration, connected.matches[0])
        _add_restricted_asset(connected.matches[0], people[Role.LITE.value])
        _add_deleted_asset(connected.matches[0])
        _add_portal_rows(ids, people)
        _add_people(ids, people, managed)
        side = Side(account, f"0kanari{uuid.uuid4().hex[:10]}", number, ids, people)
        for model in account_owned_models():
            _mark(model, side)
        _title_assets(side)
        _tell(side)
        for user in people.values():
            user.refresh_from_db()
    return side


def account_owned_models() -> list[type[models.Model]]:
    return [model for model in apps.get_models() if is_account_owned(model)]


def _fill(integration: Integration, match: TenantMatch) -> dict[str, int]:
    account_id, organization = integration.account_id, match.organization
    assert organization is not None
    person = ContactDetails(
        "Person", "P", "Erson", "Boss", "p@x.test", phones=(Phone("Office", "1"),), aliases=("q@x.test",)
    )
    [contact] = create_contacts(organization, [person], now=NOW)
    schema = ensure_managed_type(account_id, MICROSOFT_LICENSES, now=NOW)
    totals = lock_totals(schema, organization)
    license_ = License(uuid.uuid4(), "Name", "PART", Units(enabled=5, consumed=3))
    [asset] = create_assets(schema, [license_.traits], organization_id=organization.pk, now=NOW)
    field = schema.by_key[HOLDERS]
    replace_tags(field, {asset.pk: [contact.pk]})
    refresh_totals(schema, totals)
    _add_license_record(license_, asset, match)
    ContactLink.objects.create(
        account_id=account_id, match=match, user_id=uuid.uuid4(), contact=contact, is_own=True, digest="d"
    )
    run, sync = _add_run(match)
    inquiry, consent = _add_consent(match)
    disconnection = _add_disconnection(integration)
    credential = _certify(integration)
    post(account_id, to=["p@x.test"], subject="s", body="b", dedupe_key="k", now=NOW)
    record_activity(
        account_id, at=NOW, action="a", subject="s", organization=organization, details={"text": "t"}
    )
    return {
        "organization_id": organization.pk,
        "contact_id": contact.pk,
        "type_id": schema.asset_type.pk,
        "asset_id": asset.pk,
        "field_id": field.pk,
        "integration_id": integration.pk,
        "run_id": run.pk,
        "sync_id": sync.pk,
        "match_id": match.pk,
        "inquiry_id": inquiry.pk,
        "consent_id": consent.pk,
        "disconnection_id": disconnection.pk,
        "credential_id": credential.pk,
    }


def _add_restricted_asset(match: TenantMatch, user: User) -> None:
    """Which counts for those alone who see it."""
    schema = ensure_managed_type(match.account_id, MICROSOFT_LICENSES, now=NOW)
    traits = License(uuid.uuid4(), "Restricted", "PART", Units(enabled=5)).traits
    assert match.organization_id is not None
    [asset] = create_assets(schema, [traits], organization_id=match.organization_id, now=NOW)
    restrict_asset(asset, users=[user], now=NOW)


def _add_deleted_asset(match: TenantMatch) -> None:
    schema = ensure_managed_type(match.account_id, MICROSOFT_LICENSES, now=NOW)
    traits = License(uuid.uuid4(), "Deleted", "PART", Units(enabled=5)).traits
    assert match.organization_id is not None
    [asset] = create_assets(schema, [traits], organization_id=match.organization_id, now=NOW)
    FlexibleAsset.objects.filter(pk=asset.pk).update(archived=True, deleted_at=NOW)


def _draft(user: User) -> ImportDraft:
    draft = ImportDraft.objects.create(
        account_id=user.account_id,
        user=user,
        target="contacts",
        file_name="f.csv",
        created_at=timezone.now(),
    )
    draft.content = sealed_content(draft, "Organization\nName\n")
    draft.save()
    return draft


def _add_portal_rows(ids: dict[str, int], people: dict[str, User]) -> None:
    """What people add to an account beside its clients: groups and access, links and files, views and drafts."""
    editor, lite = people[Role.EDITOR.value], people[Role.LITE.value]
    organization = Organization.objects.get(pk=ids["organization_id"])
    asset, field = (
        FlexibleAsset.objects.get(pk=ids["asset_id"]),
        FlexibleAssetField.objects.get(pk=ids["field_id"]),
    )
    owned = {"account_id": organization.account_id}
    OrganizationAccess.objects.create(**owned, organization=organization, user=lite)
    for label, column in (
        (OrganizationType, "organization_type"),
        (OrganizationStatus, "organization_status"),
    ):
        row = label.objects.create(**owned, name="l", sort_key="l")
        setattr(organization, column, row)
        ids[f"{column}_id"] = row.pk
    organization.save()
    group = Group.objects.create(**owned, name="g", sort_key="g", all_organizations=True)
    GroupMember.objects.create(**owned, group=group, user=editor)
    AssetGrant.objects.create(**owned, asset=asset, group=group)
    other = Group.objects.create(**owned, name="h", sort_key="h")
    TypeDenial.objects.create(**owned, group=other, asset_type=asset.asset_type)
    Invitation.objects.create(
        **owned, user=editor, token_digest=uuid.uuid4().hex, created_at=NOW, expires_at=NOW
    )
    # Of somebody who can't come and unlink it.
    ExternalIdentity.objects.create(
        **owned, user=people[DEACTIVATED], issuer="i", subject="s", email="e@x.test", bound_at=NOW
    )
    ListPreference.objects.create(**owned, user=editor, list_key="contacts", columns=[["name", None]])
    SavedView.objects.create(
        **owned, owner=editor, list_key="contacts", name="v", query="q=v", is_shared=True, created_at=NOW
    )
    SidebarLayout.objects.create(**owned, sections=[{"title": "t", "entries": ["e"]}])
    RecentView.objects.create(
        **owned,
        user=editor,
        subject_kind="flexibleasset",
        subject_id=asset.pk,
        organization=organization,
        at=NOW,
    )
    ids["draft_id"] = _draft(editor).pk
    AssetExpiration.objects.create(
        **owned, asset=asset, field=field, organization=organization, expires_on=NOW.date()
    )
    relation = AssetRelation.objects.create(**owned, asset=asset, contact_id=ids["contact_id"], notes="n")
    [attachment] = attach_files(asset, [ContentFile(b"content", name="a.txt")], now=NOW)
    ids |= {"relation_id": relation.pk, "attachment_id": attachment.pk}
    revision = AssetRevision.objects.create(**owned, asset=asset, number=1, at=NOW, reason="edited", name="n")
    set_passwords([Password(asset, field, "a password")], now=NOW)
    ids |= {"revision_id": revision.pk, "secret_id": AssetSecret.objects.get(asset=asset).pk}


def _add_people(ids: dict[str, int], people: dict[str, User], managed: User) -> None:
    """Somebody to manage, a group that a Manager may change, and two whose access is cut in two ways."""
    restricted, denied = people[RESTRICTED], people[DENIED]
    owned = {"account_id": managed.account_id}
    elsewhere = create_organization(managed.account_id, name="Elsewhere", now=NOW)
    restricted.all_organizations = False
    restricted.save()
    OrganizationAccess.objects.create(**owned, organization=elsewhere, user=restricted)
    own, denying = Group.objects.get(sort_key="g"), Group.objects.get(sort_key="h")
    GroupMember.objects.create(**owned, group=denying, user=denied)
    GroupMember.objects.create(**owned, group=own, user=people[Role.MANAGER.value])
    ids |= {"user_id": managed.pk, "group_id": own.pk}


def _add_license_record(license_: License, asset: FlexibleAsset, match: TenantMatch) -> None:
    LicenseRecord.objects.create(
        account_id=match.account_id,
        match=match,
        sku_id=license_.sku_id,
        asset=asset,
        part_number="P",
        applies_to="User",
        capability_status="Enabled",
        enabled=5,
        warning=1,
        suspended=1,
        locked_out=1,
        consumed=3,
        digest="d",
        holders_digest="h",
    )


def _add_run(match: TenantMatch) -> tuple[SyncRun, TenantSync]:
    run = SyncRun.objects.create(
        account_id=match.account_id,
        integration_id=match.integration_id,
        epoch=1,
        trigger=Trigger.MANUAL,
        steps=["licenses"],
        state=RunState.ERROR,
        problem=Problem.UNEXPECTED,
        created_at=NOW,
        deadline_at=NOW,
        finished_at=NOW,
    )
    sync = TenantSync.objects.create(
        account_id=match.account_id,
        run=run,
        match=match,
        state=SyncState.FAILED,
        problem=Problem.UNEXPECTED,
        next_at=NOW,
        lease_token=uuid.uuid4(),
        changes=[Change("k", "License orphaned", "Microsoft 365 E3", "10 active").as_json()],
    )
    return run, sync


def _add_consent(match: TenantMatch) -> tuple[Inquiry, ConsentRequest]:
    """Verified, and waiting for a person to confirm it."""
    tenant_id = uuid.uuid4()
    inquiry = Inquiry.objects.create(
        account_id=match.account_id,
        integration_id=match.integration_id,
        kind=InquiryKind.TENANT,
        tenant_id=tenant_id,
        epoch=1,
        created_at=NOW,
        finished_at=NOW,
        result={
            "ok": True,
            "findings": [{"label": "l", "permission": "p", "ok": True}],
            "tenant": {"id": str(tenant_id), "name": "n", "default_domain": "d", "verified_domains": ["v"]},
            "subscriptions": [{"sku_id": "s", "part_number": "p", "consumed": 3, "enabled": 5}],
        },
    )
    consent = ConsentRequest.objects.create(
        account_id=match.account_id,
        integration_id=match.integration_id,
        token_digest=uuid.uuid4().hex,
        expected_tenant_id=tenant_id,
        organization=match.organization,
        state=ConsentState.VERIFIED,
        created_at=NOW,
        expires_at=NOW,
        answered_at=NOW,
        tenant_id=tenant_id,
        inquiry=inquiry,
    )
    return inquiry, consent


def _add_disconnection(integration: Integration) -> Disconnection:
    """Of an integration that is gone."""
    return Disconnection.objects.create(
        account_id=integration.account_id,
        integration_name="Former",
        application_id=str(uuid.uuid4()),
        cloud="global",
        tenants=1,
        mode=DisconnectMode.KEEP,
        requested_at=NOW,
        finished_at=NOW,
        counts={"assets": 3},
    )


def _certify(integration: Integration) -> IntegrationCredential:
    """So that there is a public part to download."""
    row = IntegrationCredential.objects.of_integration(integration).get()
    row.kind, row.certificate = CredentialKind.CERTIFICATE, f"public part {uuid.uuid4()}"
    row.save()
    return row


def _mark(model: type[models.Model], side: Side) -> None:
    """Writes the side's token and number into every text and number of the model's rows."""
    fields = [
        field
        for field in model._meta.concrete_fields
        if not field.choices and not field.primary_key and (model, field.name) not in _WORDS_OF_THE_PRODUCT
    ]
    for row in model._base_manager.filter(account=side.account):
        for field in fields:
            setattr(row, field.attname, _marked(field, row, side))
        changed = {field.attname: getattr(row, field.attname) for field in fields}
        if changed and model._meta.model_name not in {"activity", "assetrevision"}:  # which nobody may change
            model._base_manager.filter(pk=row.pk).update(**changed)


def _tell(side: Side) -> None:
    """Lines of the log about each kind of record, which nobody could mark afterwards."""
    organization = Organization.objects.get(pk=side.ids["organization_id"])
    about = (
        FlexibleAsset.objects.get(pk=side.ids["asset_id"]),
        Contact.objects.get(pk=side.ids["contact_id"]),
        organization,
    )
    for row in about:
        details = {"before": side.token, "after": f"{side.token} after"}
        record_activity(
            side.account.pk,
            at=NOW,
            action="a",
            subject=f"{side.token} {row.pk} name",
            organization=organization,
            about=row,
            details=details,
        )
    side.ids["activity_id"] = Activity.objects.of_account(side.account.pk).latest("id").pk


def _title_assets(side: Side) -> None:
    """An asset's name follows from its traits: editing one, as the matrix does, must not lose the mark."""
    for asset in FlexibleAsset.objects.of_account(side.account.pk):
        asset.traits["license-name"] = asset.name
        asset.save(update_fields=["traits"])


def _marked(field: "models.Field[Any, Any]", row: models.Model, side: Side) -> Any:
    value = getattr(row, field.attname)
    match field:
        case models.EmailField():
            return f"{side.token}-{row.pk}@example.test"
        case models.CharField() if field.name != "password":
            return f"{side.token} {row.pk} {field.name} {row._meta.model_name}"[: field.max_length]
        case models.JSONField():
            return _marked_json(value, side)
        case models.SmallIntegerField() | models.PositiveSmallIntegerField():
            return value
        case models.IntegerField() if field.name not in {"epoch", "subject_id"}:
            return side.number
        case _:
            return value


def _marked_json(value: Any, side: Side) -> Any:
    match value:
        case dict():
            return {key: _marked_json(member, side) for key, member in value.items()}
        case list():
            return [_marked_json(member, side) for member in value]
        case str():
            return f"{side.token} {value}"
        case int() if not isinstance(value, bool):
            return side.number
        case _:
            return value


def _hidden_fields(model: type[models.Model]) -> list["models.Field[Any, Any]"]:
    """Random ids and password hashes."""
    return [
        field
        for field in model._meta.concrete_fields
        if isinstance(field, models.UUIDField) or field.name == "password"
    ]
