"""What one call must be authorized for besides what it is called, as data (R6.60, R6.61).

`queries.besides` solves what stands in the first tables. What stands in `PERHAPS` depends on what
the call passes, or is of another service: an answer names it as taken to be allowed.
"""

from __future__ import annotations

EVERY_RESOURCE = frozenset({"ec2", "kms:createalias", "kms:updatealias", "kms:deletealias"})
"""Services, and single actions, of which each required resource must be allowed (R6.60, R6.54).

Elsewhere the catalogue marks as required what are alternatives.
"""

TAGS_BY = {
    "ec2": "ec2:CreateTags",
    "dynamodb:createtable": "dynamodb:TagResource",
    "iam:createpolicy": "iam:TagPolicy",
    "iam:createrole": "iam:TagRole",
    "iam:createuser": "iam:TagUser",
    "lambda:createfunction": "lambda:TagResource",
    "secretsmanager:createsecret": "secretsmanager:TagResource",
    "sns:createtopic": "sns:TagResource",
    "sqs:createqueue": "sqs:TagQueue",
}
"""What a call that passes tags needs besides, by its service or by itself (R6.61)."""

PAIRED = {"kms:reencryptfrom": "kms:ReEncryptTo", "kms:reencryptto": "kms:ReEncryptFrom"}
"""Halves of one call, each authorized on a resource of its own (R6.60)."""

TAKES_ROLE = {
    "backup:createbackupselection": "backup.amazonaws.com",
    "codebuild:createproject": "codebuild.amazonaws.com",
    "codepipeline:createpipeline": "codepipeline.amazonaws.com",
    "dlm:createlifecyclepolicy": "dlm.amazonaws.com",
    "ec2:associateiaminstanceprofile": "ec2.amazonaws.com",
    "ec2:replaceiaminstanceprofileassociation": "ec2.amazonaws.com",
    "eks:createcluster": "eks.amazonaws.com",
    "glue:createcrawler": "glue.amazonaws.com",
    "glue:createdevendpoint": "glue.amazonaws.com",
    "glue:createjob": "glue.amazonaws.com",
    "glue:createsession": "glue.amazonaws.com",
    "iam:addroletoinstanceprofile": "ec2.amazonaws.com",
    "lambda:createfunction": "lambda.amazonaws.com",
    "pipes:createpipe": "pipes.amazonaws.com",
    "pipes:updatepipe": "pipes.amazonaws.com",
    "sagemaker:createautomljob": "sagemaker.amazonaws.com",
    "sagemaker:createnotebookinstance": "sagemaker.amazonaws.com",
    "sagemaker:createprocessingjob": "sagemaker.amazonaws.com",
    "sagemaker:createtrainingjob": "sagemaker.amazonaws.com",
    "scheduler:createschedule": "scheduler.amazonaws.com",
    "scheduler:updateschedule": "scheduler.amazonaws.com",
    "states:createstatemachine": "states.amazonaws.com",
    "transfer:createuser": "transfer.amazonaws.com",
}
"""Calls that always pass a role, and to whom: they need `iam:PassRole` (R6.61, R7.50)."""

_A_ROLE = "iam:PassRole for a role that it passes"

PERHAPS = {
    "apprunner:createservice": (_A_ROLE,),
    "autoscaling:createautoscalinggroup": ("ec2:RunInstances", _A_ROLE),
    "autoscaling:updateautoscalinggroup": ("ec2:RunInstances", _A_ROLE),
    "batch:registerjobdefinition": (_A_ROLE,),
    "cloudformation:createchangeset": (_A_ROLE,),
    "cloudformation:createstack": (_A_ROLE, "what the template makes, without one"),
    "cloudformation:createstackset": (_A_ROLE,),
    "cloudformation:updatestack": (_A_ROLE, "what the template makes, without one"),
    "codebuild:updateproject": (_A_ROLE,),
    "datapipeline:putpipelinedefinition": (_A_ROLE,),
    "dynamodb:restoretablefrombackup": ("reading and writing the items of the new table",),
    "dynamodb:restoretabletopointintime": ("reading and writing the items of the new table",),
    "ec2:requestspotinstances": (_A_ROLE,),
    "ec2:runinstances": (_A_ROLE,),
    "ecs:createservice": (_A_ROLE,),
    "ecs:registertaskdefinition": (_A_ROLE,),
    "ecs:runtask": (_A_ROLE,),
    "ecs:starttask": (_A_ROLE,),
    "elasticmapreduce:runjobflow": (_A_ROLE,),
    "events:puttargets": (_A_ROLE,),
    "glue:updatejob": (_A_ROLE,),
    "iot:createtopicrule": (_A_ROLE,),
    "lambda:updatefunctionconfiguration": (_A_ROLE,),
    "s3:putobject": ("s3:GetObject on the source of a copy",),
    "ssm:startautomationexecution": (_A_ROLE,),
    "states:updatestatemachine": (_A_ROLE,),
}
"""What calls need besides, by what they pass: an answer takes it to be allowed (R6.61)."""
