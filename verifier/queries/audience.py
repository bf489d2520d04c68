"""Who of a class of callers can come in on a path, in words: any repository, or one branch of one.

The words are proved: each stands for what the solver finds of the claim, or account, that tells the
callers of the class apart.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from iam_smt.automata import clause
from iam_smt.credentials import issuer_of
from iam_smt.keys import SingleKey
from iam_smt.patterns import ANYTHING, Pattern, merged
from iam_smt.principals import Kind
from iam_smt.terms import Term, negation
from iam_smt.texts import StringVariable, member
from iam_smt.theory import Sat
from verifier.queries.paths import Path
from verifier.queries.world import World

_UNHEARD_OF = "zq4wq8"
_UNHEARD_OF_ACCOUNT = "481516234207"
_MOST_NAMES = 3
_OF_SOME = ", where the rest of the claim fits"


@dataclass(frozen=True)
class Form:
    """How a value names its owner: `parts` of it, each by what stands before and after it, and
    `words` for when none, one, two ... of the parts are fixed.
    """

    parts: tuple[tuple[str, str], ...]
    words: tuple[str, ...]
    claim: str = "sub"


FORMS = {
    r"token\.actions\.githubusercontent\.com(/.*)?": Form(
        (("repo:", "/"), ("", ":"), ("", "")),
        (
            "any repository on GitHub",
            "any repository of {0}",
            "anything in the repository {0}/{1}",
            "{2} of the repository {0}/{1}",
        ),
    ),
    r"gitlab\.com": Form(
        (("project_path:", "/"), ("", ":ref_type:"), ("", "")),
        (
            "any project on gitlab.com",
            "any project of the group {0}",
            "anything in the project {0}/{1}",
            "{2} of the project {0}/{1}",
        ),
    ),
    r"app\.terraform\.io": Form(
        (("organization:", ":project:"), ("", ":workspace:"), ("", ":run_phase:")),
        (
            "any organization of HCP Terraform",
            "any project of the organization {0}",
            "any workspace of the project {1} of {0}",
            "the workspace {2} of the project {1} of {0}",
        ),
    ),
    r"agent\.buildkite\.com": Form(
        (("organization:", ":pipeline:"), ("", ":")),
        (
            "any pipeline on Buildkite",
            "any pipeline of the organization {0}",
            "the pipeline {1} of the organization {0}",
        ),
    ),
    r"oidc\.codefresh\.io": Form(
        (("account:", ":pipeline:"), ("", ":")),
        ("any pipeline on Codefresh", "any pipeline of the account {0}", "the pipeline {1} of {0}"),
    ),
    r"oidc\.circleci\.com/org/.*": Form(
        (("org/", "/project/"), ("", "/user/")),
        (
            "any project of the organization",
            "any project of the organization {0}",
            "the project {1} of the organization {0}",
        ),
    ),
    r"oidc\.vercel\.com/.*": Form(
        (("owner:", ":project:"), ("", ":environment:"), ("", "")),
        (
            "any project of the team",
            "any project of the team {0}",
            "any environment of the project {1}",
            "the environment {2} of the project {1}",
        ),
    ),
    r"(.*\.)?oidc[.-]eks\..*|oidc\.eks\..*": Form(
        (("system:serviceaccount:", ":"), ("", "")),
        (
            "any service account of the cluster",
            "any service account of the namespace {0}",
            "the service account {1} of the namespace {0}",
        ),
    ),
    r"api\.pulumi\.com/oidc": Form(
        (("", ""),), ("any organization of Pulumi Cloud", "the audience {0}"), "aud"
    ),
    r"cognito-identity\.amazonaws\.com": Form(
        (("", ""),), ("any identity pool of Amazon Cognito", "the identity pool {0}"), "aud"
    ),
    r"accounts\.google\.com": Form(
        (("", ""),), ("any application with Google", "the application {0}"), "aud"
    ),
}
"""Providers by their issuer, as their documentation gives the claims that AWS STS reads."""


def audience(world: World, path: Path) -> str:
    """Return in words who of the first callers of a path can take it, "" where there are none."""
    caller = path.first.caller
    match caller.principal.kind:
        case Kind.OIDC:
            issuer = issuer_of(caller.principal.provider or "")
            form = next((form for text, form in FORMS.items() if re.fullmatch(text, issuer)), None)
            if form is None:
                return ""
            key = path.first.context.key(f"{issuer}:{form.claim}")
            value = key.value if isinstance(key, SingleKey) else None
            return _told(world, path.term(), value, form, _UNHEARD_OF)
        case Kind.USER | Kind.ROLE_SESSION:
            kind = "user" if caller.principal.kind is Kind.USER else "role"
            head = f"arn:{caller.principal.partition}:iam::"
            form = Form(((head, f":{kind}/"),), ("any AWS account", "account {0}"))
            arn = caller.principal.arn
            told = _told(world, path.term(), arn, form, _UNHEARD_OF_ACCOUNT)
            return re.sub(r"\d{12}", lambda found: world.snapshot.called(found[0]), told)
    return ""


_GITHUB_PARTS = {
    "ref:refs/heads/": "the branch ",
    "ref:refs/tags/": "the tag ",
    "environment:": "the environment ",
    "pull_request": "pull requests",
}


def _part(text: str) -> str:
    """Return how people call the rest of a subject on GitHub."""
    for start, words in _GITHUB_PARTS.items():
        if text.startswith(start):
            return words + text.removeprefix(start)
    return text


def _told(world: World, whole: Term, value: object, form: Form, unheard_of: str) -> str:
    if not isinstance(value, StringVariable):
        return ""
    fixed: list[str] = []
    head = ""
    for number, (before, end) in enumerate(form.parts):
        head += before
        fresh = head + unheard_of + end
        if _can_be(world, whole, value, _pattern(fresh, end)):
            for between, after in form.parts[number + 1 :]:
                fresh += between + unheard_of + after
            last = form.parts[-1][1]
            rest = "" if _can_be(world, whole, value, _pattern(fresh, last)) else _OF_SOME
            return form.words[number].format(*fixed) + rest
        names = _names(world, whole, value, head, end)
        if len(names) != 1:
            told = [form.words[number + 1].format(*fixed, _part(name)) for name in names]
            more = " and others alike" if len(names) > _MOST_NAMES else ""
            return " or ".join(told[:_MOST_NAMES]) + more
        fixed.append(_part(names[0]))
        head += names[0] + end
    return form.words[-1].format(*fixed)


def _can_be(world: World, whole: Term, value: StringVariable, pattern: Pattern) -> bool:
    return isinstance(world.solver.solve(whole, member(value, clause([pattern]))), Sat)


def _pattern(text: str, end: str) -> Pattern:
    return (text, ANYTHING) if end else (text,)


def _names(world: World, whole: Term, value: StringVariable, head: str, end: str) -> list[str]:
    """Return what may stand between `head` and `end`, a few of it."""
    found: list[str] = []
    inside = member(value, clause([merged((head, ANYTHING, end, ANYTHING))]))
    while len(found) <= _MOST_NAMES:
        known = clause([_pattern(head + name + end, end) for name in found])
        outcome = world.solver.solve(whole, inside, negation(member(value, known)))
        if not isinstance(outcome, Sat):
            return found
        rest = outcome.model.text(value).removeprefix(head)
        found.append(rest.partition(end)[0] if end else rest)
    return found
