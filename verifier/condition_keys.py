"""What AWS documents of condition keys: global keys, claims of federated identities, and keys of
sessions that a service runs (5.1-5.3).

`catalogued_keys` has those of single services.
"""

from __future__ import annotations

GLOBAL_KEYS = {
    "aws:AssumedRoot": "Bool",
    "aws:CalledVia": "ArrayOfString",
    "aws:CalledViaAWSMCP": "String",
    "aws:CalledViaFirst": "String",
    "aws:CalledViaLast": "String",
    "aws:ChatbotSourceArn": "String",
    "aws:CurrentTime": "Date",
    "aws:Ec2InstanceSourcePrivateIPv4": "IPAddress",
    "aws:Ec2InstanceSourceVpc": "String",
    "aws:EpochTime": "Date",
    "aws:FederatedProvider": "String",
    "aws:IsMcpServiceAction": "Bool",
    "aws:MultiFactorAuthAge": "Numeric",
    "aws:MultiFactorAuthPresent": "Bool",
    "aws:PrincipalAccount": "String",
    "aws:PrincipalArn": "String",
    "aws:PrincipalIsAWSService": "Bool",
    "aws:PrincipalOrgID": "String",
    "aws:PrincipalOrgPaths": "ArrayOfString",
    "aws:PrincipalServiceName": "String",
    "aws:PrincipalServiceNamesList": "ArrayOfString",
    "aws:PrincipalType": "String",
    "aws:referer": "String",
    "aws:RequestedRegion": "String",
    "aws:ResourceAccount": "String",
    "aws:ResourceOrgID": "String",
    "aws:ResourceOrgPaths": "ArrayOfString",
    "aws:SecureTransport": "Bool",
    "aws:SignInSessionArn": "String",
    "aws:SourceAccount": "String",
    "aws:SourceArn": "String",
    "aws:SourceIdentity": "String",
    "aws:SourceIp": "IPAddress",
    "aws:SourceOrgID": "String",
    "aws:SourceOrgPaths": "ArrayOfString",
    "aws:SourceOwner": "String",
    "aws:SourceVpc": "String",
    "aws:SourceVpcArn": "String",
    "aws:SourceVpce": "String",
    "aws:TagKeys": "ArrayOfString",
    "aws:TokenIssueTime": "Date",
    "aws:UserAgent": "String",
    "aws:userid": "String",
    "aws:username": "String",
    "aws:ViaAWSMCPService": "Bool",
    "aws:ViaAWSService": "Bool",
    "aws:VpceAccount": "String",
    "aws:VpceOrgID": "String",
    "aws:VpceOrgPaths": "ArrayOfString",
    "aws:VpcSourceIp": "IPAddress",
    "sts:RequestContextProviders": "ArrayOfARN",
    "sts:TransitiveTagKeys": "ArrayOfString",
}
"""The global keys, as AWS spells them, and two of AWS STS that sessions turn on, with their types
(5.1); keys of tags are left out.
"""

GLOBAL_TYPES = {name.lower(): type_ for name, type_ in GLOBAL_KEYS.items()}
_TAGS = frozenset({"aws:principaltag", "aws:requesttag", "aws:resourcetag"})


def is_multivalued(key: str) -> bool:
    """Return whether the condition key, in lower case, holds a set of values (R5.2).

    The multivalued keys of single services are known to the catalogue only.
    """
    return (
        GLOBAL_TYPES.get(key, "").startswith("ArrayOf")
        or key.endswith(":amr")
        or key.startswith("saml:eduperson")
    )


def is_global(key: str) -> bool:
    """Return whether the key, in lower case, begins with `aws:` and is one that AWS documents."""
    family, slash, tag = key.partition("/")
    if not key.startswith("aws:"):
        return False
    return key in GLOBAL_TYPES or bool(slash and tag and family in _TAGS)


def is_unlisted(key: str) -> bool:
    """Return whether the condition key, in lower case, begins with `aws:` and is none that AWS
    documents (5.1, R5.1).
    """
    return key.startswith("aws:") and not is_global(key)


CLAIMS = frozenset({"aud", "sub", "amr", "oaud", "email"})
"""The claims of an OIDC identity that any provider's tokens may bring as condition keys (5.3)."""

_KEPT_CLAIMS = frozenset({"aud", "sub", "amr"})
_KEPT_SAML_CLAIMS = frozenset({"namequalifier", "sub", "sub_type"})


def is_kept_claim(key: str) -> bool:
    """Return whether the key, in lower case, is a claim that stays in the session of the federated
    identity (5.3).
    """
    issuer, _, claim = key.rpartition(":")
    return claim in (_KEPT_SAML_CLAIMS if issuer == "saml" else _KEPT_CLAIMS) and (
        issuer == "saml" or "." in issuer
    )


SERVICE_SESSION_KEYS = {
    "aws:ec2instancesourcevpc": "ec2",
    "aws:ec2instancesourceprivateipv4": "ec2",
    "ec2:sourceinstancearn": "ec2",
    "ec2:roledelivery": "ec2",
    "lambda:sourcefunctionarn": "lambda",
    "ssm:sourceinstancearn": "ssm",
    "codebuild:buildarn": "codebuild",
    "codebuild:projectarn": "codebuild",
    "glue:roleassumedby": "glue",
    "glue:credentialissuingservice": "glue",
    "identitystore:userid": "",
    "aws:chatbotsourcearn": "",
}
"""Keys that only sessions run by a service carry, with the service if it is one (5.1)."""
