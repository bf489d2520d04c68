"""Whom a text means: a name, a path, an account, a service, a provider, or the words themselves."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.test_snapshot import A, allow, role, write
from verifier import QuestionError, Snapshot
from verifier.example import write as write_example
from verifier.queries.naming import phrase

DORA = "arn:aws:iam::222233334444:user/dora"
STORAGE = "arn:aws:iam::222233334444:role/storage/StorageAdmin"
GITHUB = "token.actions.githubusercontent.com"


@pytest.fixture(scope="module")
def acme(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    """The bundled example."""
    folder = tmp_path_factory.mktemp("acme")
    list(write_example(folder))
    return Snapshot.load(folder)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("dora", DORA),
        ("user/dora", DORA),
        ("StorageAdmin", STORAGE),
        ("role/storage/StorageAdmin", STORAGE),
        ("111122223333", "account 111122223333"),
        ("999999999999", "account 999999999999"),
        ("codebuild.amazonaws.com", "service codebuild.amazonaws.com"),
        (GITHUB, f"any federated identity of {GITHUB}"),
        (DORA, DORA),
        ("arn:aws:iam::*:role/Git*", "arn:aws:iam::*:role/Git*"),
        ("  anonymous ", "anonymous"),
        ("Any  External Principal", "Any External Principal"),
        ("any role of account 222233334444", "any role of account 222233334444"),
        ("user dora", "user dora"),
    ],
)
def test_phrase(acme: Snapshot, text: str, words: str) -> None:
    """A text becomes the words of a sentence, which is answered."""
    assert phrase(acme.contents, text) == words
    assert acme.ask(f"can {words} perform s3:GetObject").ways


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("dor", "`dor` is nobody in this snapshot; did you mean `dora`"),
        ("", "`` is nobody in this snapshot"),
        ("anonymous perform", "`anonymous perform` is nobody in this snapshot"),
        (
            "OrganizationAccountAccessRole",
            "`OrganizationAccountAccessRole` may be any of"
            " arn:aws:iam::111122223333:role/OrganizationAccountAccessRole,"
            " arn:aws:iam::222233334444:role/OrganizationAccountAccessRole,"
            " arn:aws:iam::333344445555:role/OrganizationAccountAccessRole: name one",
        ),
    ],
)
def test_no_phrase(acme: Snapshot, text: str, message: str) -> None:
    """What names nobody, or several, is refused with what is near."""
    with pytest.raises(QuestionError) as caught:
        phrase(acme.contents, text)
    assert str(caught.value) == message


def test_unique_id(tmp_path: Path) -> None:
    """A user or role is also known by its unique id; a name that starts with a word is a name."""
    page = {"RoleDetailList": [role("user1"), role("worker")]}
    snapshot = Snapshot.load(write(tmp_path, {"a.json": page})).contents
    assert phrase(snapshot, "AROAWORKER") == f"arn:aws:iam::{A}:role/worker"
    assert phrase(snapshot, "user1") == f"arn:aws:iam::{A}:role/user1"


@pytest.mark.parametrize(
    ("who", "names"),
    [
        ("user dora", [DORA]),
        ("role Storage*", [STORAGE]),
        ("service ec2.amazonaws.com", ["ec2.amazonaws.com"]),
        ("account 999999999999", ["principals of account 999999999999"]),
        (
            "account 444455556666",
            ["arn:aws:iam::444455556666:root"],
        ),
    ],
)
def test_who_is_asked_about(acme: Snapshot, who: str, names: list[str]) -> None:
    """Each form of a sentence is about these callers."""
    answer = acme.ask(f"can {who} perform s3:GetObject")
    assert [way.who for way in answer.ways] == names


def test_account_of_the_snapshot(acme: Snapshot) -> None:
    """An account of the snapshot is its root user, its users and its roles."""
    account = acme.contents.accounts["222233334444"]
    answer = acme.ask("can account 222233334444 perform s3:GetObject")
    root = "arn:aws:iam::222233334444:root"
    assert [way.who for way in answer.ways] == [root, *account.users, *account.roles]


def test_account_outside(acme: Snapshot) -> None:
    """Of an account outside, the principals can what the policies let its number do."""
    partner = acme.ask("can account 999988887777 reach s3:DeleteBucket via role assumption")
    assert partner.yes
    assert partner.witness[0].request.principal.account == "999988887777"
    assert acme.ask("can account 999988887778 reach s3:DeleteBucket via role assumption").no


@pytest.mark.parametrize(
    ("who", "message"),
    [
        ("user alicia", "there is no user `alicia` in this snapshot; did you mean `alice`"),
        ("role nothing", "there is no role `nothing` in this snapshot"),
        ("service ec2", "`ec2` is not the name of a service principal"),
        (
            "arn:aws:iam::111122223333:saml-provider/none",
            "no role trusts a provider `arn:aws:iam::111122223333:saml-provider/none`",
        ),
    ],
)
def test_nobody_is_asked_about(acme: Snapshot, who: str, message: str) -> None:
    """Who is not in the snapshot is no answer."""
    with pytest.raises(QuestionError, match=message):
        acme.ask(f"can {who} perform s3:GetObject")


def test_services_of_resource_policies(tmp_path: Path) -> None:
    """A service that only the policy of a resource lets in is one of the services, and of those
    who can.
    """
    service = "cloudtrail.amazonaws.com"
    policy = allow("s3:PutObject", "arn:aws:s3:::logs/*", Principal={"Service": service})
    files = {
        "a.json": {"RoleDetailList": [role("worker")]},
        "b.json": {"Arn": "arn:aws:s3:::logs", "Account": A, "Policy": policy},
    }
    snapshot = Snapshot.load(write(tmp_path, files))
    assert snapshot.ask("can any service perform s3:PutObject").yes
    assert snapshot.ask("can any service perform s3:DeleteObject").no
    able = [way.who for way in snapshot.ask("who can s3:PutObject").ways if way.witness]
    assert service in able and "lambda.amazonaws.com" not in able


def test_any_service_is_anyone(tmp_path: Path) -> None:
    """What is open to everyone is open to services that no policy names."""
    policy = allow("s3:GetObject", "arn:aws:s3:::site/*", Principal="*")
    files = {"b.json": {"Arn": "arn:aws:s3:::site", "Account": A, "Policy": policy}}
    assert Snapshot.load(write(tmp_path, files)).ask("can any service perform s3:GetObject").yes
