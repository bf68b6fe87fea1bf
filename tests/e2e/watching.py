"""A browser page that remembers everything it complained about."""

import re
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Error, Locator, Page, expect

from tests.e2e.office import PEOPLE, Office
from tests.factories import PASSWORD

SCREENSHOTS = Path(__file__).parents[2] / "artefacts" / "screenshots"


@dataclass
class Visit:
    """One person's browser tab. `complaints` holds console errors, script errors, CSP violations and failed requests."""

    page: Page
    portal: str
    office: Office
    complaints: list[str] = field(default_factory=list)
    shots: int = 0

    def __post_init__(self) -> None:
        complain = self.complaints.append
        self.page.on(
            "console",
            lambda said: complain(f"{said.type}: {said.text}") if said.type in {"error", "warning"} else None,
        )
        self.page.on("pageerror", lambda error: complain(f"script error: {error}"))
        self.page.on("response", self._look_at_answer)
        self.page.on("requestfailed", self._look_at_failure)

    def _look_at_answer(self, response) -> None:
        if response.status >= 400:
            self.complaints.append(f"{response.status} {response.request.method} {response.url}")

    def _look_at_failure(self, request) -> None:
        # Leaving a page ends its requests; that is nobody's fault.
        if request.failure != "net::ERR_ABORTED":
            self.complaints.append(f"{request.failure} {request.method} {request.url}")

    def address(self, path: str) -> str:
        return f"{self.portal}/{self.office.slug}/{path}"

    def open(self, path: str) -> Page:
        self.page.goto(self.address(path))
        return self.page

    def follow(self, link: Locator) -> None:
        """Clicks what leads to another page and waits for that one: going elsewhere at once would end the request."""
        with self.page.expect_navigation():
            link.click()

    def sign_in(self, role) -> Page:
        self.open(f"sign-in/?next=/{self.office.slug}/organizations/")
        self.page.get_by_label("E-mail address").fill(PEOPLE[role][1])
        self.page.get_by_label("Password").fill(PASSWORD)
        self.page.get_by_role("button", name="Sign in", exact=True).click()
        expect(self.page.get_by_role("heading", level=1)).to_have_text("Organizations")
        return self.page

    def keep(self, name: str) -> None:
        """A screenshot among the artefacts, numbered in the order of the walk."""
        self.shots += 1
        path = self.shelf() / f"{self.shots:02}-{name}.png"
        try:
            self.page.screenshot(path=path, caret="initial")
        except Error:
            # While a page is being replaced, Chromium has nothing to capture for a moment.
            self.page.wait_for_load_state("networkidle")
            self.page.screenshot(path=path, caret="initial")

    def shelf(self, name: str = "") -> Path:
        """A directory of the artefacts, made when it is first asked for."""
        (SCREENSHOTS / name).mkdir(parents=True, exist_ok=True)
        return SCREENSHOTS / name

    def result_rows(self) -> list[tuple[str, ...]]:
        """The texts of the list, one tuple for each row; without the caption under a cell's text."""
        return [tuple(row) for row in self.page.locator("#results tbody").evaluate_all(READ_ROWS)[0]]

    def scrolls_sideways(self) -> bool:
        return bool(
            self.page.evaluate(
                "document.scrollingElement.scrollWidth > document.scrollingElement.clientWidth"
            )
        )


READ_ROWS = """bodies => bodies.map(body => [...body.rows].map(row => [...row.cells].map(cell => {
  const copy = cell.cloneNode(true);
  copy.querySelectorAll('.subtitle').forEach(each => each.remove());
  return copy.textContent.trim();
})))"""


def exactly(text: str) -> re.Pattern[str]:
    """Matches this text and nothing around it."""
    return re.compile(rf"^\s*{re.escape(text)}\s*$")
