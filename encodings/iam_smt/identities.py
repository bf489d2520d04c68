"""What a request carries of its principal: ARN, account, organization, tags, session (5.2)."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from iam_smt.automata import clause, exactly
from iam_smt.context import KeyType, free_key
from iam_smt.credentials import Credentials, issuer_of
from iam_smt.keys import ABSENT, Key, SetKey, SingleKey, Truth, known
from iam_smt.numbers import Form, NumberVariable, rises, within
from iam_smt.organizations import NO_ORGANIZATION, Membership, unknown_membership
from iam_smt.patterns import Characters, Run
from iam_smt.principals import ACCOUNT_KINDS, FEDERATED_KINDS, Kind, SymbolicPrincipal
from iam_smt.service_sessions import SERVICE_SESSION_KEYS
from iam_smt.sets import SetVariable
from iam_smt.terms import FALSE, TRUE, Flag, Term, both, negation
from iam_smt.texts import StringVariable, Text

_NO_ACCOUNT = clause([(Run(Characters(frozenset(":0123456789"), True)),)])
"""Values that are no customer's account or ARN (R5.12)."""

_LONGEST_SESSION = Fraction(36 * 3600)
"""Seconds that temporary credentials last at most, those of `GetSessionToken` (R7.33)."""

_SOURCE_KEYS = frozenset({"aws:sourcearn", "aws:sourceaccount", "aws:sourceowner"})
_LISTS_OF_CLAIMS = frozenset({"amr"})
_IN_EVERY_TOKEN = frozenset({"aud", "sub"})
_WITHOUT_ID_TOKENS = frozenset({"www.amazon.com", "graph.facebook.com", "saml"})


