"""The WHO of a question → origins: classes of callers, or principals of the snapshot."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from difflib import get_close_matches

from iam_smt.automata import clause
from verifier.compile.targets import pattern_of
from verifier.errors import QuestionError
from verifier.queries import origins
from verifier.queries.origins import Origin
from verifier.queries.world import World
from verifier.question import Who, WhoKind

_PRINCIPAL = re.compile(
    r"arn:[\w-]+:(iam|sts)::(?P<account>\d{12}):"
    r"(?P<rest>root|user/.+|role/.+|federated-user/.+|assumed-role/[^/]+/[^/]+)"
)


def callers(world: World, who: Who, *, roots: bool = False) -> Iterator[Origin]:
    """Yield the origins that `who` stands for; `roots` adds the root users of all accounts.

    Raises `QuestionError` if a principal is named that the snapshot should hold but does not, or
    if a class of its principals is empty: an empty input is no answer.
    """
    match who.kind:
        case WhoKind.EXTERNAL:
            yield from _external(world)
        case WhoKind.OUTSIDE:
            yield origins.outside(world)
        case WhoKind.ANYONE:
            yield from _external(world)
            if roots:
                for account in world.snapshot.accounts:
                    yield origins.root(world, account)
            yield from _users(world, who)
            yield from _roles(world, who)
        case WhoKind.ANONYMOUS:
            yield origins.anonymous(world)
        case WhoKind.FEDERATED:
            found = origins.federated(world, who.names[0] if who.names else None)
            if who.names and not found.starts:
                known = ", ".join(world.trusts.names("provider")) or "none"
                raise QuestionError(
                    f"no role trusts a provider `{who.names[0]}`; trusted are: {known}"
                )
            yield found
        case WhoKind.SERVICE:
            yield origins.services(world)
        case WhoKind.USERS:
            yield from _some(_users(world, who), "user", who)
        case WhoKind.ROLES:
            yield from _some(_roles(world, who), "role", who)
        case WhoKind.PRINCIPAL:
            yield from _principal(world, who.names[0])


def _external(world: World) -> Iterator[Origin]:
    yield origins.outside(world)
    yield origins.federated(world)
    yield origins.anonymous(world)


def _some(found: Iterator[Origin], what: str, who: Who) -> Iterator[Origin]:
    first = next(found, None)
    if first is None:
        where = f" of account {who.account}" if who.account else ""
        raise QuestionError(f"there is no {what}{where} in this snapshot")
    yield first
    yield from found


def _wanted(who: Who) -> Callable[[str, str], bool]:
    excluded = clause([pattern_of(text) for text in who.exceptions])
    return lambda arn, account: who.account in (None, account) and arn not in excluded


def _users(world: World, who: Who) -> Iterator[Origin]:
    wanted = _wanted(who)
    for user in world.snapshot.users():
        if wanted(user.arn, user.account):
            yield origins.user(world, user)


def _roles(world: World, who: Who) -> Iterator[Origin]:
    wanted = _wanted(who)
    for role in world.snapshot.roles():
        if wanted(role.arn, role.account):
            yield origins.role(world, role)


def _principal(world: World, text: str) -> Iterator[Origin]:
    """Yield the principal with this ARN, or each that matches it as a pattern."""
    snapshot = world.snapshot
    if "*" in text or "?" in text:
        wanted = clause([pattern_of(text)])
        found = [origins.user(world, user) for user in snapshot.users() if user.arn in wanted]
        found += [origins.role(world, role) for role in snapshot.roles() if role.arn in wanted]
        if not found:
            raise QuestionError(f"no user or role of this snapshot is like `{text}`")
        yield from found
        return
    if (user := snapshot.user(text)) is not None:
        yield origins.user(world, user)
        return
    if (role := snapshot.role(text)) is not None:
        yield origins.role(world, role)
        return
    yield _named(world, text)


def _named(world: World, text: str) -> Origin:
    """Return a root user, a session, or a principal of an account that is not in the snapshot."""
    match = _PRINCIPAL.fullmatch(text)
    if match is None:
        raise QuestionError(f"`{text}` is not the ARN of a principal")
    account = world.snapshot.accounts.get(match["account"])
    if account is None:
        return origins.given(world, text)
    kind, _, name = match["rest"].partition("/")
    if kind == "root":
        return origins.root(world, account.id)
    if kind == "assumed-role":
        role_name, _, session_name = name.partition("/")
        for role in account.roles.values():
            if role.name == role_name:
                return origins.session(world, role, session_name)
    near = get_close_matches(text, [*account.users, *account.roles], 1, 0.6)
    hint = f"; did you mean `{near[0]}`" if near else ""
    raise QuestionError(f"`{text}` is not in the snapshot{hint}")
