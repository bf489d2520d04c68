"""What credentials carry from hop to hop: session tags, source identity, MFA, claims (7.3-7.7).

One `Chain` holds the values that outlive a hop. A source identity is set at most once on a path
and then kept (R7.64); a transitive tag is passed at most once for each key (R7.61): so each has
one variable for the whole path, and the hops say whether it is there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from iam_smt.automata import EVERYTHING, Clause, clause
from iam_smt.context import SESSION_NAME, KeyType, free_key
from iam_smt.keys import ABSENT, Key, SetKey, SingleKey, Truth, known
from iam_smt.patterns import fold_case
from iam_smt.terms import FALSE, TRUE, Flag, Term, both, either, implies, negation
from iam_smt.texts import Choice, Join, SetVariable, StringVariable, Text, View


@dataclass
class Chain:
    """The values that outlive a hop, one each for a whole path.

    `tags_matter` and `identity_matters` say whether any policy asks about session tags or source
    identities: if none does, the caller passes none, and needs no permission to.
    """

    tags_matter: bool = False
    identity_matters: bool = False
    source_identity: StringVariable = field(
        default_factory=lambda: StringVariable("source identity", SESSION_NAME, ("example",))
    )
    _transitive: dict[str, StringVariable] = field(default_factory=dict)

    def transitive_tag(self, name: str) -> StringVariable:
        """Return the value of the transitive tag `name`, in lower case."""
        if name not in self._transitive:
            title = f"transitive tag {name}"
            self._transitive[name] = StringVariable(title, suggestions=("example",))
        return self._transitive[name]


class Credentials:
    """What the caller's credentials carry; without more, nothing (an anonymous caller)."""

    mfa: SingleKey = ABSENT
    source_identity: SingleKey = ABSENT
    temporary: Term = FALSE
    provider: SingleKey = ABSENT

    def tag(self, name: str) -> SingleKey:
        """Return the principal tag `name`, in lower case (R7.60)."""
        return ABSENT

    def identity_key(self) -> SingleKey:
        """Return `aws:SourceIdentity`, which a policy asks about."""
        return self.source_identity

    def inherited(self, name: str) -> SingleKey:
        """Return the transitive tag `name` as it is handed on to the next session (R7.61)."""
        return ABSENT

    def claim(self, name: str) -> Key | None:
        """Return the federated claim `name` that stays in the session (5.3)."""
        return None

    def of_service(self, name: str) -> Key:
        """Return a key that only sessions run by a service carry (R5.24)."""
        return ABSENT


class UserCredentials(Credentials):
    """A user's: long-term keys, or temporary ones that may show MFA (R5.19, R6.17).

    `tags` maps lower-cased tag keys to values, None where they are free (R5.57).
    """

    def __init__(self, label: str, tags: Mapping[str, Text] | None) -> None:
        self._label = label
        self._tags = tags
        self._made: dict[str, SingleKey] = {}
        self.temporary = Flag(f"{label} has temporary credentials")
        shown = both(self.temporary, Flag(f"{label} has aws:multifactorauthpresent"))
        self.mfa = SingleKey(shown, Truth(Flag(f"{label} presented MFA")))

    def tag(self, name: str) -> SingleKey:
        if self._tags is not None:
            return known(self._tags[name]) if name in self._tags else ABSENT
        if name not in self._made:
            self._made[name] = _free(self._label, f"aws:principaltag/{name}")
        return self._made[name]


