"""An account in which everything that has a name has the same one, whatever it holds, and the pages that show it."""

import csv
import io
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from django.core.files.base import ContentFile
from django.test import Client
from django.utils import timezone

from flexible_assets.actions import AssetContent, FieldSpec, create_asset, delete_assets, edit_asset
from flexible_assets.actions.building import TypeDetails, create_type
from flexible_assets.actions.files import attach_files
from flexible_assets.actions.relations import relate
from flexible_assets.field_kinds import FIELD_KINDS
from flexible_assets.models import AssetRelation, FlexibleAsset, FlexibleAssetType
from flexible_assets.schema import Schema, schema_of
from integrations.actions.matching import Tenant
from integrations.actions.runs import start_sync
from integrations.models import Integration, TenantSync
from integrations.problems import Problem
from integrations.states import SyncState, Trigger
from organizations.access import account_transaction
from organizations.actions import NewUser, create_account, create_label, create_user, edit_organization
from organizations.actions.groups import GroupProfile, create_group
from organizations.actions.imports import NewDraft, begin_import
from organizations.actions.preferences import save_view
from organizations.imports.targets import find_target
from organizations.labels import LABEL_KINDS
from organizations.models import (
    Account,
    Activity,
    Contact,
    Group,
    ImportDraft,
    Organization,
    SecondFactorPolicy,
    User,
)
from organizations.roles import Role
from tests.factories import NOW, PASSWORD, connect, give_licenses, person, sku

#: Pages as paths below the account's, with the query if there is one.
Paths = dict[str, tuple[str, dict[str, str]]]


@dataclass(frozen=True)
class Hostile:
    account: Account
    #: Two Administrators: one reads, and the other one has shared what both see.
    reader: User
    colleague: User
    paths: Paths


def make_hostile(name: str) -> Hostile:
    account = create_account(
        name, slug=f"h-{uuid.uuid4().hex[:12]}", now=NOW, second_factor=SecondFactorPolicy.NOBODY
    )
    integration = _connect(account, name)
    with account_transaction(account.pk):
        reader, colleague = (
            create_user(account, NewUser(email, name, Role.ADMINISTRATOR, PASSWORD), now=NOW)
            for email in ("reader@client.test", "colleague@client.test")
        )
        synced = _paths_of_sync(integration, name)
        _describe_organization(account, name, colleague)
        documented = _document(account, name, colleague)
        administered = _administer(account, name, colleague)
        found = {
            "search": ("search/", {"q": name}),
            "palette": ("palette/", {"q": name}),
            **_paths_of_log(),
        }
    return Hostile(account, reader, colleague, synced | documented | administered | found)


def signed_in(hostile: Hostile) -> Client:
    client = Client(HTTP_HOST="localhost")
    answer = client.post(
        f"/{hostile.account.slug}/sign-in/", {"email": hostile.reader.email, "password": PASSWORD}
    )
    assert answer.status_code == 302
    return client


def _connect(account: Account, name: str) -> Integration:
    connected = connect(account, [Tenant(uuid.uuid4(), name, name)], name=name)
    plan = sku(name, enabled=2, consumed=3)
    give_licenses(connected.matches[0], [plan], [person(name, holds=[plan], mail=name, title=name)])
    return connected.integration


def _paths_of_sync(integration: Integration, name: str) -> Paths:
    run = start_sync(integration.pk, trigger=Trigger.MANUAL, now=NOW)
    TenantSync.objects.update(
        state=SyncState.FAILED, problem=Problem.UNEXPECTED, detail=name, request_id=name[:60]
    )
    asset = FlexibleAsset.objects.get()
    field = asset.asset_type.fields.get(key="users")
    organization = f"organizations/{asset.organization_id}/"
    return _plain(
        {
            "dashboard": "",
            "organizations": "organizations/",
            "organization": organization,
            "organization edited": f"{organization}edit/",
            "contacts": f"{organization}contacts/",
            "global contacts": "contacts/",
            "contact": f"contacts/{Contact.objects.get().pk}/",
            "licenses": f"{organization}assets/{asset.asset_type_id}/",
            "global licenses": f"global/{asset.asset_type_id}/",
            "license": f"assets/{asset.pk}/",
            "tagged": f"assets/{asset.pk}/tags/{field.pk}/",
            "integrations": "admin/integrations/",
            "settings": f"admin/integrations/{integration.pk}/sync-settings/",
            "run": f"admin/sync-runs/{run.pk}/",
        }
    )


def _describe_organization(account: Account, name: str, user: User) -> None:
    organization = Organization.objects.get()
    labels = {
        kind.field: create_label(kind, account_id=account.pk, name=name, now=NOW) for kind in LABEL_KINDS
    }
    words = {"alert": name, "quick_notes": name, "short_name": name[:60]}
    edit_organization(organization, changes={**labels, **words}, now=NOW, actor=user)
    save_view(user, "organizations", name=name, query="", columns=[], is_shared=True, now=NOW)


