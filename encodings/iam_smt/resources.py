"""What a request carries of its resource: owner, organization, tags (R5.40, R5.41)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from iam_smt.context import KeyType, free_key
from iam_smt.keys import ABSENT, Key, SingleKey
from iam_smt.organizations import Membership
from iam_smt.terms import TRUE, Flag, Term, both
from iam_smt.texts import Text

_OWNER_MAY_BE_MISSING = frozenset({"ebs", "ec2", "route53"})
"""Services with actions whose requests lack `aws:ResourceAccount` (5.1)."""

_TAGS_MAY_BE_MISSING = frozenset({"s3"})
"""Services in which tags of a resource count only where the owner has turned that on."""


_TAGGED_BY = {"sts": "iam"}
"""The service whose key has the tags of the resource, where it is another one (5.3)."""


class ResourceKeys:
    """The keys of a resource of `service`, owned by `account`.

    `tags` maps lower-cased tag keys to values; None where the tags are not known. `tag` may
    take over single tags, as an inherited session tag does (R7.62).
    """

    def __init__(
        self,
        label: str,
        service: str,
        account: Text,
        membership: Membership,
        tags: Mapping[str, Text] | None,
        tag: Callable[[str, SingleKey], SingleKey] = lambda name, own: own,
    ) -> None:
        self._label = label
        self._service = service
        self._account = account
        self._membership = membership
        self._tags = tags
        self._overrule = tag
        self._made: dict[str, SingleKey] = {}
        self._owner: Term = (
            Flag(f"{label} names the owner") if service in _OWNER_MAY_BE_MISSING else TRUE
        )

    def key(self, name: str) -> Key | None:
        """Return the key `name` of the resource."""
        match name:
            case "aws:resourceaccount":
                return SingleKey(self._owner, self._account)
            case "s3:resourceaccount" if self._service == "s3":
                return SingleKey(TRUE, self._account)
            case "aws:resourceorgid":
                key = self._membership.organization
            case "aws:resourceorgpaths":
                key = self._membership.paths
            case _:
                prefix, slash, tag = name.partition("/")
                service = _TAGGED_BY.get(self._service, self._service)
                if slash and prefix in ("aws:resourcetag", f"{service}:resourcetag"):
                    return self._tag(tag)
                return None
        return replace(key, present=both(key.present, self._owner))

    def _tag(self, name: str) -> SingleKey:
        if name not in self._made:
            self._made[name] = self._overrule(name, self._own(name))
        return self._made[name]

    def _own(self, name: str) -> SingleKey:
        if self._tags is None:
            key = free_key(self._label, f"aws:resourcetag/{name}", KeyType.TEXT)
            return key if isinstance(key, SingleKey) else ABSENT
        if name not in self._tags:
            return ABSENT
        missing = self._service in _TAGS_MAY_BE_MISSING
        present: Term = Flag(f"{self._label} carries tags") if missing else TRUE
        return SingleKey(present, self._tags[name])

    def axioms(self) -> list[Term]:
        """Nothing ties the keys of a resource beyond their making."""
        return []
