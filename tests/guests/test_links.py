"""Links to pictures."""

from __future__ import annotations

from lambdas.guests.links import PictureLinks
from lambdas.kit.clock import FixedClock
from lambdas.storage.objects import ObjectStore
from tests.conftest import Aws


def test_pictures_are_linked_by_the_cdn_and_unsigned(fake_aws: Aws, clock: FixedClock) -> None:
    objects = ObjectStore(fake_aws.clients.s3, fake_aws.bucket)
    links = PictureLinks(objects, clock, "https://photos.example.com")

    assert (
        links.of("2026-04-29", "p1")["thumb"]
        == "https://photos.example.com/shown/2026-04-29/p1/thumb.webp"
    )
