"""An inquiry as pages show it: under way, answered, or failed in words."""

from dataclasses import dataclass

from integrations.answers import Answer, Failure, failure_of, read_answer
from integrations.models import Inquiry
from integrations.states import InquiryKind

_DOING = {
    InquiryKind.CONNECTION: "Testing the connection",
    InquiryKind.TENANT: "Asking Microsoft about this tenant",
    InquiryKind.DISCOVERY: "Looking for customers",
}


@dataclass(frozen=True)
class InquiryView:
    inquiry: Inquiry

    @property
    def id(self) -> int:
        return self.inquiry.pk

    @property
    def is_open(self) -> bool:
        return self.inquiry.finished_at is None

    @property
    def doing(self) -> str:
        return _DOING[InquiryKind(self.inquiry.kind)]

    @property
    def answer(self) -> Answer:
        return read_answer(self.inquiry.result)

    @property
    def is_outdated(self) -> bool:
        """Neither answered nor failed: what it was about has changed; `detail` says so."""
        return not self.is_open and not self.inquiry.result and not self.inquiry.problem

    @property
    def failure(self) -> Failure | None:
        """Of the whole, where it came to no findings; single ones have their own."""
        if self.answer.tried:
            return None
        return failure_of(self.inquiry.problem, self.inquiry.detail, self.inquiry.request_id)

    @property
    def word(self) -> str:
        if self.is_open:
            return f"{self.doing}..."
        if self.is_outdated:
            return "No answer"
        return "OK" if self.answer.is_ok else "Failed"

    @property
    def tone(self) -> str:
        if self.is_open:
            return "busy"
        return "ok" if self.answer.is_ok else "danger"
