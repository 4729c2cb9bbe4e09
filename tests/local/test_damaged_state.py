"""The embedded AWS after a loss of power: files of its state are cut off, empty or missing."""

from __future__ import annotations

import io
import os
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.local.killed_aws import KEY, KilledAws

Damage = Callable[[Path], object]


def cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


def empty(file: Path) -> None:
    file.write_bytes(b"")


def zero(file: Path) -> None:
    file.write_bytes(bytes(file.stat().st_size))


@pytest.mark.parametrize("damage", [cut, empty, zero, Path.unlink])
@pytest.mark.parametrize("name", ["dynamodb", "cloudformation", "manifest"])
def test_a_damaged_file_loses_no_item(aws: KilledAws, name: str, damage: Damage) -> None:
    aws.client("dynamodb").put_item(TableName="events", Item=KEY)
    aws.wait_for_snapshot()
    aws.stop()

    damage(newest(aws) / f"{name}.json")
    aws.start()

    assert "Item" in aws.client("dynamodb").get_item(TableName="events", Key=KEY)


def test_writes_behind_a_cut_off_line_survive(aws: KilledAws) -> None:
    """After the loss of power the same journal goes on until the next snapshot."""
    aws.stop()
    for journal in aws.snapshots.glob("journal-*.jsonl"):
        journal.write_text('["000000000000", "us-east-1", "ev')
    aws.start()
    aws.client("dynamodb").put_item(TableName="events", Item=KEY)

    aws.restart()

    assert "Item" in aws.client("dynamodb").get_item(TableName="events", Key=KEY)


def test_damaged_code_is_read_from_the_assets(aws: KilledAws) -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("python/noise.bin", os.urandom(40_000))
    aws.client("s3").create_bucket(Bucket="assets")
    aws.client("s3").put_object(Bucket="assets", Key="code.zip", Body=target.getvalue())
    aws.client("lambda").publish_layer_version(
        LayerName="one", Content={"ZipFile": target.getvalue()}
    )
    aws.wait_for_snapshot()
    aws.stop()
    [blob] = (aws.deployment.state / "blobs").iterdir()

    empty(blob)
    aws.start()

    assert len(aws.client("lambda").list_layers()["Layers"]) == 1
    assert blob.read_bytes() == target.getvalue()


def test_nothing_is_lost_without_a_word(aws: KilledAws) -> None:
    """If no snapshot is whole, the embedded AWS does not start with an empty one."""
    aws.wait_for_snapshot()
    aws.stop()
    for file in aws.snapshots.glob("*/dynamodb.json"):
        empty(file)

    with pytest.raises(AssertionError):
        aws.start()

    assert list(aws.snapshots.glob("*/sqs.json"))


def newest(aws: KilledAws) -> Path:
    """Return the folder of the newest snapshot."""
    return max(aws.snapshots.glob("*/sqs.json"), key=lambda file: int(file.parent.name)).parent