def _document(account: Account, name: str, user: User) -> Paths:
    """An asset with a field of every kind, and all that may stand beside one."""
    details = TypeDetails(name, description=name)
    schema = schema_of(create_type(account.pk, details, fields=_fields(name), now=NOW, actor=user))
    organization = Organization.objects.get()
    content = AssetContent(_values(schema, name), name, reason="created")
    asset, deleted = (
        create_asset(schema, organization=organization, content=content, now=NOW, actor=user) for _ in "12"
    )
    delete_assets([deleted.pk], now=NOW, actor=user)
    edit_asset(asset, changes={_key(schema, "Number"): 2}, now=NOW, actor=user)
    relate(asset, to=organization, notes=name, now=NOW, actor=user)
    for field in (None, schema.by_key[_key(schema, "Upload")]):
        attach_files(asset, [ContentFile(b"content", name=name)], field=field, now=NOW, actor=user)
    return _plain(_paths_of_type(schema.asset_type) | _paths_of_asset(asset))


def _fields(name: str) -> list[FieldSpec]:
    """One of each kind, numbered, since no type has two of a name."""
    return [
        FieldSpec(
            field_name(name, number),
            kind.name,
            hint=name,
            use_for_title=kind.name == "Text",
            show_in_list=kind.may_be_listed,
            options=((name, "ok"),) if kind.has_options else (),
            tag_type="Contacts" if kind.is_tag else "",
            is_expiration=kind.may_expire,
        )
        for number, kind in enumerate(FIELD_KINDS.values())
    ]


def field_name(name: str, number: int) -> str:
    return f"{number} {name[:90]}"


def _values(schema: Schema, name: str) -> dict[str, object]:
    by_kind = {
        "Date": "2026-04-01",
        "Number": 1,
        "Percent": 2,
        "Checkbox": True,
        "Tag": [Contact.objects.get().pk],
    } | dict.fromkeys(("Text", "Textbox", "Select", "Password"), name)
    return {field.key: by_kind[field.kind] for field in schema.fields if field.kind in by_kind}


def _key(schema: Schema, kind: str) -> str:
    [key] = (field.key for field in schema.fields if field.kind == kind)
    return key


def _paths_of_type(asset_type: FlexibleAssetType) -> dict[str, str]:
    builder = f"flexible-asset-types/{asset_type.pk}/"
    fields = {f"field {each.kind}": f"{builder}fields/{each.pk}/" for each in asset_type.fields.all()}
    return fields | {
        "types": "flexible-asset-types/",
        "type": builder,
        "type edited": f"{builder}edit/",
        "type deleted": f"{builder}delete/",
        "global assets": f"global/{asset_type.pk}/",
        "new asset anywhere": f"global/{asset_type.pk}/new/",
        "expirations": "global/expirations/",
        "deleted assets": "deleted-assets/",
    }


def _paths_of_asset(asset: FlexibleAsset) -> dict[str, str]:
    organization, page = f"organizations/{asset.organization_id}/", f"assets/{asset.pk}/"
    return {
        "asset": page,
        "asset edited": f"{page}edit/",
        "asset copied": f"{page}duplicate/",
        "asset deleted": f"{page}delete/",
        "asset's activity": f"{page}activity/",
        "asset's files": f"{page}files/",
        "asset's history": f"{page}history/",
        "revision": f"{page}history/{asset.revisions.latest('number').pk}/",
        "relation": f"related/{AssetRelation.objects.get().pk}/",
        "new asset": f"{organization}assets/{asset.asset_type_id}/new/",
        "assets": f"{organization}assets/{asset.asset_type_id}/",
        "organization's expirations": f"{organization}expirations/",
        "organization's activity": f"{organization}activity/",
    }


def _administer(account: Account, name: str, user: User) -> Paths:
    profile = GroupProfile(name, name, members=frozenset({user.pk}))
    create_group(account, profile=profile, now=NOW, actor=user)
    _begin_imports(name)
    drafts = {f"import of {each.target}": f"admin/import/{each.pk}/" for each in ImportDraft.objects.all()}
    return _plain(
        drafts
        | {
            "users": "admin/users/",
            "user": f"admin/users/{user.pk}/",
            "groups": "admin/groups/",
            "group": f"admin/groups/{Group.objects.get().pk}/",
            "group's sidebar": f"admin/sidebar/groups/{Group.objects.get().pk}/",
            "labels": "admin/organization-labels/",
            "account": "admin/account/",
            "security": "profile/security/",
        }
    )


def _begin_imports(name: str) -> None:
    """One that can be imported, and one of contacts in an organization that is not there."""
    reader = User.objects.get(email="reader@client.test")
    for key, headers in (("organizations", ("Name", name)), ("contacts", ("Organization", "Name"))):
        target = find_target(reader, key)
        assert target is not None
        begin_import(
            target, NewDraft(name, _sheet(headers, (f"{name} II", name))), now=timezone.now(), actor=reader
        )


def _sheet(*rows: Sequence[str]) -> str:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue()


def _paths_of_log() -> Paths:
    told = Activity.objects.get(action="organization.edited")
    return _plain({"activity": "activity/", "line of the log": f"activity/{told.pk}/"})


def _plain(paths: dict[str, str]) -> Paths:
    return {key: (path, {}) for key, path in paths.items()}
