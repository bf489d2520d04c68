"""A headless Chromium, if there is one: Debian has it as `chromium` and `chromium-driver`."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests import reviews
from verifier import render_review

_FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    "--window-size=1360,900",
)


@pytest.fixture(scope="session")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A browser that logs what it says and asks for."""
    browser = shutil.which("chromium") or shutil.which("chromium-browser")
    driver = shutil.which("chromedriver")
    if not browser or not driver:
        pytest.skip("there is no chromium with a chromedriver on this machine")
    webdriver = pytest.importorskip("selenium.webdriver")
    service = pytest.importorskip("selenium.webdriver.chrome.service").Service(driver)
    options = webdriver.ChromeOptions()
    options.binary_location = browser
    for flag in (*_FLAGS, f"--user-data-dir={tmp_path_factory.mktemp('profile')}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    found = webdriver.Chrome(options=options, service=service)
    yield found
    found.quit()


@pytest.fixture(scope="session")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the pages, each written when it is first asked for."""
    return tmp_path_factory.mktemp("pages")


@pytest.fixture
def page(chromium: Any, pages: Path) -> Any:
    """Opens the page of a review, as a browser does that was just started."""

    def show(name: str = "example", fragment: str = "", *, script: bool = True) -> Any:
        file = pages / f"{name}.html"
        if not file.exists():
            text = render_review(getattr(reviews, name)(), "html")
            file.write_text(text, encoding="utf-8")
        chromium.get("about:blank")
        chromium.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": not script})
        chromium.get(file.as_uri() + fragment)
        return chromium

    chromium.set_window_size(1360, 900)
    emulate(chromium, prefers_reduced_motion="reduce")
    yield show
    chromium.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})
    chromium.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def emulate(browser: Any, media: str = "", **features: str) -> None:
    """Let the browser stand for paper, or for a reader who prefers something."""
    wanted = [{"name": name.replace("_", "-"), "value": value} for name, value in features.items()]
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": media, "features": wanted})
