"""Messages that failed too often: the way back into their queue, and deleting them."""

from __future__ import annotations

from cli.aws import ClientOf
from cli.deployed import deployed_stacks, resources_of
from cli.errors import CommandError, UsageError
from stacks.config import StageConfig

DEAD_LETTERS, QUEUE = "DeadLetters", "Queue"
# Requests of people to delete their data.
NEVER_PURGED = ("Forget",)


def redrive(config: StageConfig, name: str, client_of: ClientOf) -> str:
    """Start to move a queue's dead letters back into it, and return what was started.

    `name` is stack and queue as in the alarm, `<stack>.<queue>`. Raises UsageError for an
    unknown queue and CommandError if it has no dead letters.
    """
    name, dead_letters = _named(config, name, client_of)
    arn, count = _arn_and_count(dead_letters, client_of)
    if not count:
        raise CommandError(f"{name} has no dead letters")
    queue, _ = _arn_and_count(_queues(config, client_of, QUEUE)[name], client_of)
    # By itself SQS finds the way back of messages only that failed in this queue, not of those that
    # EventBridge could not deliver to it.
    client_of("sqs").start_message_move_task(SourceArn=arn, DestinationArn=queue)
    return (
        f"About {count} messages are being moved back into {name}. If the cause of their failure "
        "is still there, they return to the dead letters."
    )


def purge(config: StageConfig, name: str, client_of: ClientOf) -> str:
    """Delete a queue's dead letters, and return what was deleted.

    Raises UsageError for an unknown queue, and for one whose messages are always needed.
    """
    name, dead_letters = _named(config, name, client_of)
    if name.partition(".")[2] in NEVER_PURGED:
        raise UsageError(
            f"QUEUE={name}: these are requests of people to delete their data. Remove the cause of "
            f"their failure, then `make redrive QUEUE={name} STAGE={config.stage}`"
        )
    _, count = _arn_and_count(dead_letters, client_of)
    client_of("sqs").purge_queue(QueueUrl=dead_letters)
    return f"About {count} dead letters of {name} are being deleted, within a minute."


def dead_letter_queues(config: StageConfig, client_of: ClientOf) -> dict[str, str]:
    """Return the URLs of all dead-letter queues of a stage by `<stack>.<queue>`."""
    return _queues(config, client_of, DEAD_LETTERS)


def _named(config: StageConfig, name: str, client_of: ClientOf) -> tuple[str, str]:
    """Return a queue's name as it is spelled, and the URL of its dead letters."""
    queues = dead_letter_queues(config, client_of)
    for known, url in queues.items():
        if known.lower() == name.lower():
            return known, url
    raise UsageError(f"QUEUE={name}: use one of {', '.join(sorted(queues)) or 'none'}")


def _arn_and_count(url: str, client_of: ClientOf) -> tuple[str, int]:
    names = ["QueueArn", "ApproximateNumberOfMessages"]
    answer = client_of("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=names)
    attributes = answer["Attributes"]
    return str(attributes["QueueArn"]), int(attributes["ApproximateNumberOfMessages"])


def _queues(config: StageConfig, client_of: ClientOf, kind: str) -> dict[str, str]:
    found = {}
    for stack in deployed_stacks(config, client_of):
        if stack.region != config.region:
            continue
        for logical_id, url in resources_of(stack, "AWS::SQS::Queue", client_of):
            name, ends, _ = logical_id.rpartition(kind)
            if ends:
                found[f"{stack.part}.{name}"] = url
    return found
