"""What an office documents beside its licenses: a type of every kind of field, an asset of it with a history, links and a
file on its way in. Made once, for all that look at it."""

from dataclasses import dataclass

from django.utils import timezone

from flexible_assets.actions import FieldSpec, edit_asset
from flexible_assets.actions.building import TypeDetails, create_type
from flexible_assets.actions.content import AssetContent
from flexible_assets.actions.creating import create_asset
from flexible_assets.actions.relations import relate
from flexible_assets.models import FlexibleAsset, FlexibleAssetType
from flexible_assets.schema import schema_of
from organizations.actions import create_organization
from organizations.actions.contact_editing import create_contact
from organizations.actions.imports import NewDraft, begin_import
from organizations.actions.labels import create_label
from organizations.imports.targets import find_target
from organizations.labels import TYPES, Label
from organizations.models import Account, ImportDraft, OrganizationType, User
from tests.factories import NOW

NAME = "Vaults"
FIELDS = (
    FieldSpec("Name", "Text", use_for_title=True, required=True, show_in_list=True, hint="As on its label."),
    FieldSpec("Steps", "Textbox"),
    FieldSpec("State", "Select", options=(("Fine", "ok"), ("Broken", "danger")), show_in_list=True),
    FieldSpec("Ends", "Date", show_in_list=True, is_expiration=True),
    FieldSpec("Size", "Number", decimals=1, show_in_list=True),
    FieldSpec("Filled", "Percent", show_in_list=True),
    FieldSpec("Monitored", "Checkbox", show_in_list=True),
    FieldSpec("Access", "Header"),
    FieldSpec("Diagram", "Upload"),
    FieldSpec("Key", "Password"),
    FieldSpec("Owner", "Tag", tag_type="Contacts"),
)


@dataclass(frozen=True)
class Cabinet:
    asset: FlexibleAsset
    draft: ImportDraft
    label: Label

    @classmethod
    def of(cls, account: Account, *, actor: User) -> "Cabinet":
        asset = FlexibleAsset.objects.filter(account=account, asset_type__name=NAME).first()
        return cls(
            asset or _filled(account, actor),
            _draft(account, actor),
            OrganizationType.objects.of_account(account.pk).filter(name="Franchise").first()
            or create_label(TYPES, account_id=account.pk, name="Franchise", now=NOW, actor=actor),
        )


def _filled(account: Account, actor: User) -> FlexibleAsset:
    kind: FlexibleAssetType = create_type(account.pk, TypeDetails(NAME), fields=FIELDS, now=NOW, actor=actor)
    values = {"alert": "The server room is being moved.", "quick_notes": "Call Mia first."}
    client = create_organization(account.pk, name="Quarry & Sons", now=NOW, actor=actor, values=values)
    mia = create_contact(
        client, values={"name": "Mia Quarry", "email": "mia@quarry.test"}, now=NOW, actor=actor
    )
    content = {
        "name": "Main vault",
        "steps": "<p>Call the <strong>vendor</strong>.</p>",
        "state": "Fine",
        "ends": f"{NOW:%Y-%m-%d}",
        "size": "12.5",
        "filled": "40",
        "monitored": True,
        "key": "s3cret-Key",
        "owner": [mia.pk],
    }
    asset = create_asset(
        schema_of(kind),
        organization=client,
        content=AssetContent(content, "In the cellar."),
        now=NOW,
        actor=actor,
    )
    relate(asset, to=mia, notes="has the key", now=NOW, actor=actor)
    return edit_asset(asset, changes={"state": "Broken", "size": "13"}, now=NOW, actor=actor)


def _draft(account: Account, actor: User) -> ImportDraft:
    target = find_target(actor, "contacts")
    assert target is not None
    known = ImportDraft.objects.filter(account_id=account.pk).first()
    content = "Organization,Name,E-mail\nQuarry & Sons,Bob Stone,bob@quarry.test\nNowhere,Ann,no address\n"
    return known or begin_import(target, NewDraft("people.csv", content), now=timezone.now(), actor=actor)
