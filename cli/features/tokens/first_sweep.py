"""The first sweep over the tokens after a deployment."""

from __future__ import annotations

import json

from botocore.exceptions import BotoCoreError, ClientError

from cli.aws import ClientOf, short
from cli.deployed import resources_of
from cli.errors import CommandError
from cli.features.tokens.stack import PART
from cli.site import stack_of
from stacks.config import StageConfig


def request_sweep(config: StageConfig, client_of: ClientOf) -> None:
    """Start a sweep now instead of waiting for the schedule. Raises CommandError."""
    stack = stack_of(config, PART, client_of)
    try:
        queues = dict(resources_of(stack, "AWS::SQS::Queue", client_of))
        url = next(url for name, url in queues.items() if name.startswith("SweepQueue"))
        client_of("sqs").send_message(QueueUrl=url, MessageBody=json.dumps({"sweep": "deployed"}))
    except (BotoCoreError, ClientError) as error:
        message = "deployed, but the first sweep could not be started; the schedule starts it"
        raise CommandError(f"{message}: {short(error)}") from None
