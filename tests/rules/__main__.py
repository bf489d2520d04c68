"""Write the generated pages of `docs/` anew: `python -m tests.rules`."""

from __future__ import annotations

from tests.rules import mistakes, page

for module in (page, mistakes):
    module.PAGE.write_text(module.page(), encoding="utf-8")
    print(module.PAGE)
