"""Resource policies in the forms in which commands of AWS print them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.test_snapshot import allow, write
from verifier import Snapshot
from verifier.errors import InputError

A, OUTSIDE = "111122223333", "999988887777"
PRINCIPAL = {"AWS": OUTSIDE}
QUEUE = f"arn:aws:sqs:eu-west-1:{A}:jobs"
TOPIC = f"arn:aws:sns:eu-west-1:{A}:news"
SECRET = f"arn:aws:secretsmanager:eu-west-1:{A}:secret:token-AbCdEf"
FUNCTION = f"arn:aws:lambda:eu-west-1:{A}:function:report"
BUCKET = "arn:aws:s3:::acme-data"
TABLE = f"arn:aws:dynamodb:eu-west-1:{A}:table/orders"


def open_to(action: str, *resources: str) -> dict[str, Any]:
    """Return a resource policy that admits the outside account."""
    return allow(action, list(resources), Principal=PRINCIPAL)


def text(action: str, *resources: str) -> str:
    """Return such a policy as commands print it, JSON in a text."""
    return json.dumps(open_to(action, *resources))


PRINTED = {
    "sqs get-queue-attributes": (
        {"Attributes": {"QueueArn": QUEUE, "Policy": text("sqs:SendMessage", "*")}},
        "sqs:SendMessage",
        QUEUE,
    ),
    "sns get-topic-attributes": (
        {"Attributes": {"TopicArn": TOPIC, "Owner": A, "Policy": text("sns:Publish", "*")}},
        "sns:Publish",
        TOPIC,
    ),
    "secretsmanager get-resource-policy": (
        {"ARN": SECRET, "Name": "token", "ResourcePolicy": text("secretsmanager:Get*", "*")},
        "secretsmanager:GetSecretValue",
        SECRET,
    ),
    "lambda get-policy": (
        {"Policy": text("lambda:InvokeFunction", FUNCTION), "RevisionId": "1"},
        "lambda:InvokeFunction",
        FUNCTION,
    ),
    "s3api get-bucket-policy": (
        {"Policy": text("s3:GetObject", BUCKET, f"{BUCKET}/a/*", f"{BUCKET}/${{aws:username}}/*")},
        "s3:GetObject",
        f"{BUCKET}/a/b",
    ),
    "dynamodb get-resource-policy": (
        {"Policy": text("dynamodb:Query", TABLE, f"{TABLE}/index/*"), "RevisionId": "1"},
        "dynamodb:Query",
        TABLE,
    ),
    "a bare policy": (open_to("s3:GetObject", f"{BUCKET}/*"), "s3:GetObject", f"{BUCKET}/b"),
    "a map by ARN": ({BUCKET: open_to("s3:GetObject", "*")}, "s3:GetObject", f"{BUCKET}/b"),
    "lower case": (
        {"arn": BUCKET, "policy": open_to("s3:GetObject", "*"), "Account": A},
        "s3:GetObject",
        f"{BUCKET}/b",
    ),
    "a list": (
        [{"resourceArn": BUCKET, "policy": open_to("s3:GetObject", "*")}],
        "s3:GetObject",
        f"{BUCKET}/b",
    ),
}


@pytest.mark.parametrize("command", PRINTED)
def test_what_commands_print_is_read(tmp_path: Path, command: str) -> None:
    """A policy counts in the form in which the command prints it, from its place in the file."""
    value, action, arn = PRINTED[command]
    folder = write(tmp_path, {f"accounts/{A}/resources/it.json": value})
    snapshot = Snapshot.load(folder)
    answer = snapshot.ask(f"can any external principal perform {action} on {arn}")
    assert answer.yes
    assert not snapshot.remarks
    assert "it.json:1:" in answer.witness[-1].by[-1].place


UNREAD = {
    "no resource is told": (
        {"Policy": text("kms:Decrypt", "*"), "PolicyName": "default"},
        "is the policy of a resource that it does not tell",
    ),
    "several resources": (open_to("s3:GetObject", f"{BUCKET}/*", "arn:aws:s3:::other/*"), "tell"),
    "an open resource": (open_to("s3:GetObject", "arn:aws:s3:::*"), "does not tell"),
    "an identity policy": (allow("s3:GetObject"), "is a policy that is attached to nothing"),
    "something else": ({"x": 1}, "is nothing that a snapshot is made of"),
    "a template": ({"Resources": {"Bucket": {"Type": "AWS::S3::Bucket"}}}, "is nothing that"),
}


@pytest.mark.parametrize("case", UNREAD)
def test_what_is_not_read_stands_in_the_answer(tmp_path: Path, case: str) -> None:
    """A file that tells nothing is named in a warning, and among what an answer assumes."""
    value, remark = UNREAD[case]
    files = {"known.json": {"Arn": QUEUE, "Policy": None}, "odd.json": value}
    folder = write(tmp_path, {f"accounts/{A}/{name}": files[name] for name in files})
    snapshot = Snapshot.load(folder)
    (found,) = snapshot.remarks
    assert remark in found
    assumed = snapshot.ask(f"can anonymous perform sqs:SendMessage on {QUEUE}").assumptions
    odd = folder / "accounts" / A / "odd.json"
    assert f"what was not read grants and denies nothing: {odd}" in assumed


def test_broken_text_of_a_policy(tmp_path: Path) -> None:
    """A policy in a text that is no JSON is an error with its place."""
    folder = write(tmp_path, {f"accounts/{A}/it.json": {"Policy": '{"Statement": '}})
    with pytest.raises(InputError, match=r"it\.json:1:12"):
        Snapshot.load(folder)
