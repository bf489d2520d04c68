"""Paths as pictures: whole, safe, and readable without colours or a page around them."""

from __future__ import annotations

import unicodedata
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verifier.report.picture import picture
from verifier.report.svg import content, element, shortened
from verifier.request import Principal, Request, context
from verifier.verdict import Cause, Hop

SVG = "{http://www.w3.org/2000/svg}"
ACCOUNTS = {"111122223333": "acme", "222233334444": None}
HOSTILE = (
    "<img src=x onerror=alert(1)>",
    "</title></svg><script>alert(1)</script>",
    '"onload="alert(1)',
    "&amp;&#x202e;",
    "\u202egnp.exe",
    "\x1b[31mred\x07\x00",
    "名前" * 40,
    "a" * 300,
)


def hop(principal: Principal, action: str, resource: str, account: str, **chosen: str) -> Hop:
    """Return a request with the conditions that had to be chosen."""
    values = context({key.replace("__", ":"): value for key, value in chosen.items()})
    request = Request(principal, action, resource, account, values)
    return Hop(request, tuple(values), (), (Cause("p", "1", "Allow", "f.json:1:1"),))


def chain(*names: str) -> tuple[Hop, ...]:
    """Return a path from outside over roles with these names to a bucket."""
    roles = [f"arn:aws:iam::111122223333:role/{name}" for name in names]
    callers = [Principal.parse("arn:aws:iam::999988887777:user/eve")]
    for role in roles:
        session = "arn:aws:sts::111122223333:assumed-role/x/example"
        callers.append(Principal.parse(session, role))
    hops = [
        hop(caller, "sts:AssumeRole", role, "111122223333", sts__externalid="x")
        for caller, role in zip(callers[:-1], roles, strict=True)
    ]
    return (*hops, hop(callers[-1], "s3:DeleteBucket", "arn:aws:s3:::logs", "222233334444"))


def _read(svg: str) -> tuple[ElementTree.Element, list[str]]:
    root = ElementTree.fromstring(svg)
    return root, [node.text or "" for node in root.iter() if node.text]


@pytest.mark.parametrize("length", range(1, 11))
def test_tells_the_whole_path(length: int) -> None:
    """Every stop stands in the picture once, every request has its number, nothing overlaps."""
    path = chain(*(f"role-{number}" for number in range(length - 1)))
    root, texts = _read(picture(path, ACCOUNTS))
    for number, item in enumerate(path, 1):
        assert str(number) in texts
        assert any(item.action in text for text in texts)
    titles = [text for text in texts if text.startswith(("user arn", "role arn", "resource arn"))]
    assert len(titles) == length + 1
    boxes = [
        (float(rect.get("x", 0)), float(rect.get("y", 0)))
        for group in root.iter(f"{SVG}g")
        if str(group.get("class")).startswith("stop")
        for rect in group.iter(f"{SVG}rect")
    ]
    assert len(set(boxes)) == length + 1
    left, top, width, height = map(float, str(root.get("viewBox")).split())
    assert all(left <= x and x + 160 <= left + width for x, _ in boxes)
    assert all(top <= y and y + 64 <= top + height for _, y in boxes)


def test_accounts() -> None:
    """The band of an account has its name; the outside is drawn as such."""
    root, texts = _read(picture(chain("deploy"), ACCOUNTS))
    assert {"acme · 111122223333", "222233334444", "outside · 999988887777"} <= set(texts)
    classes = [rect.get("class") for rect in root.iter(f"{SVG}rect")]
    assert classes.count("band outside") == 1
    assert classes.count("band") == 2


def test_several_calls() -> None:
    """Where the same caller goes on, the box between two calls is what the first one acted on."""
    eve = Principal.parse("arn:aws:iam::999988887777:user/eve")
    made, started = "arn:aws:codebuild:eu-west-1:111122223333:project/p", "arn:aws:s3:::logs"
    path = (
        hop(eve, "codebuild:CreateProject", made, "111122223333"),
        hop(eve, "s3:GetObject", started, "111122223333"),
    )
    _, texts = _read(picture(path, ACCOUNTS))
    assert texts.count("user arn:aws:iam::999988887777:user/eve") == 1
    assert f"resource {made}" in texts
    assert f"resource {started}" in texts


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names(name: str) -> None:
    """A name adds no element, no attribute and no hidden character, and keeps to its box."""
    plain = {node.tag for node in ElementTree.fromstring(picture(chain("x"), ACCOUNTS)).iter()}
    root, texts = _read(picture(chain(name), ACCOUNTS))
    assert {node.tag for node in root.iter()} == plain
    assert not any(key.startswith("on") for node in root.iter() for key in node.attrib)
    hidden = {"Cc", "Cf", "Cs", "Zl", "Zp"}
    assert not any(unicodedata.category(char) in hidden for text in texts for char in text)
    for node in root.iter(f"{SVG}text"):
        if node.get("class") == "name":
            assert shortened(node.text or "", 21) == node.text


def test_stands_alone() -> None:
    """Nothing is loaded from anywhere: no link, no style, no script."""
    text = picture(chain("x", "y"), ACCOUNTS)
    assert not any(word in text for word in ("href", "url(", "<style", "<script", "@import"))
    assert picture((), ACCOUNTS) == ""


@given(st.text(), st.integers(4, 40))
def test_shortened(text: str, cells: int) -> None:
    """What is shortened keeps its first and last characters, and fits."""
    short = shortened(text, cells)
    wide = sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in short)
    combining = sum(1 for c in short if unicodedata.combining(c))
    assert wide - combining <= cells
    assert shortened(short, cells) == short


@given(st.text(), st.text())
def test_elements(value: str, inner: str) -> None:
    """An element reads back as what it was made of, hidden characters as escapes."""
    root = ElementTree.fromstring(element("text", content(inner), title=value))
    assert list(root.attrib) == ["title"]
    assert len(root) == 0
