"""The two kinds of words that an account puts its organizations under."""

from dataclasses import dataclass

from organizations.models import OrganizationStatus, OrganizationType

Label = OrganizationType | OrganizationStatus


@dataclass(frozen=True)
class LabelKind:
    """`field` is the organization's column, `noun` and `plural` what people call such words."""

    model: type[OrganizationType] | type[OrganizationStatus]
    field: str
    noun: str
    plural: str


TYPES = LabelKind(OrganizationType, "organization_type", "type", "types")
STATUSES = LabelKind(OrganizationStatus, "organization_status", "status", "statuses")
LABEL_KINDS = (TYPES, STATUSES)


def kind_of(label: Label) -> LabelKind:
    return TYPES if isinstance(label, OrganizationType) else STATUSES
