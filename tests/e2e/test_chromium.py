"""Without a browser the suite says so: aloud where that may be, as a failure where it may not."""

import pytest

from tests.e2e.chromium import MISSING, require_chromium


@pytest.fixture
def bare_machine(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("CHROMIUM", raising=False)
    monkeypatch.delenv("REQUIRE_BROWSER", raising=False)
    return tmp_path


def test_browser_tests_are_skipped_with_the_package_to_install(bare_machine):
    with pytest.raises(pytest.skip.Exception) as skipped:
        require_chromium()
    assert skipped.value.msg == MISSING
    assert "Install the package `chromium`" in MISSING


def test_browser_tests_fail_where_skipping_is_forbidden(bare_machine, monkeypatch):
    monkeypatch.setenv("REQUIRE_BROWSER", "1")
    with pytest.raises(pytest.fail.Exception, match="NO CHROMIUM FOUND"):
        require_chromium()


def test_named_browser_comes_before_those_on_the_path(bare_machine, monkeypatch):
    installed = bare_machine / "chromium"
    installed.touch(mode=0o755)
    assert require_chromium() == str(installed)
    monkeypatch.setenv("CHROMIUM", "/opt/other/chrome")
    assert require_chromium() == "/opt/other/chrome"
