"""What the permissions of an ACL let their grantees do (R6.45)."""

from __future__ import annotations

OF_BUCKET = {
    "READ": ("s3:ListBucket", "s3:ListBucketVersions", "s3:ListBucketMultipartUploads"),
    "WRITE": ("s3:PutObject",),
    "READ_ACP": ("s3:GetBucketAcl",),
    "WRITE_ACP": ("s3:PutBucketAcl",),
}
OF_OBJECT = {
    "READ": ("s3:GetObject", "s3:GetObjectVersion"),
    "READ_ACP": ("s3:GetObjectAcl", "s3:GetObjectVersionAcl"),
    "WRITE_ACP": ("s3:PutObjectAcl", "s3:PutObjectVersionAcl"),
}
"""What each permission lets its grantee do, on a bucket and on an object."""

GRANTABLE = frozenset(
    action for actions in (*OF_BUCKET.values(), *OF_OBJECT.values()) for action in actions
)
"""Every action that an ACL can allow."""


def is_of_bucket(arn: str) -> bool:
    """Return whether an ARN is that of a bucket or of an object in one (R2.32)."""
    return arn.split(":")[2:5] == ["s3", "", ""]
