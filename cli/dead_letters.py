"""Messages that failed too often, and the way back into their queue."""

from __future__ import annotations

from cli.aws import ClientOf
from cli.deployed import deployed_stacks, resources_of
from cli.errors import CommandError, UsageError
from stacks.config import StageConfig

DEAD_LETTERS = "DeadLetters"


def redrive(config: StageConfig, name: str, client_of: ClientOf) -> str:
    """Start to move a queue's dead letters back into it, and return what was started.

    `name` is stack and queue as in the alarm, `<stack>.<queue>`. Raises UsageError for an
    unknown queue and CommandError if it has no dead letters.
    """
    queues = dead_letter_queues(config, client_of)
    found = {known.lower(): url for known, url in queues.items()}.get(name.lower())
    if found is None:
        raise UsageError(f"QUEUE={name}: use one of {', '.join(sorted(queues)) or 'none'}")
    sqs = client_of("sqs")
    names = ["QueueArn", "ApproximateNumberOfMessages"]
    attributes = sqs.get_queue_attributes(QueueUrl=found, AttributeNames=names)["Attributes"]
    count = int(attributes["ApproximateNumberOfMessages"])
    if not count:
        raise CommandError(f"{name} has no dead letters")
    sqs.start_message_move_task(SourceArn=attributes["QueueArn"])
    return (
        f"About {count} messages are being moved back into {name}. If the cause of their failure "
        "is still there, they return to the dead letters."
    )


def dead_letter_queues(config: StageConfig, client_of: ClientOf) -> dict[str, str]:
    """Return the URLs of all dead-letter queues of a stage by `<stack>.<queue>`."""
    found = {}
    for stack in deployed_stacks(config, client_of):
        if stack.region != config.region:
            continue
        for logical_id, url in resources_of(stack, "AWS::SQS::Queue", client_of):
            if DEAD_LETTERS in logical_id:
                found[f"{stack.part}.{logical_id.partition(DEAD_LETTERS)[0]}"] = url
    return found