class PrincipalKeys:
    """The keys of a principal with these credentials (R5.10-R5.16, R5.22, R5.23, R5.25).

    `user_id` and `user_name` are texts where the kind has them; `clock` is the time of the call,
    which is not before `not_before`, in seconds since 1970. `is_claim` tells which claims of
    federated identities there are.
    """

    def __init__(
        self,
        label: str,
        principal: SymbolicPrincipal,
        credentials: Credentials,
        membership: Membership,
        clock: NumberVariable,
        user_id: Text | None = None,
        user_name: Text | None = None,
        is_claim: Callable[[str], bool] = lambda name: True,
        not_before: Fraction | None = None,
        *,
        assuming: bool = False,
    ) -> None:
        self._label = label
        self._not_before = not_before
        self._principal = principal
        self._is_claim = is_claim
        self._credentials = credentials
        self._membership = membership if principal.kind in ACCOUNT_KINDS else NO_ORGANIZATION
        self._clock = clock
        self._user_id = user_id
        self._user_name = user_name
        self._source_membership = unknown_membership(f"{label} source")
        self._source_known = Flag(f"{label} has a source")
        self._mfa = credentials.mfa_in(assuming=assuming)
        self._issue_time: NumberVariable | None = None
        self._has_age = False
        self._names: SetVariable | None = None
        self._table: dict[str, Callable[[], Key]] = {
            "aws:principalarn": self._arn,
            "aws:principalaccount": self._account,
            "aws:principalorgid": lambda: self._membership.organization,
            "aws:principalorgpaths": lambda: self._membership.paths,
            "aws:principaltype": self._type,
            "aws:principalisawsservice": self._is_service,
            "aws:principalservicename": self._service_name,
            "aws:principalservicenameslist": self._service_names,
            "aws:userid": self._user_identifier,
            "aws:username": self._username,
            "aws:assumedroot": lambda: self._credentials.assumed_root,
            "lambda:functionurlauthtype": self._function_url,
            "aws:federatedprovider": self._provider,
            "aws:tokenissuetime": self._token_issue_time,
            "aws:multifactorauthpresent": lambda: self._mfa,
            "aws:multifactorauthage": self._mfa_age,
            "aws:sourceidentity": self._credentials.identity_key,
            "kms:calleraccount": self._account,
        }

    def key(self, name: str) -> Key | None:
        """Return the principal's key `name`."""
        if made := self._table.get(name):
            return made()
        if name.startswith("aws:principaltag/"):
            return self._credentials.tag(name.partition("/")[2])
        if name in SERVICE_SESSION_KEYS:
            return self._credentials.of_service(name)
        if name in _SOURCE_KEYS or name in ("aws:sourceorgid", "aws:sourceorgpaths"):
            return self._source(name)
        if "." in name.partition(":")[0] or name.startswith("saml:"):
            return self._claim(name)
        return None

    def _arn(self) -> Key:
        if self._principal.arn is not None:
            return known(self._principal.arn)
        return self._of_no_account("arn") if self._principal.kind is Kind.SERVICE else ABSENT

    def _account(self) -> Key:
        if self._principal.account is not None:
            return known(self._principal.account)
        if self._principal.kind is Kind.SERVICE:
            return self._of_no_account("account")
        return known("anonymous")

    def _of_no_account(self, what: str) -> SingleKey:
        title = f"{self._label}.service {what}"
        return SingleKey(Flag(f"has {title}"), StringVariable(title, _NO_ACCOUNT))

    def _type(self) -> Key:
        kind = self._principal.kind
        if kind in ACCOUNT_KINDS or kind is Kind.ANONYMOUS:
            return known(kind.value)
        return free_key(self._label, "aws:principaltype", KeyType.TEXT)

    def _is_service(self) -> Key:
        kind = self._principal.kind
        if kind is Kind.SERVICE:
            return SingleKey(TRUE, Truth(TRUE))
        return SingleKey(TRUE, Truth(FALSE)) if kind in ACCOUNT_KINDS else ABSENT

    def _service_name(self) -> Key:
        name = self._principal.provider
        return known(name) if self._principal.kind is Kind.SERVICE and name else ABSENT

    def _service_names(self) -> Key:
        if self._principal.kind is not Kind.SERVICE:
            return SetKey(FALSE, ())
        if self._names is None:
            self._names = SetVariable(f"{self._label}.aws:principalservicenameslist")
        return SetKey(TRUE, self._names)

    def _user_identifier(self) -> Key:
        if self._principal.kind is Kind.ANONYMOUS or self._principal.kind in FEDERATED_KINDS:
            return known("anonymous")
        if self._user_id is not None:
            return known(self._user_id)
        return free_key(self._label, "aws:userid", KeyType.TEXT, TRUE)

    def _username(self) -> Key:
        is_user = self._principal.kind is Kind.USER and self._user_name is not None
        return known(self._user_name) if is_user and self._user_name is not None else ABSENT

    def _provider(self) -> Key:
        name = self._principal.provider
        if self._principal.kind is Kind.OIDC and name:
            return known(name)
        if self._principal.kind is Kind.SAML and name:
            return SingleKey(Flag(f"{self._label} has aws:federatedprovider"), name)
        return self._credentials.provider

    def _function_url(self) -> Key:
        """Return how a function URL authenticates: an unsigned call gets through only where it does
        not (R6.57).
        """
        if self._principal.kind is Kind.ANONYMOUS:
            return known("NONE")
        return free_key(self._label, "lambda:functionurlauthtype", KeyType.TEXT)

    def _token_issue_time(self) -> Key:
        self._issue_time = self._credentials.issued or NumberVariable(
            f"{self._label}.aws:tokenissuetime", Form.DATE, self._clock.plain
        )
        return SingleKey(self._credentials.temporary, self._issue_time)

    def _mfa_age(self) -> Key:
        """Return the age of MFA, which is there iff MFA was shown (R5.20)."""
        self._has_age = True
        shown = self._mfa.value.term if isinstance(self._mfa.value, Truth) else FALSE
        return SingleKey(both(self._mfa.present, shown), self._credentials.mfa_age)

    def _source(self, name: str) -> Key:
        """Return what only direct calls of services for a source resource carry (R5.11)."""
        is_set = name == "aws:sourceorgpaths"
        if self._principal.kind is not Kind.SERVICE:
            return SetKey(FALSE, ()) if is_set else ABSENT
        if name in _SOURCE_KEYS:
            return free_key(self._label, name, KeyType.TEXT)
        return self._source_membership.paths if is_set else self._source_membership.organization

    def _claim(self, name: str) -> Key:
        """Return a claim of a federated identity: while it asks for a role, or later (5.3).

        Every token of OpenID Connect says for whom it is and about whom.
        """
        issuer, _, claim = name.rpartition(":")
        listed = claim in _LISTS_OF_CLAIMS or claim.startswith("eduperson")
        key_type = KeyType.TEXTS if listed else KeyType.TEXT
        if self._vouches(issuer) and self._is_claim(name):
            is_certain = claim in _IN_EVERY_TOKEN and issuer not in _WITHOUT_ID_TOKENS
            return free_key(self._label, name, key_type, TRUE if is_certain else None)
        kept = self._credentials.claim(name)
        if kept is not None:
            return kept
        return SetKey(FALSE, ()) if key_type is KeyType.TEXTS else ABSENT

    def _vouches(self, issuer: str) -> bool:
        principal = self._principal
        if principal.kind is Kind.SAML:
            return issuer == "saml"
        return principal.kind is Kind.OIDC and issuer == issuer_of(principal.provider or "")

    def axioms(self) -> list[Term]:
        """Credentials are issued before they are used (R5.19), and not long before (R7.33).

        MFA was not shown later than now, and does not get younger (R5.20); a service is one of its
        names.
        """
        found: list[Term] = []
        if self._issue_time is not None:
            found.append(rises(self._issue_time, self._clock))
            found.append(within(self._issue_time, self._clock, _LONGEST_SESSION))
            if self._not_before is not None:
                oldest = self._not_before - _LONGEST_SESSION
                found.append(negation(self._issue_time.compare("<", oldest)))
        if self._has_age:
            age, before = self._credentials.mfa_age, self._credentials.mfa_age_before
            if before is not None:
                found.append(rises(before, age))
            found.append(negation(age.compare("<", Fraction(0))))
        if self._names is not None and self._principal.provider:
            found.append(self._names.some(exactly(self._principal.provider)))
        return found
