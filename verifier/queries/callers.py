"""The WHO of a question → origins: classes of callers, or principals of the snapshot."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from difflib import get_close_matches

from iam_smt.automata import clause
from verifier.compile.arns import pattern_of
from verifier.errors import QuestionError
from verifier.policy.principals import FederatedUserEntry
from verifier.queries import accountless, origins, strangers
from verifier.queries.origins import Origin
from verifier.queries.workloads import workload, workloads
from verifier.queries.world import World
from verifier.question import Who, WhoKind
from verifier.snapshot.model import Role, User

_PRINCIPAL = re.compile(
    r"arn:[\w-]+:(iam|sts)::(?P<account>\d{12}):"
    r"(?P<rest>root|user/.+|role/.+|federated-user/.+|assumed-role/[^/]+/[^/]+)"
)

_PROVIDER = re.compile(r"arn:[\w-]+:iam::\d{12}:(oidc|saml)-provider/")
_MOST_NAMES = 8
SERVICE_NAME = re.compile(r"[a-z0-9.-]+\.amazonaws\.com(\.cn)?")


def callers(world: World, who: Who, *, roots: bool = False) -> Iterator[Origin]:
    """Yield the origins that `who` stands for; `roots` adds the root users of all accounts.

    Raises `QuestionError` if a principal is named that the snapshot should hold but does not, or
    if a class of its principals is empty: an empty input is no answer.
    """
    match who.kind:
        case WhoKind.EXTERNAL:
            yield from _external(world)
        case WhoKind.OUTSIDE:
            yield strangers.outside(world)
        case WhoKind.ANYONE:
            yield from _external(world)
            if strangers.other_accounts(world):
                yield strangers.others(world)
            for name in world.services:
                yield accountless.service(world, name)
            if roots:
                for account in world.snapshot.accounts:
                    yield origins.root(world, account)
            yield from _users(world, who)
            yield from _roles(world, who)
            yield from _federated_users(world)
        case WhoKind.ANONYMOUS:
            yield accountless.anonymous(world)
        case WhoKind.FEDERATED:
            yield _federated(world, who.names[0] if who.names else None)
        case WhoKind.SERVICE:
            if who.names:
                yield _service(world, who.names[0])
            else:
                yield accountless.services(world)
                yield accountless.deputies(world)
        case WhoKind.OTHERS:
            if not strangers.other_accounts(world):
                raise QuestionError("the snapshot holds every account of its organization")
            yield strangers.others(world)
        case WhoKind.USERS:
            yield from _some(_users(world, who), "user", who)
        case WhoKind.ROLES:
            yield from _some(_roles(world, who), "role", who)
        case WhoKind.WORKLOADS:
            yield from _some(_workloads(world, who), "workload", who)
        case WhoKind.USER | WhoKind.ROLE:
            yield from _by_name(world, who)
        case WhoKind.ACCOUNT:
            yield from _account(world, who)
        case WhoKind.PRINCIPAL:
            yield from _principal(world, who.names[0])


def _external(world: World) -> Iterator[Origin]:
    yield strangers.outside(world)
    yield from accountless.providers(world)
    yield from accountless.certificates(world)
    yield accountless.anonymous(world)


def _federated(world: World, provider: str | None) -> Origin:
    found = accountless.federated(world, provider)
    if provider and not found.starts:
        known = ", ".join(world.trusts.names("provider")) or "none"
        raise QuestionError(f"no role trusts a provider `{provider}`; trusted are: {known}")
    return found


def _service(world: World, name: str) -> Origin:
    if name not in world.services and not SERVICE_NAME.fullmatch(name):
        near = get_close_matches(name, world.services, 1, 0.6)
        hint = f"; did you mean `{near[0]}`" if near else ""
        raise QuestionError(f"`{name}` is not the name of a service principal{hint}")
    return accountless.service(world, name)


def _account(world: World, who: Who) -> Iterator[Origin]:
    """Yield the principals of an account, or what stands for those of one that is not held."""
    number = who.account or ""
    if number not in world.snapshot.accounts:
        yield strangers.account(world, number)
        return
    yield origins.root(world, number)
    yield from _users(world, who)
    yield from _roles(world, who)


def _by_name(world: World, who: Who) -> Iterator[Origin]:
    """Yield the user or role of a name, or each whose name matches it as a pattern."""
    is_user, name = who.kind is WhoKind.USER, who.names[0]
    snapshot = world.snapshot
    wanted = clause([pattern_of(name)])
    every: list[User | Role] = [*snapshot.users()] if is_user else [*snapshot.roles()]
    found = [entity for entity in every if entity.name in wanted]
    if not found:
        near = get_close_matches(name, [entity.name for entity in every], 1, 0.6)
        hint = f"; did you mean `{near[0]}`" if near else ""
        raise QuestionError(f"there is no {who.kind.value} `{name}` in this snapshot{hint}")
    if len(found) > 1 and not _is_pattern(name):
        raise several(name, [entity.arn for entity in found])
    for entity in found:
        match entity:
            case User():
                yield origins.user(world, entity)
            case Role():
                yield origins.role(world, entity)


def several(name: str, arns: Sequence[str]) -> QuestionError:
    """Return the error for a name that several have."""
    more = f" and {len(arns) - _MOST_NAMES} more" if len(arns) > _MOST_NAMES else ""
    return QuestionError(f"`{name}` may be any of {', '.join(arns[:_MOST_NAMES])}{more}: name one")


def _is_pattern(text: str) -> bool:
    return "*" in text or "?" in text


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


def _workloads(world: World, who: Who) -> Iterator[Origin]:
    wanted = _wanted(who)
    for item in workloads(world):
        if wanted(item.arn, item.account):
            yield workload(world, item)


def _federated_users(world: World) -> Iterator[Origin]:
    """Yield the federated users that policies of resources name; of all others nobody can tell."""
    named = {
        entry.text
        for resource in world.snapshot.resources.values()
        for policy in resource.admitting
        for statement in policy.statements
        for entry in (statement.principal.entries if statement.principal else ())
        if isinstance(entry, FederatedUserEntry)
    }
    for arn in sorted(named):
        if arn.split(":", 5)[4] in world.snapshot.accounts:
            yield origins.federated_user(world, arn)


def _principal(world: World, text: str) -> Iterator[Origin]:
    """Yield the principal with this ARN, or each that matches it as a pattern."""
    snapshot = world.snapshot
    if _is_pattern(text):
        wanted = clause([pattern_of(text)])
        found = [origins.user(world, user) for user in snapshot.users() if user.arn in wanted]
        found += [origins.role(world, role) for role in snapshot.roles() if role.arn in wanted]
        found += [workload(world, item) for item in workloads(world) if item.arn in wanted]
        if not found:
            raise QuestionError(f"no user, role or workload of this snapshot is like `{text}`")
        yield from found
        return
    if (user := snapshot.user(text)) is not None:
        yield origins.user(world, user)
        return
    if (role := snapshot.role(text)) is not None:
        yield origins.role(world, role)
        return
    if (item := snapshot.workloads.get(text)) is not None:
        yield workload(world, item)
        return
    if _PROVIDER.match(text):
        yield _federated(world, text)
        return
    yield _named(world, text)


def _named(world: World, text: str) -> Origin:
    """Return a root user, a session, or a principal of an account that is not in the snapshot."""
    match = _PRINCIPAL.fullmatch(text)
    if match is None:
        near = get_close_matches(text, world.snapshot.workloads, 1, 0.6)
        hint = f"; did you mean `{near[0]}`" if near else ""
        raise QuestionError(
            f"`{text}` is neither the ARN of a principal nor of a workload of this snapshot{hint}"
        )
    account = world.snapshot.accounts.get(match["account"])
    if account is None:
        return strangers.given(world, text)
    kind, _, name = match["rest"].partition("/")
    if kind == "root":
        return origins.root(world, account.id)
    if kind == "federated-user":
        return origins.federated_user(world, text)
    if kind == "assumed-role":
        role_name, _, session_name = name.partition("/")
        for role in account.roles.values():
            if role.name == role_name:
                return origins.session(world, role, session_name)
    near = get_close_matches(text, [*account.users, *account.roles], 1, 0.6)
    hint = f"; did you mean `{near[0]}`" if near else ""
    raise QuestionError(f"`{text}` is not in the snapshot{hint}")
