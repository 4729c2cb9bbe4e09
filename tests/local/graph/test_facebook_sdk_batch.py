"""Meta's SDK sends batches."""

from __future__ import annotations

from facebook_business.adobjects.igcomment import IGComment
from facebook_business.adobjects.igmedia import IGMedia
from facebook_business.api import FacebookResponse

from tests.local.graph.sdk import POST, Sdk


def test_batch_of_reads(sdk: Sdk) -> None:
    good: list[FacebookResponse] = []
    bad: list[FacebookResponse] = []
    batch = sdk.api.new_batch()
    for media_id in (POST, "123"):
        IGMedia(media_id, api=sdk.api).get_insights(
            params={"metric": ["reach", "saved"]},
            batch=batch,
            success=good.append,
            failure=bad.append,
        )

    assert batch.execute() is None

    assert [one["name"] for one in good[0].json()["data"]] == ["reach", "saved"]
    assert [one.error().api_error_subcode() for one in bad] == [33]
    assert {one["name"] for one in good[0].headers()} >= {"Content-Type"}


def test_batch_of_writes(sdk: Sdk) -> None:
    kept, removed = (IGComment(sdk.guest_comment(text), api=sdk.api) for text in ("one", "two"))
    bad: list[FacebookResponse] = []
    batch = sdk.api.new_batch()
    message = {"message": "A + b & c = 100%"}
    sdk.post.create_comment(params=message, batch=batch, failure=bad.append)
    kept.api_update(params={"hide": True}, batch=batch, failure=bad.append)
    removed.api_delete(batch=batch, failure=bad.append)

    batch.execute()

    texts = {one["text"]: one["hidden"] for one in sdk.post.get_comments(fields=["text", "hidden"])}
    assert bad == []
    assert texts == {"one": True, "A + b & c = 100%": False}
