"""The embedded AWS after kill -9: items, objects and queues are as they were."""

from __future__ import annotations

import io
import os
import time
import zipfile

from tests.json_types import JsonObject
from tests.local.killed_aws import KEY, KilledAws


def test_the_last_writes_survive(aws: KilledAws) -> None:
    table: JsonObject = {"TableName": "events"}
    dynamodb = aws.client("dynamodb")
    writes: list[JsonObject] = [
        {"PutRequest": {"Item": {"pk": {"S": f"batch{n}"}}}} for n in range(3)
    ]
    dynamodb.put_item(**table, Item=KEY | {"state": {"S": "waiting"}})
    dynamodb.update_item(
        **table,
        Key=KEY,
        UpdateExpression="SET shown = :true",
        ExpressionAttributeValues={":true": {"BOOL": True}},
    )
    dynamodb.batch_write_item(RequestItems={"events": writes})
    dynamodb.transact_write_items(
        TransactItems=[
            {"Put": table | {"Item": {"pk": {"S": "put"}}}},
            {"Delete": table | {"Key": {"pk": {"S": "batch0"}}}},
        ]
    )
    before = dynamodb.scan(**table)["Items"]

    aws.restart()

    after = aws.client("dynamodb").scan(**table)["Items"]
    assert sorted(after, key=str) == sorted(before, key=str)
    assert len(after) == 4


def test_a_cut_off_line_is_ignored(aws: KilledAws) -> None:
    aws.client("dynamodb").put_item(TableName="events", Item=KEY)
    aws.process.kill()
    aws.process.wait()
    for journal in (aws.deployment.state / "snapshots").glob("journal-*.jsonl"):
        with journal.open("a") as file:
            file.write('["000000000000", "us-east-1", "ev')

    aws.start()

    assert "Item" in aws.client("dynamodb").get_item(TableName="events", Key=KEY)


def test_an_unpublished_snapshot_is_ignored(aws: KilledAws) -> None:
    aws.process.kill()
    aws.process.wait()
    half = aws.deployment.state / "snapshots" / "99.new"
    half.mkdir()
    (half / "dynamodb.json").write_text('{"payload": {"tab')

    aws.start()

    assert aws.client("dynamodb").list_tables()["TableNames"] == ["events"]


def test_a_half_made_stack_is_forgotten(aws: KilledAws) -> None:
    """While a stack waits for its answer, the older snapshot stays: also on a graceful stop."""
    template = (
        '{"Resources": {"Q": {"Type": "AWS::SQS::Queue"}, "W": {"Type": '
        '"AWS::CloudFormation::WaitCondition", "DependsOn": "Q", "Properties": {"Handle": '
        '{"Ref": "H"}, "Timeout": "600"}}, "H": {"Type": '
        '"AWS::CloudFormation::WaitConditionHandle"}}}'
    )
    aws.client("cloudformation").create_stack(StackName="half", TemplateBody=template)
    time.sleep(3)
    [stack] = aws.client("cloudformation").describe_stacks()["Stacks"]
    assert stack["StackStatus"] == "CREATE_IN_PROGRESS"

    aws.process.terminate()
    time.sleep(2)
    # It saves its state on SIGTERM, but waits for the stack before it ends.
    aws.restart()

    assert aws.client("cloudformation").describe_stacks()["Stacks"] == []
    assert len(aws.client("sqs").list_queues()["QueueUrls"]) == 1


def test_large_code_is_written_once(aws: KilledAws) -> None:
    blobs = aws.deployment.state / "blobs"
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("python/noise.bin", os.urandom(40_000))
    body = target.getvalue()
    aws.client("lambda").publish_layer_version(LayerName="one", Content={"ZipFile": body})
    aws.client("lambda").publish_layer_version(LayerName="two", Content={"ZipFile": body})
    aws.wait_for_snapshot()

    aws.restart()

    assert len(list(blobs.iterdir())) == 1
    layers = aws.client("lambda").list_layers()["Layers"]
    assert sorted(layer["LayerName"] for layer in layers) == ["one", "two"]
