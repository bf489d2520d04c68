"""Sentences put together from parts, as options of a command or of the API give them."""

from __future__ import annotations


def sentence(
    who: str = "",
    action: str = "",
    resource: str | None = None,
    *,
    route: str | None = None,
    where: str | None = None,
    without: str | None = None,
) -> str:
    """Return the question that the parts stand for, each as it reads in a sentence.

    Without `who` it is who can, without `action` what somebody can do.
    """
    start = f"can {who} perform {action}" if who else f"who can {action}"
    if not action:
        start = f"what can {who} do"
    parts = [start]
    for word, part in (("on", resource), ("", route), ("where", where), ("without", without)):
        if part:
            parts.append(f"{word} {part}".strip())
    return " ".join(parts)
