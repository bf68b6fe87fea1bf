"""Forms of an import: which file becomes what, and which of its columns goes where."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict

from organizations.imports.drafts import sheet_of
from organizations.imports.sheets import MOST_BYTES, UnreadableSheetError, decode, read_sheet
from organizations.imports.targets import ImportTarget
from organizations.models import ImportDraft


class ImportFileForm(forms.Form):
    target = forms.ChoiceField(label="What the rows are")
    file = forms.FileField(label="CSV file", error_messages={"required": "Choose a CSV file."})

    def __init__(
        self,
        data: QueryDict | None,
        files: "MultiValueDict[str, UploadedFile[Any]] | None",
        *,
        targets: Sequence[ImportTarget],
        chosen: str,
    ) -> None:
        super().__init__(data, files, initial={"target": chosen})
        self.targets = {target.key: target for target in targets}
        self.fields["target"] = forms.ChoiceField(
            label="What the rows are",
            choices=[(target.key, target.noun[1].capitalize()) for target in targets],
        )

    def clean_file(self) -> str:
        """The file's text, which can be read as a table."""
        file = self.cleaned_data["file"]
        self.file_name = file.name or "import.csv"
        try:
            # One byte more than may be read tells that there is more.
            text = decode(file.read(MOST_BYTES + 1))
            read_sheet(text)
        except UnreadableSheetError as unreadable:
            raise forms.ValidationError(str(unreadable)) from None
        return text

    @property
    def chosen(self) -> ImportTarget:
        return self.targets[self.cleaned_data["target"]]


@dataclass(frozen=True)
class ColumnChoice:
    """One column of the file: what stands in it, and where it goes."""

    name: str
    header: str
    example: str
    chosen: str


class MappingForm(forms.Form):
    def __init__(self, data: QueryDict | None, *, draft: ImportDraft, target: ImportTarget) -> None:
        super().__init__(data)
        sheet = sheet_of(draft)
        self.headers = {f"column-{number}": header for number, header in enumerate(sheet.headers) if header}
        self.examples = dict(zip(sheet.headers, sheet.lines[0].cells, strict=True))
        self.columns = target.columns
        choices = [("", "Not imported"), *((column.key, column.label) for column in self.columns)]
        for name, header in self.headers.items():
            self.fields[name] = forms.ChoiceField(
                label=header, choices=choices, required=False, initial=draft.mapping.get(header, "")
            )

    @property
    def choices(self) -> list[ColumnChoice]:
        return [
            ColumnChoice(name, header, self._example(header, chosen), chosen)
            for name, header in self.headers.items()
            for chosen in [self[name].value() or ""]
        ]

    def _example(self, header: str, chosen: str) -> str:
        """A password is not for whoever looks over a shoulder."""
        is_secret = any(column.is_secret for column in self.columns if column.key == chosen)
        return "\N{BULLET}" * 8 if is_secret and self.examples[header] else self.examples[header]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        chosen = [key for key in cleaned.values() if key]
        for column in self.columns:
            if chosen.count(column.key) > 1:
                raise forms.ValidationError(f"Two columns go to {column.label}. Choose one of them.")
            if column.is_required and column.key not in chosen:
                raise forms.ValidationError(f"No column goes to {column.label}, which every row needs.")
        return cleaned

    @property
    def mapping(self) -> dict[str, str]:
        return {
            header: self.cleaned_data[name]
            for name, header in self.headers.items()
            if self.cleaned_data[name]
        }

    @property
    def missing(self) -> list[str]:
        """Labels of what every row needs and no column holds, as the draft stands."""
        chosen = {choice.chosen for choice in self.choices}
        return [column.label for column in self.columns if column.is_required and column.key not in chosen]