class OpenSession(Credentials):
    """A role session of which nothing is known but what the role fixes.

    `tags` are the role's own, None where they are free, too. `taggable` says whether anyone may
    pass session tags to the role, `inheritable` whether anyone may pass transitive ones before;
    `identifiable` the same of a source identity. `by_service` allows the keys of sessions that a
    service runs.
    """

    def __init__(
        self,
        label: str,
        chain: Chain,
        tags: Mapping[str, Text] | None,
        *,
        taggable: bool = True,
        inheritable: bool = True,
        identifiable: bool = True,
        by_service: bool = False,
        mfa: SingleKey | None = None,
        provider: SingleKey = ABSENT,
    ) -> None:
        self._label = label
        self._chain = chain
        self._tags = tags
        self._taggable = taggable
        self._inheritable = inheritable
        self._by_service = by_service
        self._made: dict[str, Key] = {}
        self._on_instance = Flag(f"{label} runs on an EC2 instance")
        self.temporary = TRUE
        self.mfa = mfa or SingleKey(
            Flag(f"{label} has aws:multifactorauthpresent"), Truth(Flag(f"{label} shows MFA"))
        )
        self.provider = provider
        if identifiable:
            present = Flag(f"{label} has aws:sourceidentity")
            self.source_identity = SingleKey(present, chain.source_identity)

    def identity_key(self) -> SingleKey:
        self._chain.identity_matters = True
        return self.source_identity

    def tag(self, name: str) -> SingleKey:
        self._chain.tags_matter = True
        key = f"tag/{name}"
        if key not in self._made:
            self._made[key] = self._make_tag(name)
        made = self._made[key]
        return made if isinstance(made, SingleKey) else ABSENT

    def _make_tag(self, name: str) -> SingleKey:
        carried = self.inherited(name)
        own = _free(self._label, f"role tag {name}")
        if self._tags is not None:
            own = known(self._tags[name]) if name in self._tags else ABSENT
        passed = _free(self._label, f"session tag {name}") if self._taggable else ABSENT
        return _first_present(carried, passed, own)

    def inherited(self, name: str) -> SingleKey:
        if not self._inheritable:
            return ABSENT
        key = f"inherited/{name}"
        if key not in self._made:
            present = Flag(f"{self._label} inherits tag {name}")
            self._made[key] = SingleKey(present, self._chain.transitive_tag(name))
        made = self._made[key]
        return made if isinstance(made, SingleKey) else ABSENT

    def of_service(self, name: str) -> Key:
        if not self._by_service:
            return ABSENT
        if name not in self._made:
            on_instance = self._on_instance if name in ON_INSTANCE else None
            key_type = SERVICE_SESSION_KEYS[name]
            self._made[name] = free_key(self._label, name, key_type, on_instance)
        return self._made[name]


ON_INSTANCE = frozenset(
    {
        "aws:ec2instancesourcevpc",
        "aws:ec2instancesourceprivateipv4",
        "ec2:sourceinstancearn",
        "ec2:roledelivery",
    }
)
SERVICE_SESSION_KEYS = {
    "aws:ec2instancesourcevpc": KeyType.TEXT,
    "aws:ec2instancesourceprivateipv4": KeyType.ADDRESS,
    "ec2:sourceinstancearn": KeyType.TEXT,
    "ec2:roledelivery": KeyType.NUMBER,
    "lambda:sourcefunctionarn": KeyType.TEXT,
    "ssm:sourceinstancearn": KeyType.TEXT,
    "codebuild:buildarn": KeyType.TEXT,
    "codebuild:projectarn": KeyType.TEXT,
    "glue:roleassumedby": KeyType.TEXT,
    "glue:credentialissuingservice": KeyType.TEXT,
    "identitystore:userid": KeyType.TEXT,
    "aws:chatbotsourcearn": KeyType.TEXT,
}
"""Keys that only sessions run by a service carry (5.1)."""


class AssumeRoleKeys:
    """The keys of a call that assumes a role, chosen by the caller (R7.80, R5.56).

    A tag that the call passes may be declared transitive; passing one that is already inherited
    fails (R7.61). A source identity can be set only where there is none (R7.64).
    """

    def __init__(self, label: str, chain: Chain, caller: Credentials, action: str) -> None:
        self._label = label
        self._chain = chain
        self._caller = caller
        self._signed = action.lower() == "sts:assumerole"
        self.session_name = StringVariable(
            f"{label}.sts:rolesessionname", SESSION_NAME, ("example",)
        )
        self._tag_keys = SetVariable(f"{label}.aws:tagkeys")
        self._transitive_keys = SetVariable(f"{label}.sts:transitivetagkeys")
        self._sets_identity = Flag(f"{label} sets a source identity")
        self._names_tags = Flag(f"{label} has aws:tagkeys")
        self._passed: dict[str, StringVariable] = {}

    def key(self, name: str) -> Key | None:
        """Return the key `name` of the call."""
        match name:
            case "sts:rolesessionname":
                return SingleKey(TRUE, self.session_name)
            case "sts:externalid":
                return _free(self._label, name) if self._signed else ABSENT
            case "sts:sourceidentity":
                self._chain.identity_matters = True
                return SingleKey(self._sets_identity, self._chain.source_identity)
            case "aws:tagkeys":
                self._chain.tags_matter = True
                present = either(self._names_tags, self._tag_keys.some(EVERYTHING))
                return SetKey(present, self._tag_keys)
            case "sts:transitivetagkeys":
                self._chain.tags_matter = True
                some = self._transitive_keys.some(EVERYTHING)
                return SetKey(some, self._transitive_keys)
            case "sts:durationseconds" | "sts:awsservicename" | "sts:taskpolicyarn":
                return ABSENT
        if name.startswith("aws:requesttag/"):
            return self._request_tag(name.partition("/")[2])
        return None

    def _request_tag(self, name: str) -> SingleKey:
        transitive = self.makes_transitive(name)
        value = Choice(
            (
                (transitive, self._chain.transitive_tag(name)),
                (negation(transitive), self.passed(name)),
            )
        )
        return SingleKey(self.passes(name), value)

    def passes(self, name: str) -> Term:
        """Holds iff the call passes the session tag `name`."""
        self._chain.tags_matter = True
        self.passed(name)
        return self._tag_keys.some(_tag_key(name))

    def makes_transitive(self, name: str) -> Term:
        """Holds iff the call declares the tag `name` transitive."""
        return self._transitive_keys.some(_tag_key(name))

    def passed(self, name: str) -> StringVariable:
        """Return the value of the tag `name` where it is passed and not transitive."""
        if name not in self._passed:
            title = f"{self._label}.aws:requesttag/{name}"
            self._passed[name] = StringVariable(title, suggestions=("example",))
        return self._passed[name]

    @property
    def sets_identity(self) -> Term:
        """Holds iff the call sets a source identity."""
        return self._sets_identity

    @property
    def passes_tags(self) -> Term:
        """Holds iff the call passes tags, so that `sts:TagSession` must be allowed (R7.16)."""
        return self._tag_keys.some(EVERYTHING) if self._chain.tags_matter else FALSE

    @property
    def carries_identity(self) -> Term:
        """Holds iff a source identity goes with the call, so that it must be allowed (R7.64)."""
        if not self._chain.identity_matters:
            return FALSE
        return either(self._caller.source_identity.present, self._sets_identity)

    def axioms(self) -> list[Term]:
        """What STS refuses: see the class."""
        taken = self._caller.source_identity.present
        found: list[Term] = []
        if self._chain.identity_matters:
            found.append(implies(self._sets_identity, negation(taken)))
        for name in self._passed:
            found.append(implies(self._caller.inherited(name).present, negation(self.passes(name))))
        for atom in self._transitive_keys.memberships:
            if not atom.outside:
                found.append(implies(atom, self._tag_keys.some(atom.clause)))
        return found


