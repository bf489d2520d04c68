"""The hops of a path as a model describes them: concrete requests, to be replayed."""

from __future__ import annotations

from dataclasses import dataclass, field

from verifier.policy.attached import ApplicablePolicies
from verifier.request import Request
from verifier.semantics.leanings import DoubleTags
from verifier.snapshot.model import Role


@dataclass(frozen=True)
class Replayable:
    """One authorization of a decoded path with the policies to replay it under.

    `doubled` are the tags of caller and resource whose keys differ only in case; `by_user` says
    whether a user may have made the session of the caller, `signs_in` whether the caller may have
    signed in to the console.
    """

    request: Request
    policies: ApplicablePolicies
    doubled: DoubleTags = field(default_factory=dict)
    by_user: bool = True
    signs_in: bool = True


@dataclass(frozen=True)
class DecodedHop:
    """One decoded request of a path: the main authorization, and those that go with the call.

    `hands_tags_on` says that the caller's session hands inherited tags on to the one to make.
    """

    main: Replayable
    others: tuple[Replayable, ...]
    chosen: tuple[str, ...]
    role: Role | None
    known: bool
    hands_tags_on: bool = False
