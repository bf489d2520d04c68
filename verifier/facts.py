"""What AWS documents of its services, as data that both readings of the semantics use."""

from __future__ import annotations

ALWAYS_ALLOWED = frozenset({"sts:getcalleridentity", "sts:getsessiontoken"})
"""Allowed to every signed caller, even against an explicit deny (R6.59)."""

ROLES_ANYWHERE = "rolesanywhere.amazonaws.com"
"""The service that assumes roles for holders of certificates (R7.1)."""

LONG_TERM_ONLY = frozenset({"sts:getfederationtoken", "sts:getsessiontoken"})
"""What takes long-term credentials: no session can call it (R7.45)."""

OF_SESSIONS = frozenset(
    f"sts:{name}"
    for name in ("assumerole", "getcalleridentity", "tagsession", "setsourceidentity", "setcontext")
)
"""What sessions of `GetSessionToken` may call of STS, with what goes with it (R7.45)."""

ASSUME_ACTIONS = frozenset(
    {"sts:assumerole", "sts:assumerolewithsaml", "sts:assumerolewithwebidentity"}
)
"""The calls that return a session of a role."""

TRUST_ACTIONS = ASSUME_ACTIONS | {"sts:tagsession", "sts:setsourceidentity", "sts:setcontext"}
"""The actions that a role's trust policy is about (R7.10, R6.50)."""

WITH_FEDERATION = frozenset({"sts:tagsession", "sts:setsourceidentity"})
"""Permissions that an assume-role call of a federated identity may need besides (R7.16)."""

RCP_SERVICES = frozenset(
    {
        "s3",
        "sts",
        "kms",
        "sqs",
        "secretsmanager",
        "cognito-idp",
        "cognito-identity",
        "cognito-sync",
        "logs",
        "dynamodb",
        "appconfig",
        "appstream",
        "autoscaling",
        "codebuild",
        "codecommit",
        "comprehend",
        "comprehendmedical",
        "dax",
        "ecr",
        "health",
        "kinesisvideo",
        "aoss",
        "signin",
        "support",
        "textract",
        "transcribe",
        "translate",
    }
)
"""The services whose resources RCPs govern (R6.33)."""

EITHER_SIDE = frozenset(
    {
        "dynamodb",
        "ecr",
        "events",
        "iam",
        "kinesis",
        "kms",
        "lambda",
        "s3",
        "secretsmanager",
        "sns",
        "sqs",
        "sts",
    }
)
"""The services of which AWS says when one side's permission is enough in one account (R6.55)."""

ROOT_TASKS = {
    "IAMAuditRootUserCredentials": (
        "iam:listaccesskeys",
        "iam:listsigningcertificates",
        "iam:getloginprofile",
        "iam:listmfadevices",
        "iam:getaccountsummary",
        "iam:getuser",
        "iam:getaccesskeylastused",
    ),
    "IAMCreateRootUserPassword": ("iam:createloginprofile", "iam:getloginprofile"),
    "IAMDeleteRootUserCredentials": (
        "iam:deleteaccesskey",
        "iam:deletesigningcertificate",
        "iam:deleteloginprofile",
        "iam:deactivatemfadevice",
        "iam:deletevirtualmfadevice",
        "iam:listaccesskeys",
        "iam:listsigningcertificates",
        "iam:getloginprofile",
        "iam:listmfadevices",
        "iam:getuser",
        "iam:getaccesskeylastused",
    ),
    "S3UnlockBucketPolicy": (
        "s3:deletebucketpolicy",
        "s3:putbucketpolicy",
        "s3:getbucketpolicy",
        "s3:listallmybuckets",
    ),
    "SQSUnlockQueuePolicy": (
        "sqs:setqueueattributes",
        "sqs:getqueueattributes",
        "sqs:listqueues",
        "sqs:getqueueurl",
    ),
}
"""What the session of an assumed root user may do, by the name of its task policy (R7.70)."""

BEYOND_SCPS = frozenset({"mechanicalturk"})
"""The services that SCPs cannot restrict (R6.27)."""

BEYOND_SCPS_FOR_ROOT = frozenset(
    {
        "ec2:modifyaddressattribute",
        "ec2:resetaddressattribute",
        "supportplans:startsupportplanupdate",
    }
)
"""What SCPs cannot keep a root user from: reverse DNS, and a plan of AWS Support (R6.27)."""

UNSIGNED_SERVICES = frozenset({"s3", "sqs", "sns", "es", "execute-api", "mediastore"})
"""The services that answer unsigned requests where a policy allows it (R6.81)."""

UNSIGNED_ACTIONS = frozenset({"lambda:invokefunctionurl"})
"""Single actions of which the same is true (R6.57)."""