class ChainedSession(Credentials):
    """The session that an assume-role call returns; `own` are the role's tags (R7.60)."""

    def __init__(
        self,
        label: str,
        chain: Chain,
        call: AssumeRoleKeys,
        caller: Credentials,
        own: Mapping[str, Text],
        *,
        by_user: bool,
        provider: SingleKey = ABSENT,
        claims: Callable[[str], Key | None] = lambda name: None,
    ) -> None:
        self._label = label
        self._chain = chain
        self._call = call
        self._caller = caller
        self._own = own
        self._claims = claims
        self.temporary = TRUE
        self.provider = provider
        shown = Flag(f"{label} has aws:multifactorauthpresent")
        self.mfa = caller.mfa if by_user else SingleKey(shown, Truth(FALSE))

    @property
    def source_identity(self) -> SingleKey:  # type: ignore[override]
        """The source identity of the caller, or the one that the call has set (R7.64)."""
        present = either(self._caller.source_identity.present, self._call.sets_identity)
        return SingleKey(present, self._chain.source_identity)

    def identity_key(self) -> SingleKey:
        self._chain.identity_matters = True
        return self.source_identity

    def tag(self, name: str) -> SingleKey:
        plain = both(self._call.passes(name), negation(self._call.makes_transitive(name)))
        passed = SingleKey(plain, self._call.passed(name))
        own = known(self._own[name]) if name in self._own else ABSENT
        return _first_present(self.inherited(name), passed, own)

    def inherited(self, name: str) -> SingleKey:
        declared = both(self._call.passes(name), self._call.makes_transitive(name))
        present = either(self._caller.inherited(name).present, declared)
        return SingleKey(present, self._chain.transitive_tag(name))

    def claim(self, name: str) -> Key | None:
        return self._claims(name)


def _first_present(*keys: SingleKey) -> SingleKey:
    """Return the key that has the value of the first of `keys` that is present."""
    cases: list[tuple[Term, Text]] = []
    present: Term = FALSE
    for key in keys:
        if key.present is FALSE:
            continue
        if isinstance(key.value, str | StringVariable | Choice | View | Join):
            cases.append((both(key.present, negation(present)), key.value))
        present = either(present, key.present)
    if not cases:
        return ABSENT
    if len(cases) == 1:
        return SingleKey(present, cases[0][1])
    return SingleKey(present, Choice(tuple(cases)))


def overruled(own: SingleKey, inherited: SingleKey) -> SingleKey:
    """Return a role's tag as its trust policy sees it: an inherited tag replaces it (R7.62)."""
    return _first_present(inherited, own)


def _free(label: str, name: str) -> SingleKey:
    key = free_key(label, name, KeyType.TEXT)
    return key if isinstance(key, SingleKey) else ABSENT


def _tag_key(name: str) -> Clause:
    """Return the spellings of a tag key that condition keys treat as `name` (R4.4)."""
    return clause([fold_case((name,))])
