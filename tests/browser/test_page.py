"""The review in a real browser: what a reader does with it works, and nothing else happens."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from tests import reviews
from tests.browser.conftest import emulate
from tests.browser.contrast import CONTRAST
from tests.test_picture import HOSTILE
from verifier import render_review
from verifier.report.plain import plain

By = pytest.importorskip("selenium.webdriver.common.by").By
Keys = pytest.importorskip("selenium.webdriver.common.keys").Keys

NAMES = ("example", "hostile", "large")


def _all(browser: Any, selector: str) -> list[Any]:
    found: list[Any] = browser.find_elements(By.CSS_SELECTOR, selector)
    return found


def _one(browser: Any, selector: str) -> Any:
    (found,) = _all(browser, selector)
    return found


def _shown(browser: Any) -> list[Any]:
    return _all(browser, "#findings details.card:not([hidden])")


def _requests(browser: Any) -> list[str]:
    entries = [json.loads(entry["message"])["message"] for entry in browser.get_log("performance")]
    return [
        entry["params"]["request"]["url"]
        for entry in entries
        if entry["method"] == "Network.requestWillBeSent"
    ]


@pytest.mark.parametrize("name", NAMES)
def test_quiet(page: Any, name: str) -> None:
    """Opening a page asks for the file and for nothing else; the console stays empty."""
    browser = page()
    browser.get_log("performance")
    browser.get_log("browser")
    browser = page(name)
    assert {url for url in _requests(browser) if url != "about:blank"} == {browser.current_url}
    assert browser.get_log("browser") == []


def test_policy_holds(page: Any) -> None:
    """Under the policy of the page no other script runs, and no other style counts."""
    browser = page()
    browser.execute_script(
        "const s = document.createElement('script'); s.textContent = 'window.ran = 1';"
        "document.body.append(s);"
        "const i = document.createElement('img'); i.src = 'data:,'; document.body.append(i);"
        "i.setAttribute('onclick', 'window.ran = 1'); i.click();"
        "document.body.setAttribute('style', 'color: rgb(1, 2, 3)');"
    )
    assert browser.execute_script("return window.ran") is None
    colour = browser.execute_script("return getComputedStyle(document.body).color")
    assert colour != "rgb(1, 2, 3)"
    assert len(browser.get_log("browser")) >= 3


def test_search(page: Any) -> None:
    """The list follows the words that are typed, and says how many it shows."""
    browser = page()
    total = len(_shown(browser))
    field = _one(browser, "#search")
    field.send_keys("partnerdeploy EXTERNAL")
    shown = _shown(browser)
    assert 0 < len(shown) < total
    assert all("PartnerDeploy" in card.get_attribute("textContent") for card in shown)
    assert _one(browser, "#shown").text == f"{len(shown)} of {total} shown"
    field.send_keys(" nothing-is-called-so")
    assert _shown(browser) == []
    assert _one(browser, "#none").is_displayed()
    _one(browser, "#reset").click()
    assert len(_shown(browser)) == total
    assert not _one(browser, "#none").is_displayed()


def test_filters(page: Any) -> None:
    """Severities, states and accounts narrow the list together."""
    browser = page()
    for box in _all(browser, "input[name=severity]"):
        if box.get_attribute("value") != "medium":
            box.click()
    assert {card.get_attribute("data-severity") for card in _shown(browser)} == {"medium"}
    before = len(_shown(browser))
    _one(browser, "input[name=state][value=suppressed]").click()
    assert {card.get_attribute("data-state") for card in _shown(browser)} == {"open"}
    assert len(_shown(browser)) <= before
    _one(browser, "#account option[value='222233334444']").click()
    assert all("222233334444" in card.get_attribute("data-accounts") for card in _shown(browser))
    empty = ".kind-of-finding:not(:has(details.card:not([hidden])))"
    assert not any(group.is_displayed() for group in _all(browser, empty))


def test_links(page: Any) -> None:
    """A permanent link opens its finding, whatever was filtered away, on load and later."""
    browser = page()
    names = [card.get_attribute("id") for card in _all(browser, "#findings details.card")]
    browser = page("example", f"#{names[-1]}")
    assert _one(browser, f"#{names[-1]}").get_attribute("open")
    _one(browser, "#search").send_keys("nothing-is-called-so")
    browser.execute_script("location.hash = arguments[0]", names[0])
    browser.execute_async_script("setTimeout(arguments[0], 50)")
    first = _one(browser, f"#{names[0]}")
    assert first.get_attribute("open")
    assert first.is_displayed()
    broken = browser.execute_script(
        "return [...document.querySelectorAll('a')].map(a => a.getAttribute('href'))"
        ".filter(h => !h.startsWith('#') || !document.getElementById(h.slice(1)))"
    )
    assert broken == []


@pytest.mark.parametrize("name", ["example", "hostile"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_contrast(page: Any, name: str, scheme: str) -> None:
    """Every text stands out from what it stands on by 4.5 to 1, in both themes (WCAG AA)."""
    browser = page(name)
    emulate(browser, prefers_color_scheme=scheme)
    browser.execute_script("document.querySelectorAll('details').forEach(d => d.open = true)")
    assert browser.execute_script(CONTRAST) == []


def test_themes(page: Any) -> None:
    """The page takes the theme of the system, and the button the other one."""
    ground = "return getComputedStyle(document.body).backgroundColor"
    browser = page()
    emulate(browser, prefers_color_scheme="light")
    light = browser.execute_script(ground)
    emulate(browser, prefers_color_scheme="dark")
    dark = browser.execute_script(ground)
    assert light != dark
    button = _one(browser, "#theme")
    assert button.text == "Light theme"
    button.click()
    assert browser.execute_script(ground) == light
    assert button.text == "Dark theme"
    button.click()
    assert browser.execute_script(ground) == dark


def test_print(page: Any) -> None:
    """On paper everything is open, in dark ink, without what only a screen can do."""
    browser = page()
    emulate(browser, "print", prefers_color_scheme="dark")
    hidden = browser.execute_script(
        "return [...document.querySelectorAll('main pre, main ol.hops, main table')]"
        ".filter(item => !item.getBoundingClientRect().height).length"
    )
    assert hidden == 0
    for selector in (".side", "#filters", ".panel", "button.copy"):
        assert not any(item.is_displayed() for item in _all(browser, selector))
    assert browser.execute_script("return getComputedStyle(document.body).color") == "rgb(0, 0, 0)"
    emulate(browser)
    printed = browser.execute_cdp_cmd("Page.printToPDF", {"printBackground": True})
    assert base64.b64decode(printed["data"]).startswith(b"%PDF-")
    assert not any(card.get_attribute("open") for card in _all(browser, "#findings details.card"))


def test_without_script(page: Any) -> None:
    """Without scripts everything is there to be read, and nothing that would not work."""
    browser = page("example", script=False)
    assert not any(item.is_displayed() for item in _all(browser, ".needs-js"))
    summary = _all(browser, "#findings details.card > summary")[0]
    summary.click()
    assert _all(browser, "#findings details.card[open] pre")[0].is_displayed()
    assert _all(browser, "svg.chart a.box")[0].is_displayed()


def test_keyboard(page: Any) -> None:
    """The page is used without a mouse: skip link, findings, the map."""
    browser = page()
    body = _one(browser, "body")
    body.send_keys(Keys.TAB)
    assert browser.switch_to.active_element.text == "Skip to the review"
    browser.switch_to.active_element.send_keys(Keys.ENTER)
    assert browser.switch_to.active_element.get_attribute("id") == "main"
    summary = _all(browser, "#findings details.card > summary")[0]
    summary.send_keys(Keys.ENTER)
    assert _all(browser, "#findings details.card")[0].get_attribute("open")
    stage = _all(browser, ".stage")[0]
    views = [_view(browser)]
    for key in ("+", Keys.ARROW_RIGHT, Keys.ARROW_DOWN, "-"):
        stage.send_keys(key)
        views.append(_view(browser))
    assert len(set(views)) == len(views)
    stage.send_keys("0")
    assert _view(browser) == views[0]
    box = _all(browser, "svg.chart a.box.role")[0]
    box.send_keys(Keys.ENTER)
    panel = _all(browser, ".panel")[0]
    assert panel.is_displayed()
    assert box.get_attribute("data-box")
    stage.send_keys(Keys.ESCAPE)
    assert not panel.is_displayed()


def _view(browser: Any) -> str:
    view: str = _all(browser, "svg.chart")[0].get_dom_attribute("viewBox")
    return view


def test_map(page: Any) -> None:
    """A box lights up what leads to it and where it leads; a search what it finds."""
    browser = page()
    box = browser.execute_script(
        "return [...document.querySelectorAll('svg.chart')[0].querySelectorAll('a.box')]"
        ".find(b => b.textContent.includes('StorageAdmin'))"
    )
    box.click()
    lit = browser.execute_script(
        "return [...document.querySelectorAll('svg.chart')[0].querySelectorAll('a.box:not(.dim)')]"
        ".map(b => b.querySelector('title').textContent)"
    )
    assert any("PartnerDeploy" in name for name in lit)
    assert any("account 999988887777" in name for name in lit)
    assert not any("VendorBackup" in name for name in lit)
    panel = _all(browser, ".panel")[0]
    assert "StorageAdmin" in panel.text
    assert "over PartnerDeploy" in panel.text
    panel.find_element(By.TAG_NAME, "button").click()
    assert _all(browser, "svg.chart .dim") == []
    field = _all(browser, "section.who input[type=search]")[0]
    field.send_keys("weboperator")
    assert "WebOperator" in _all(browser, ".panel")[0].text
    field.clear()
    field.send_keys(" ")
    choice = _all(browser, "section.who select")[0]
    choice.find_elements(By.TAG_NAME, "option")[1].click()
    assert _all(browser, "svg.chart .dim")
    for name, grows in (("in", False), ("out", True)):
        before = float(_view(browser).split()[2])
        _all(browser, f"section.who button.{name}")[0].click()
        assert (float(_view(browser).split()[2]) > before) is grows


@pytest.mark.parametrize("name", NAMES)
def test_narrow(page: Any, name: str) -> None:
    """On the screen of a telephone nothing but pictures, tables and code is wider than it."""
    browser = page(name)
    size = {"width": 360, "height": 740, "deviceScaleFactor": 1, "mobile": True}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    browser.execute_script(
        "document.querySelectorAll('details').forEach((d, i) => d.open = i < 60)"
    )
    assert browser.execute_script("return document.documentElement.scrollWidth") <= 360


def test_hostile(page: Any) -> None:
    """Hostile names are text: no element, no script, nothing that is not seen."""
    browser = page("hostile")
    browser.execute_script("document.querySelectorAll('details').forEach(d => d.open = true)")
    alien = "img, iframe, object, embed, form[action], link, body [style]:not(.stage)"
    assert _all(browser, alien) == []
    assert len(_all(browser, "script")) == 1
    text = browser.execute_script("return document.body.textContent")
    for name in HOSTILE:
        assert plain(name) in text
    assert not any(ord(character) in (0x202E, 0x1B, 0x07) for character in text)
    assert browser.title == f"Access review of {plain(HOSTILE[1])}"


def test_reduced_motion(page: Any) -> None:
    """Nothing moves for readers who asked for no motion."""
    browser = page()
    emulate(browser, prefers_reduced_motion="reduce")
    behaviour = "return getComputedStyle(document.documentElement).scrollBehavior"
    assert browser.execute_script(behaviour) == "auto"


def test_large(page: Any) -> None:
    """With 5,000 roles the page stays small, its map is read, and every role in it is found."""
    review = reviews.large()
    assert sum(1 for _ in review.snapshot.roles()) == reviews.MANY
    assert len(render_review(review, "html")) < 10 << 20
    browser = page("large")
    (drawn, *_) = review.maps
    assert drawn.graph.roles > 500
    assert all(len(column) <= 14 for column in drawn.graph.columns)
    role = next(node for box in drawn.graph.boxes[-8:] for node in box.nodes)
    field = _all(browser, "section.who input[type=search]")[0]
    field.send_keys(role.id)
    assert role.id in _all(browser, ".panel")[0].text
    _one(browser, "#search").send_keys(review.open[-1].exposures[0].resource)
    assert 0 < len(_shown(browser)) < len(review.findings)
