"""Kinds whose values are no traits: headings have none, the others are rows of their own."""

from typing import Any

from flexible_assets.field_kinds.base import FieldKind, InvalidValueError


class HeaderKind(FieldKind):
    name = "Header"
    purpose = "A heading above the fields that follow it."
    icon = "heading"
    fragment = "header"
    has_value = False
    may_be_listed = False

    def clean(self, value: Any) -> None:
        raise InvalidValueError("A heading holds no value.")

    def to_text(self, value: Any) -> str:
        return ""


class UploadKind(FieldKind):
    name = "Upload"
    purpose = "Files: a diagram, a contract, a photo of the rack."
    icon = "paperclip"
    fragment = "upload"
    operators = ("not-empty", "empty")
    is_beside = True
    is_file = True

    def clean(self, value: Any) -> None:
        raise InvalidValueError("Files are attached beside the traits.")


class PasswordKind(FieldKind):
    """Traits hold `true` where there is one, and no text tells more than lists need to draw a lock."""

    name = "Password"
    purpose = "A sealed password. Whoever reveals it is logged."
    icon = "key-round"
    fragment = "password"
    may_be_listed = False
    is_beside = True
    is_secret = True

    def clean(self, value: Any) -> None:
        raise InvalidValueError("Passwords are sealed beside the other fields.")

    def to_text(self, value: Any) -> str:
        return ""


class TagKind(FieldKind):
    name = "Tag"
    purpose = "Links to contacts, organizations, users or assets of another type."
    icon = "tag"
    fragment = "tag"
    operators = ("not-empty", "empty")
    is_beside = True
    is_tag = True

    def clean(self, value: Any) -> None:
        raise InvalidValueError("Tags are kept beside the traits.")
