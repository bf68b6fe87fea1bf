"""Connects an account to Microsoft and matches tenants to organizations, from the shell."""

from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone

from integrations.actions import NewIntegration, Tenant, connect_microsoft, match_tenant
from integrations.microsoft.clouds import CLOUDS
from integrations.microsoft.credentials import ClientCertificate, ClientSecret, Credential
from integrations.models import Integration
from organizations.access import account_transaction, find_account
from organizations.actions import create_organization
from organizations.models import Organization


class Command(BaseCommand):
    help = "Creates an integration for a Microsoft app registration and matches the tenants that have consented to it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("account", help="the account's name in addresses")
        parser.add_argument(
            "--name", default="Microsoft", help="what the integration is called in Active Integrations"
        )
        parser.add_argument(
            "--application-id", required=True, help="Application (client) ID of the app registration"
        )
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
            help="match a tenant to the organization of this name, which is created if missing; may be repeated",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        with transaction.atomic():
            account = find_account(options["account"])
        if account is None:
            raise CommandError(f"There is no account {options['account']!r}; create it with create_account.")
        tenants = [_tenant(text) for text in options["tenant"]]
        new = NewIntegration(name=options["name"], credential=_credential(options), cloud=options["cloud"])
        now = timezone.now()
        with account_transaction(account.pk):
            if Integration.objects.of_account(account.pk).filter(name=new.name).exists():
                raise CommandError(f"There is an integration {new.name!r} already; choose another --name.")
            integration = connect_microsoft(account.pk, new, now=now)
            for tenant in tenants:
                organization = Organization.objects.of_account(account.pk).filter(name=tenant.name).first()
                organization = organization or create_organization(account.pk, name=tenant.name, now=now)
                match_tenant(integration, tenant, organization=organization, now=now)
        self.stdout.write(
            f"{new.name!r} is connected, with {len(tenants)} matched tenants. Next: Admin > Integrations > Actions > "
            "Sync Settings, tick Licenses and save, then Start Manual Sync."
        )


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


def _credential(options: dict[str, Any]) -> Credential:
    application_id = options["application_id"]
    if options["secret_file"]:
        return ClientSecret(application_id, _text_of(options["secret_file"]))
    if options["certificate"] and options["private_key"]:
        return ClientCertificate(
            application_id, _text_of(options["private_key"]), _text_of(options["certificate"])
        )
    raise CommandError("Give either --secret-file, or --certificate and --private-key.")


def _text_of(path: Path) -> str:
    try:
        return path.read_text().strip()
    except OSError as error:
        raise CommandError(f"{path} can't be read: {error.strerror}.") from None
