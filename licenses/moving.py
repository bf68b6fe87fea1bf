"""What happens to license assets when their tenant is matched to another organization, or to none."""

from integrations.steps import TenantContext


def move(context: TenantContext) -> int:
    raise NotImplementedError


def orphan(context: TenantContext) -> int:
    raise NotImplementedError
