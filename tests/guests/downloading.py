"""An event whose photos are downloaded: requests, the queue's deliveries, and the zip files."""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import dataclass

import boto3

from lambdas.guests import handlers
from lambdas.kit.clock import FixedClock
from lambdas.storage.archives import ArchiveStore
from tests.conftest import Aws
from tests.guests.conftest import Guest, Site
from tests.json_types import JsonObject
from tests.lambda_events import Browser, Context, HttpAnswer, sqs_event
from tests.pictures.drawing import draw_photo


@dataclass
class Downloader:
    """An operator who downloads an event's photos."""

    site: Site
    event: str
    queue_url: str

    def share(self, count: int, first: int = 0) -> list[str]:
        """Add small photos of one guest; return their ids."""
        guest = Guest(self.site)
        seeds = range(first, first + count)
        return [guest.share(draw_photo(seed=one, size=(64, 64)), event=self.event) for one in seeds]

    def request(self, **body: object) -> HttpAnswer:
        """Ask for a download."""
        return self.site.host("POST", f"/events/{self.event}/downloads", body)

    def wanted(self, **body: object) -> JsonObject:
        """Ask for a download; return it."""
        answer = self.request(**body)
        assert answer.status in (200, 202), answer.text
        download: JsonObject = answer.json["download"]
        return download

    def ready(self, **body: object) -> JsonObject:
        """Ask for a download and have it made; return it."""
        download = self.wanted(**body)
        self.pack()
        return self.shown(download)

    def shown(self, download: JsonObject) -> JsonObject:
        """Return a download as it is now."""
        path = f"/events/{self.event}/downloads/{download['id']}"
        found: JsonObject = self.site.host("GET", path).json["download"]
        return found

    def fetch(self, download: JsonObject, number: int = 1) -> HttpAnswer:
        """Ask for a part."""
        path = f"/events/{self.event}/downloads/{download['id']}/parts/{number}"
        return self.site.host("GET", path)

    def orders(self) -> list[JsonObject]:
        """Take all messages from the queue."""
        sqs, found = boto3.client("sqs"), []
        while messages := sqs.receive_message(QueueUrl=self.queue_url, MaxNumberOfMessages=10).get(
            "Messages"
        ):
            for message in messages:
                found.append(json.loads(message["Body"]))
                sqs.delete_message(QueueUrl=self.queue_url, ReceiptHandle=message["ReceiptHandle"])
        return found

    def deliver(self, order: JsonObject, receive_count: int = 1) -> JsonObject:
        """Deliver a message."""
        entry_point = handlers.pack.using(self.site.dependencies)
        answer: JsonObject = entry_point(sqs_event(order, receive_count=receive_count), Context())
        return answer

    def pack(self) -> int:
        """Make all parts that were asked for; return how many there were."""
        orders = self.orders()
        for order in orders:
            assert self.deliver(order) == {"batchItemFailures": []}
        return len(orders)

    def zips(self) -> dict[str, bytes]:
        """Return the zip files in the bucket, by key."""
        s3, bucket = boto3.client("s3"), self.site.aws.bucket
        return {
            key: s3.get_object(Bucket=bucket, Key=key)["Body"].read()
            for key in sorted(self.site.objects())
            if key.endswith(".zip")
        }

    def names(self) -> list[list[str]]:
        """Return the names of the pictures in each zip file."""
        return sorted(names_in(body) for body in self.zips().values())

    def guests(self, method: str, path: str = "", body: object = None) -> HttpAnswer:
        """Send a guest's request about downloads."""
        browser = Browser(handlers.operate.using(self.site.dependencies))
        text = None if body is None else json.dumps(body)
        headers = {"content-type": "application/json"}
        return browser.send(method, f"/g/{self.event}/downloads{path}", None, headers, text)


def downloader(fake_aws: Aws, clock: FixedClock, max_part_bytes: int = 10_000_000) -> Downloader:
    """Return an operator of a site with an event."""
    url = boto3.client("sqs").create_queue(QueueName="downloads")["QueueUrl"]
    site = Site(fake_aws, clock, downloads_queue_url=url, max_part_bytes=max_part_bytes)
    return Downloader(site, site.made_event(), url)


def archives(site: Site) -> ArchiveStore:
    """Return the objects of downloads."""
    return ArchiveStore(site.aws.clients.s3, site.aws.bucket)


def names_in(body: bytes) -> list[str]:
    """Return the names of the pictures in a zip file."""
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        assert archive.testzip() is None
        return [name for name in archive.namelist() if name != "photos.csv"]
