"""Write the generated pages of `docs/` anew: `python -m tests.rules`."""

from __future__ import annotations

from tests.rules import mistakes, page, ways

for module in (page, mistakes, ways):
    module.PAGE.write_text(module.page(), encoding="utf-8")
    print(module.PAGE)
