"""Organizations of any size, from a seed: roles that trust services, accounts, roles and partners.

    python -m benchmarks.families.organizations 2000 /tmp/estate --accounts 4 --seed 1

One role in some hundred is open to a partner, and from one of them a chain of `hops` leads to a
role that may delete buckets; about a fifth of the trusts have conditions, a tenth of the roles have
a boundary, and most share a few dozen managed policies.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from random import Random
from typing import Any

PARTNER = "999988887777"
ORGANIZATION = "o-bench00000"
_VERSION = "2012-10-17"
_SERVICES = ("ec2", "lambda", "ecs-tasks", "glue", "states", "codebuild", "events", "ssm")
_READ = (
    "s3:GetObject",
    "s3:ListBucket",
    "dynamodb:GetItem",
    "dynamodb:Query",
    "sqs:ReceiveMessage",
)
_WRITE = ("s3:PutObject", "dynamodb:PutItem", "sqs:SendMessage", "sns:Publish", "logs:PutLogEvents")


def account_id(number: int) -> str:
    """Return the id of the account with this number."""
    return f"{100000000000 + 1000003 * (number + 1)}"


def _policy(*statements: dict[str, Any]) -> dict[str, Any]:
    return {"Version": _VERSION, "Statement": list(statements)}


def _allow(action: Any, resource: Any, **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


class Estate:
    """A generated organization; `files` maps paths to JSON values."""

    def __init__(self, roles: int, accounts: int, seed: int, hops: int = 4) -> None:
        self._random = Random(f"{roles}/{accounts}/{seed}/{hops}")
        self._names = [
            (account_id(number % accounts), f"role-{number:05d}") for number in range(roles)
        ]
        self._accounts = [account_id(number) for number in range(accounts)]
        self._chain = self._random.sample(self._names, min(hops - 1, len(self._names)))
        self.files = self._files()

    def _arn(self, name: tuple[str, str]) -> str:
        return f"arn:aws:iam::{name[0]}:role/{name[1]}"

    def _files(self) -> dict[str, Any]:
        files: dict[str, Any] = {"organization/organization.json": self._organization()}
        by_account: dict[str, list[dict[str, Any]]] = {account: [] for account in self._accounts}
        for name in self._names:
            by_account[name[0]].append(self._role(name))
        for account, roles in by_account.items():
            files[f"accounts/{account}/authorization-details.json"] = {
                "UserDetailList": [self._user(account, n) for n in range(len(roles) // 10)],
                "GroupDetailList": [],
                "RoleDetailList": roles,
                "Policies": self._managed(account),
            }
            files[f"accounts/{account}/resources/buckets.json"] = [
                self._bucket(account, number) for number in range(max(2, len(roles) // 100))
            ]
        return files

    def _organization(self) -> dict[str, Any]:
        guard = _policy(
            {
                "Effect": "Deny",
                "Action": ["organizations:LeaveOrganization", "cloudtrail:StopLogging"],
                "Resource": "*",
            }
        )
        return {
            "Organization": {"Id": ORGANIZATION, "MasterAccountId": self._accounts[0]},
            "Roots": [
                {
                    "Id": "r-bn01",
                    "ServiceControlPolicies": ["p-FullAWSAccess", "p-guard"],
                    "Accounts": [{"Id": account} for account in self._accounts],
                }
            ],
            "Policies": [
                {
                    "Id": "p-guard",
                    "Name": "guard",
                    "Type": "SERVICE_CONTROL_POLICY",
                    "Content": guard,
                }
            ],
        }

    def _managed(self, account: str) -> list[dict[str, Any]]:
        documents = {
            f"shared-{number}": _policy(
                _allow(list(self._random.sample(_READ, 3)), "*"),
                _allow(
                    list(self._random.sample(_WRITE, 2)),
                    [f"arn:aws:s3:::team-{number}-*", f"arn:aws:sqs:*:{account}:team-{number}-*"],
                ),
            )
            for number in range(30)
        }
        documents["boundary"] = _policy(
            _allow("*", "*"), {"Effect": "Deny", "Action": "iam:*", "Resource": "*"}
        )
        return [
            {
                "PolicyName": name,
                "Arn": f"arn:aws:iam::{account}:policy/{name}",
                "DefaultVersionId": "v1",
                "PolicyVersionList": [
                    {"VersionId": "v1", "IsDefaultVersion": True, "Document": document}
                ],
            }
            for name, document in documents.items()
        ]

    def _user(self, account: str, number: int) -> dict[str, Any]:
        name = f"user-{number:04d}"
        shared = f"shared-{self._random.randrange(30)}"
        return {
            "UserName": name,
            "UserId": f"AIDA{account[:6]}{number:06d}",
            "Arn": f"arn:aws:iam::{account}:user/{name}",
            "GroupList": [],
            "AttachedManagedPolicies": [self._link(account, shared)],
            "Tags": [{"Key": "team", "Value": f"t{number % 7}"}],
        }

    @staticmethod
    def _link(account: str, name: str) -> dict[str, str]:
        return {"PolicyName": name, "PolicyArn": f"arn:aws:iam::{account}:policy/{name}"}

    def _condition(self) -> dict[str, Any]:
        condition: dict[str, Any] = self._random.choice(
            [
                {"StringEquals": {"sts:ExternalId": f"x{self._random.randrange(1000)}"}},
                {"Bool": {"aws:MultiFactorAuthPresent": "true"}},
                {"IpAddress": {"aws:SourceIp": ["203.0.113.0/24", "198.51.100.0/25"]}},
                {"StringEquals": {"aws:PrincipalTag/team": f"t{self._random.randrange(7)}"}},
                {"StringEquals": {"aws:PrincipalOrgID": ORGANIZATION}},
            ]
        )
        return condition

    def _trust(self, name: tuple[str, str]) -> dict[str, Any]:
        account = name[0]
        if name in self._chain:
            place = self._chain.index(name)
            principal = {"AWS": PARTNER if not place else self._arn(self._chain[place - 1])}
            statement: dict[str, Any] = {"Principal": principal}
            if not place:
                statement["Condition"] = {"StringEquals": {"sts:ExternalId": "bench"}}
            return _policy({"Effect": "Allow", "Action": "sts:AssumeRole", **statement})
        kind = self._random.random()
        if kind < 0.45:
            service = f"{self._random.choice(_SERVICES)}.amazonaws.com"
            principal = {"Service": service}
        elif kind < 0.65:
            principal = {"AWS": f"arn:aws:iam::{account}:root"}
        elif kind < 0.9:
            principal = {"AWS": self._arn(self._random.choice(self._names))}
        elif kind < 0.97:
            principal = {"AWS": self._random.choice(self._accounts)}
        elif kind < 0.99:
            principal = {"AWS": f"{PARTNER[:-1]}{self._random.randrange(7)}"}
        else:
            provider = "token.actions.githubusercontent.com"
            statement = {
                "Effect": "Allow",
                "Action": "sts:AssumeRoleWithWebIdentity",
                "Principal": {"Federated": f"arn:aws:iam::{account}:oidc-provider/{provider}"},
                "Condition": {"StringLike": {f"{provider}:sub": f"repo:org/{name[1]}:*"}},
            }
            return _policy(statement)
        statement = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": principal}
        if self._random.random() < 0.2 and "Service" not in principal:
            statement["Condition"] = self._condition()
        return _policy(statement)

    def _role(self, name: tuple[str, str]) -> dict[str, Any]:
        account, role_name = name
        inline = []
        if name in self._chain:
            place = self._chain.index(name)
            last = place == len(self._chain) - 1
            target = "arn:aws:s3:::*" if last else self._arn(self._chain[place + 1])
            action = "s3:DeleteBucket" if last else "sts:AssumeRole"
            inline.append(("chain", _policy(_allow(action, target))))
        elif self._random.random() < 0.3:
            targets = [self._arn(self._random.choice(self._names)) for _ in range(2)]
            inline.append(("assume", _policy(_allow("sts:AssumeRole", targets))))
        elif self._random.random() < 0.1:
            pattern = f"arn:aws:iam::{account}:role/role-{self._random.randrange(100):03d}*"
            inline.append(("assume", _policy(_allow("sts:AssumeRole", pattern))))
        found: dict[str, Any] = {
            "RoleName": role_name,
            "RoleId": f"AROA{account[:6]}{role_name[5:]}",
            "Arn": self._arn(name),
            "AssumeRolePolicyDocument": self._trust(name),
            "RolePolicyList": [
                {"PolicyName": title, "PolicyDocument": document} for title, document in inline
            ],
            "AttachedManagedPolicies": [
                self._link(account, f"shared-{number}")
                for number in self._random.sample(range(30), self._random.randrange(1, 4))
            ],
            "Tags": [{"Key": "team", "Value": f"t{self._random.randrange(7)}"}],
        }
        if self._random.random() < 0.1 and name not in self._chain:
            arn = f"arn:aws:iam::{account}:policy/boundary"
            found["PermissionsBoundary"] = {"PermissionsBoundaryArn": arn}
        return found

    def _bucket(self, account: str, number: int) -> dict[str, Any]:
        name = f"bucket-{account}-{number}"
        statement = {
            "Effect": "Allow",
            "Principal": {"AWS": self._random.choice(self._accounts)},
            "Action": "s3:GetObject",
            "Resource": f"arn:aws:s3:::{name}/*",
        }
        return {"Arn": f"arn:aws:s3:::{name}", "Account": account, "Policy": _policy(statement)}

    def write(self, folder: Path) -> None:
        """Write the estate as a snapshot folder."""
        for name, value in self.files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps(value, indent=1), encoding="utf-8")


def main() -> None:
    """Write an estate of the size that the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("roles", type=int)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--accounts", type=int, default=4)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--hops", type=int, default=4)
    given = parser.parse_args()
    Estate(given.roles, given.accounts, given.seed, given.hops).write(given.folder)


if __name__ == "__main__":
    main()
