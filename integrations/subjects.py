"""Integrations, as the activity log names them; whoever manages integrations reads of those that are gone as well."""

from django.urls import reverse

from integrations.models import Disconnection, Integration
from organizations.roles import Right
from organizations.subjects import Subject, SubjectLink


def _integration_link(slug: str, integration: Integration) -> SubjectLink:
    url = reverse("integrations:credentials", args=[slug, integration.pk])
    return SubjectLink(integration.name, url, icon="plug")


def _disconnection_link(slug: str, disconnection: Disconnection) -> SubjectLink:
    url = reverse("integrations:disconnection-detail", args=[slug, disconnection.pk])
    return SubjectLink(disconnection.integration_name, url, icon="unplug")


SUBJECTS = (
    Subject(
        "integration",
        "Integration",
        Integration.objects.visible_to,
        _integration_link,
        needs=Right.MANAGE_INTEGRATIONS,
    ),
    Subject(
        "disconnection",
        "Disconnection",
        Disconnection.objects.visible_to,
        _disconnection_link,
        needs=Right.MANAGE_INTEGRATIONS,
    ),
)
