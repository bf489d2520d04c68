"""Markdown that shows hostile names as they are."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from tests.test_picture import ACCOUNTS, HOSTILE, chain
from verifier.report.markdown import code, escaped, fenced, mermaid, table
from verifier.report.plain import plain

NAMES = (
    *HOSTILE,
    "[a](https://evil.example)",
    "![x](https://evil.example/x.png)",
    "https://evil.example www.evil.example",
    "`code` ``more``",
    "a | b",
    "# heading",
    "- item",
    "1. item",
    "1) item",
    "___",
    "*bold* __bold__ ~~gone~~",
    "&lt;b&gt;",
    "a\\",
    "a\nb",
    "> quote",
    "",
)


def _read(lines: list[str]) -> tuple[str, set[str]]:
    """Return the text that readers see, and the names of the elements around it."""
    parser = MarkdownIt("gfm-like", {"html": True, "linkify": False})
    html = parser.render("\n".join(lines))
    tags = set(re.findall(r"<(\w+)", re.sub(r"<!--.*?-->", "", html)))
    text = re.sub(r"<[^>]*>", "", re.sub(r"<!--.*?-->", "", html))
    for name, value in (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&amp;", "&")):
        text = text.replace(name, value)
    return text.strip("\n"), tags


def _is_same(seen: str, text: str) -> bool:
    return seen.split() == plain(text).split()


@pytest.mark.parametrize("name", NAMES)
def test_items(name: str) -> None:
    """In an item, a name is text, and nothing but text."""
    seen, tags = _read([f"- {escaped(name)}"])
    assert tags == {"ul", "li"}
    assert _is_same(seen, name)


@given(st.text(st.characters(codec="utf-8")))
def test_any_text(text: str) -> None:
    """Whatever a text holds, readers see it, without any element of its own."""
    seen, tags = _read([f"- {escaped(text)}"])
    assert tags == {"ul", "li"}
    assert _is_same(seen, text)


@pytest.mark.parametrize("name", NAMES)
def test_cells(name: str) -> None:
    """In a table a name keeps to its cell, as text and as code."""
    _, tags = _read(table(("a", "b"), [(escaped(name), code(name))]))
    assert tags == {"table", "thead", "tbody", "tr", "th", "td", "code"}


@pytest.mark.parametrize("name", NAMES)
def test_code(name: str) -> None:
    """Code shows every mark, and nothing in a block of code ends it."""
    seen, tags = _read([f"x {code(name)} y"])
    assert tags == {"p", "code"}
    assert seen.replace("\\|", "|").split() == ["x", *plain(name).split(), "y"]
    _, tags = _read(fenced([name, "```", "~~~", "<b>"], "json"))
    assert tags == {"pre", "code"}


@pytest.mark.parametrize("name", HOSTILE)
def test_mermaid(name: str) -> None:
    """A picture has one box for each stop, and no name writes a line or ends a label."""
    lines = mermaid(chain(name), ACCOUNTS)
    assert (lines[0], lines[-1]) == ("```mermaid", "```")
    inside = lines[1:-1]
    assert len(inside) == 1 + 3 + 2
    for line in inside[1:]:
        assert line.count('"') == 2
        label = line.split('"')[1].replace("<br/>", "")
        assert re.fullmatch(r"[A-Za-z0-9 ./_,#;-]*", label)


def test_no_path() -> None:
    """There is no picture of nothing."""
    assert mermaid((), ACCOUNTS) == []
