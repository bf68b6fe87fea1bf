"""Connects an account to Microsoft, replaces a credential, and matches tenants to organizations, from the shell."""

from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone

from integrations.actions.connecting import (
    InvalidIntegrationError,
    NewIntegration,
    connect_microsoft,
    replace_credential,
)
from integrations.actions.matching import (
    Tenant,
    match_tenant,
)
from integrations.microsoft.clouds import CLOUDS
from integrations.microsoft.credentials import ClientCertificate, ClientSecret, Credential
from integrations.models import Integration
from integrations.refusals import RefusedError
from organizations.access import account_transaction, find_account
from organizations.actions import create_organization
from organizations.models import Account, Organization


class Command(BaseCommand):
    help = "Creates an integration for a Microsoft app registration and matches the tenants that have consented to it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("account", help="the account's name in addresses")
        parser.add_argument(
            "--name", default="Microsoft", help="what the integration is called in Active Integrations"
        )
        parser.add_argument("--application-id", help="Application (client) ID of the app registration")
        parser.add_argument("--secret-file", type=Path, help="file with the client secret's value")
        parser.add_argument(
            "--certificate", type=Path, help="PEM file with the certificate registered for the app"
        )
        parser.add_argument("--private-key", type=Path, help="PEM file with the certificate's private key")
        parser.add_argument("--cloud", choices=sorted(CLOUDS), default="global")
        parser.add_argument(
            "--tenant",
            action="append",
            default=[],
            metavar="TENANT_ID=ORGANIZATION",
            help="match a tenant to the organization of this name, which is created if missing; may be repeated, "
            "and added later by naming the integration without a credential",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        with transaction.atomic():
            account = find_account(options["account"])
        if account is None:
            raise CommandError(f"There is no account {options['account']!r}; create it with create_account.")
        tenants = [_tenant(text) for text in options["tenant"]]
        now = timezone.now()
        with account_transaction(account.pk):
            integration = _integration(account, options, now=now)
            for tenant in tenants:
                _match(integration, tenant, now=now)
        self.stdout.write(
            f"{integration.name!r} is connected{_where()}; {len(tenants)} tenants were matched. Next: Admin > Integrations > "
            "Actions > Sync Settings, tick Licenses and save, then Start Manual Sync."
        )


def _where() -> str:
    """A secret that was typed on the wrong host should be noticed at once."""
    return " in this checkout's local database" if settings.IS_LOCAL else ""


def _integration(account: Account, options: dict[str, Any], *, now: datetime) -> Integration:
    """The integration of this name, with its credential replaced if one is given, or a new one."""
    credential = _find_credential(options)
    known = Integration.objects.of_account(account.pk).filter(name=options["name"]).first()
    if known is not None and credential is None:
        return known
    if credential is None:
        raise CommandError(
            "Give --application-id with either --secret-file, or --certificate and --private-key."
        )
    try:
        if known is not None:
            return replace_credential(known.pk, credential, now=now)
        new = NewIntegration(name=options["name"], credential=credential, cloud=options["cloud"])
        return connect_microsoft(account.pk, new, now=now)
    except (InvalidIntegrationError, RefusedError) as error:
        raise CommandError(str(error)) from None


def _match(integration: Integration, tenant: Tenant, *, now: datetime) -> None:
    account_id = integration.account_id
    organization = Organization.objects.of_account(account_id).filter(name=tenant.name).first()
    organization = organization or create_organization(account_id, name=tenant.name, now=now)
    try:
        match_tenant(integration, tenant, organization=organization, now=now)
    except RefusedError as error:
        raise CommandError(str(error)) from None


def _tenant(text: str) -> Tenant:
    tenant_id, separator, name = text.partition("=")
    try:
        return Tenant(UUID(tenant_id.strip()), _required(name.strip() if separator else ""))
    except ValueError:
        raise CommandError(
            f"--tenant {text!r}: write the tenant's GUID, an equals sign and the organization's name, such as "
            "--tenant '11111111-2222-3333-4444-555555555555=Contoso Dental'."
        ) from None


def _required(text: str) -> str:
    if not text:
        raise ValueError
    return text


def _find_credential(options: dict[str, Any]) -> Credential | None:
    application_id, secret = options["application_id"], options["secret_file"]
    certificate, private_key = options["certificate"], options["private_key"]
    if not any((application_id, secret, certificate, private_key)):
        return None
    if application_id and secret and not (certificate or private_key):
        return ClientSecret(application_id, _text_of(secret))
    if application_id and certificate and private_key and not secret:
        return ClientCertificate(application_id, _text_of(private_key), _text_of(certificate))
    raise CommandError(
        "Give --application-id with either --secret-file, or --certificate and --private-key, and not both."
    )


def _text_of(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").strip()
    except UnicodeDecodeError:
        raise CommandError(f"{path} is not a text file; certificates and keys are read as PEM.") from None
    except OSError as error:
        raise CommandError(f"{path} can't be read: {error.strerror}.") from None
