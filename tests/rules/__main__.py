"""Write `docs/semantics.md` anew: `python -m tests.rules`."""

from __future__ import annotations

from tests.rules.page import PAGE, page

PAGE.write_text(page(), encoding="utf-8")
print(PAGE)