KMS_ACROSS_ACCOUNTS = frozenset(
    f"kms:{name}"
    for name in (
        "decrypt",
        "encrypt",
        "generatedatakey",
        "generatedatakeypair",
        "generatedatakeypairwithoutplaintext",
        "generatedatakeywithoutplaintext",
        "generatemac",
        "verifymac",
        "reencryptfrom",
        "reencryptto",
        "sign",
        "verify",
        "derivesharedsecret",
        "creategrant",
        "describekey",
        "getkeyrotationstatus",
        "getpublickey",
        "listgrants",
        "retiregrant",
        "revokegrant",
    )
)
"""What KMS does for callers of another account (R6.53)."""

BUCKET_POLICY = frozenset({"s3:getbucketpolicy", "s3:putbucketpolicy", "s3:deletebucketpolicy"})
"""What the bucket policy cannot keep the owner's root user from (R6.56)."""

AWS_POLICY_EDITS = frozenset(
    f"iam:{name}"
    for name in (
        "createpolicy",
        "createpolicyversion",
        "deletepolicy",
        "deletepolicyversion",
        "setdefaultpolicyversion",
        "tagpolicy",
        "untagpolicy",
    )
)
"""What never succeeds on AWS managed policies (R6.90)."""

SERVICE_ROLE_EDITS = frozenset(
    f"iam:{name}"
    for name in (
        "createrole",
        "updateassumerolepolicy",
        "attachrolepolicy",
        "detachrolepolicy",
        "putrolepolicy",
        "deleterolepolicy",
        "putrolepermissionsboundary",
        "deleterolepermissionsboundary",
        "deleterole",
    )
)
"""What never succeeds on service-linked roles (R6.91)."""

RESERVED_ROLE_EDITS = SERVICE_ROLE_EDITS | {
    "iam:updaterole",
    "iam:updateroledescription",
    "iam:tagrole",
    "iam:untagrole",
    "iam:passrole",
    "iam:addroletoinstanceprofile",
    "iam:deleteservicelinkedrole",
}
"""What never succeeds on roles of Identity Center (R6.91)."""

ALIAS_EDITS = frozenset({"kms:createalias", "kms:updatealias", "kms:deletealias"})
"""What never succeeds on aliases of AWS (R6.92)."""

VOUCHING_SERVICES = frozenset({"rolesanywhere.amazonaws.com", "credentials.iot.amazonaws.com"})
"""Services that assume roles for whoever holds a certificate of theirs, outside AWS (R7.1)."""

SERVED_WITH_PASSED_ROLES = frozenset(
    f"{name}.amazonaws.com"
    for name in (
        "amplify",
        "bedrock-agentcore",
        "cloudformation",
        "codebuild",
        "codepipeline",
        "datapipeline",
        "ec2",
        "ecs-tasks",
        "elasticmapreduce",
        "events",
        "glue",
        "iot",
        "lambda",
        "pipes",
        "pods.eks",
        "sagemaker",
        "scheduler",
        "ssm",
        "states",
        "tasks.apprunner",
    )
)
"""Services that assume a role only for what it was passed to, in its own account (R7.50, R7.51)."""

SHARED_PROVIDERS = {
    "token.actions.githubusercontent.com": ("sub", "repo:", "/"),
    "gitlab.com": ("sub", "project_path:", "/"),
    "app.terraform.io": ("sub", "organization:", ":"),
    "agent.buildkite.com": ("sub", "organization:", ":"),
    "oidc.codefresh.io": ("sub", "account:", ":"),
    "studio.datachain.ai": ("sub", "credentials:", "/"),
    "cognito-identity.amazonaws.com": ("aud", "", ""),
    "accounts.google.com": ("aud", "", ""),
    "graph.facebook.com": ("app_id", "", ""),
    "www.amazon.com": ("app_id", "", ""),
    "studio.datachain.ai/api": ("sub", "credentials:", "/"),
    "api.pulumi.com/oidc": ("aud", "", ""),
    "sandboxes.cloud": ("aud", "", ""),
    "oidc.vercel.com": ("aud", "", ""),
    "scalr.io": ("sub", "", ""),
    "tokens.cloud.shisho.dev": ("sub", "", ""),
    "proidc.upbound.io": ("sub", "", ""),
    "vstoken.actions.githubusercontent.com": ("sub", "", ""),
    "oidc-configuration.audit-log.githubusercontent.com": ("sub", "", ""),
}
"""Identity providers that serve many tenants (R7.17): the claim that tells the tenant, what stands
before the tenant's name in it, and what ends the name.
"""
