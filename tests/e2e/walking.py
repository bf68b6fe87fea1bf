"""A page walked by keyboard: everything that can be pressed is reached, shows that it has the focus, and is seen."""

from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Page

SCRIPT = (Path(__file__).parent / "walking.js").read_text()


@dataclass(frozen=True)
class Walker:
    """Presses Tab in one browser tab, and holds against the page what went wrong."""

    page: Page

    def faults(self, key: str = "Tab") -> list[str]:
        """Of the page as it stands now, with all that folds out folded out."""
        self.page.evaluate(SCRIPT)
        self.page.evaluate("walk.begin()")
        return self._walked(key)

    def faults_inside(self, place: str) -> list[str]:
        """Of one place, entered by the next press of Tab. The focus is behind it at the end."""
        self.page.evaluate(SCRIPT)
        self.page.evaluate("place => walk.begin(place)", place)
        return self._walked("Tab")

    def _walked(self, key: str) -> list[str]:
        met = self._next(key)
        if met == "left":
            # Backwards, the first step from the top is out of the page.
            met = self._next(key)
        while met == "met":
            met = self._next(key)
        trap = [f"{key} goes in a circle without an end"] if met == "again" else []
        return trap + self.page.evaluate("walk.end()")

    def _next(self, key: str) -> str:
        self.page.keyboard.press(key)
        return self.page.evaluate("walk.look()")

    def skips_to_content(self) -> bool:
        """The first stop of all leads past the navigation; the next is in the content, or behind it where it has none."""
        self.page.evaluate("walk.begin()")
        for key in ("Tab", "Enter"):
            self.page.keyboard.press(key)
        arrived = self.page.evaluate("document.activeElement.id === 'main' && location.hash === '#main'")
        self.page.keyboard.press("Tab")
        return arrived and self.page.evaluate(
            "document.activeElement === document.body || !document.activeElement.closest('.topbar, .sidebar')"
        )
