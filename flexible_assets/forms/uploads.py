"""A form field that takes files, and holds on to them when the form has to be shown again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.datastructures import MultiValueDict

from flexible_assets.actions.files import FileRefusedError, require_fit, require_room
from flexible_assets.files import StorageUnavailableError
from flexible_assets.staging import StoredFile, file_of, store_file, ticket_of
from organizations.models import User


@dataclass(frozen=True)
class Sent:
    """What came with the form: tickets of files that came with it before, and new files."""

    tickets: tuple[str, ...] = ()
    files: "tuple[UploadedFile[Any], ...]" = ()


@dataclass(frozen=True)
class KeptFile:
    """A file as the form draws it, that is saved with the form unless somebody unticks it."""

    ticket: str
    name: str
    size: int


class UploadWidget(forms.Widget):
    needs_multipart_form = True

    def value_from_datadict(
        self, data: Mapping[str, Any], files: MultiValueDict[str, Any], name: str
    ) -> Sent:
        tickets = data.getlist(f"{name}-kept") if isinstance(data, MultiValueDict) else ()
        return Sent(tuple(tickets), tuple(files.getlist(name)))


class UploadField(forms.Field):
    """Cleans to files in the storage. `stored` has them even where something else of the form is wrong."""

    widget = UploadWidget

    def __init__(self, *, user: User, **options: Any) -> None:
        super().__init__(required=False, **options)
        self.user = user
        self.stored: list[StoredFile] = []

    def clean(self, value: Sent) -> list[StoredFile]:
        known = [file_of(ticket, user=self.user) for ticket in value.tickets]
        self.stored = [file for file in known if file is not None]
        problems = [self._problem_with(file) for file in value.files]
        if None in known:
            problems.append("Some files have waited too long to be saved. Choose them again.")
        if any(problems):
            raise ValidationError([problem for problem in problems if problem])
        return self.stored

    def _problem_with(self, file: "UploadedFile[Any]") -> str:
        try:
            require_fit([file, *self.stored])
            require_room(self.user.account_id, (file.size or 0) + sum(each.size for each in self.stored))
            self.stored.append(store_file(self.user.account_id, file))
        except (FileRefusedError, StorageUnavailableError) as refused:
            return str(refused)
        return ""

    @property
    def kept(self) -> Sequence[KeptFile]:
        return [KeptFile(ticket_of(file, user=self.user), file.name, file.size) for file in self.stored]
