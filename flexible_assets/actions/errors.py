"""Why something is not written into an asset; the messages are fit for a person."""

from collections.abc import Mapping, Sequence

from django.utils.text import get_text_list

from flexible_assets.models import FlexibleAsset


class LockedFieldError(ValueError):
    """A person may not write what a sync writes; `fields` names it."""

    def __init__(self, fields: Sequence[str], *, manager: str) -> None:
        super().__init__(
            f"{get_text_list(list(fields), 'and')} can't be changed here, since {manager} would overwrite it. "
            f"Change it in {manager}; the next sync brings it."
        )
        self.fields = list(fields)


class InvalidAssetError(ValueError):
    """Some values do not fit their fields; `errors` tells by field key what to do."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__(" ".join(errors.values()))
        self.errors = dict(errors)


class AssetConflictError(ValueError):
    """Somebody saved the asset since it was read; `stored` is as it stands now."""

    def __init__(self, stored: FlexibleAsset) -> None:
        super().__init__("Somebody else saved this meanwhile.")
        self.stored = stored


class DeletedAssetError(ValueError):
    """It was deleted meanwhile."""

    def __init__(self) -> None:
        super().__init__("This was deleted meanwhile. Restore it from the deleted assets to go on.")


class BatchRefusedError(ValueError):
    """One of several can't be written; `place` says which, from 0."""

    def __init__(self, place: int, reason: Exception) -> None:
        super().__init__(str(reason))
        self.place = place
        self.reason = reason


class DeletedTypeError(ValueError):
    """Its type was deleted meanwhile."""

    def __init__(self) -> None:
        super().__init__("This type was deleted meanwhile, so nothing new can be made of it.")
