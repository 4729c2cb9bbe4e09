"""What only the Facebook login type has beside Pages: hashtags, other accounts, and batches."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from lambdas.graph import parsing
from lambdas.graph.call import Call
from lambdas.graph.classify import classify
from lambdas.graph.edges import Edges
from lambdas.graph.errors import Cause, GraphError, RequestRefused, RetryLater, Throttled
from lambdas.graph.library import Profile
from lambdas.graph.media import Media, media_of
from lambdas.graph.paging import without_addresses

BATCH_SIZE = 50
# What another account's media tell. Source: D:/IP/instagram-api-with-facebook-login/business-discovery.
MEDIA_OF_OTHERS = "id,caption,media_type,media_product_type,media_url,permalink,timestamp,username,like_count,comments_count"


class Discovery(Edges):
    """Other accounts' public media, on the Facebook login type."""

    def hashtag_id(self, name: str) -> str:
        """The id of a hashtag. An account may ask for 30 different ones in seven days."""
        self._facebook_only("hashtag_search")
        raw = parsing.single(
            self._get(
                "ig_hashtag_search", "hashtag_search", {"user_id": self.account_id, "q": name}
            )
        )
        found = parsing.identifier(raw)
        if found is None:
            raise RetryLater(Cause(200, edge="hashtag_search"), "an answer without an id")
        return found

    def hashtag_media(self, hashtag_id: str, *, recent: bool = False) -> Iterator[Media]:
        """Public media with a hashtag: the top ones, or those of the last 24 hours."""
        self._facebook_only("hashtag_media")
        fields = "id,caption,media_type,media_url,permalink,timestamp,like_count,comments_count"
        edge = "recent_media" if recent else "top_media"
        query = {"user_id": self.account_id, "fields": fields}
        return (
            media_of(raw) for raw in self._pages(f"{hashtag_id}/{edge}", edge, query) if "id" in raw
        )

    def profile_of(self, username: str) -> Profile:
        """Another professional account's public profile. Raises RequestRefused for a name that cannot be one."""
        names = "id,username,name,biography,website,profile_picture_url,followers_count,follows_count,media_count"
        raw = self._discovered(username, names)
        return Profile(
            user_id=parsing.identifier(raw),
            scoped_id=None,
            username=parsing.text(raw, "username"),
            name=parsing.text(raw, "name"),
            biography=parsing.text(raw, "biography"),
            website=parsing.text(raw, "website"),
            profile_picture_url=parsing.text(raw, "profile_picture_url"),
            followers_count=parsing.number(raw, "followers_count"),
            follows_count=parsing.number(raw, "follows_count"),
            media_count=parsing.number(raw, "media_count"),
        )

    def media_of(self, username: str) -> Iterator[Media]:
        """Another professional account's public media, newest first. They can be read in this way only, not by their ids."""

        def page(limit: int, after: str | None) -> Mapping[str, Any]:
            behind = f".after({after})" if after else ""
            return parsing.mapping(
                self._discovered(
                    username, f"media{behind}.limit({limit}){{{MEDIA_OF_OTHERS}}}"
                ).get("media")
            )

        return (
            media_of(raw)
            for raw in self._walked(page, "business_discovery", endless=True)
            if "id" in raw
        )

    def _discovered(self, username: str, fields: str) -> Mapping[str, Any]:
        self._facebook_only("business_discovery")
        if not username.replace(".", "").replace("_", "").isalnum():
            raise RequestRefused(Cause(edge="business_discovery"), "not a username")
        wanted = f"business_discovery.username({username}){{{fields}}}"
        found = self._get(self.account_id, "business_discovery", {"fields": wanted}).get(
            "business_discovery"
        )
        if not isinstance(found, Mapping):
            raise RetryLater(Cause(200, edge="business_discovery"), "an answer without the account")
        return found


class Batches(Edges):
    """Many reads in one request, where the host has that. Each counts for the limits all the same."""

    def read(self, paths: Sequence[str]) -> list[Mapping[str, Any] | GraphError]:
        """The answers of up to 50 reads, in their order, each by itself an object or an error."""
        if not self.login_type.has_batch or len(paths) > BATCH_SIZE:
            raise RequestRefused(
                Cause(edge="batch"),
                f"batches are for the Facebook login type and for {BATCH_SIZE} calls at most",
            )
        parts = json.dumps([{"method": "GET", "relative_url": path} for path in paths])
        # Nothing is changed by it, so it may be tried again like any read.
        call = Call(
            "POST",
            self._url(""),
            "batch",
            self._proof,
            form={"batch": parts, "include_headers": "false"},
            shareable=False,
        )
        entries = self._caller.call(call)
        if not isinstance(entries, list) or len(entries) != len(paths):
            raise RetryLater(Cause(200, edge="batch"), "a batch with another number of answers")
        answers = [_batched(entry) for entry in entries]
        for answer in answers:
            if isinstance(answer, Throttled):
                self._caller.block(answer)
        return answers


def _batched(entry: Any) -> Mapping[str, Any] | GraphError:
    raw = parsing.mapping(entry)
    try:
        body = without_addresses(json.loads(raw.get("body") or ""))
    except (TypeError, ValueError, RecursionError):
        return RetryLater(Cause(edge="batch"), "no answer to this part of a batch")
    status = parsing.number(raw, "code") or 0
    if status != 200 or not isinstance(body, Mapping) or "error" in body:
        return classify(status, parsing.mapping(body).get("error"), "read", "batch")
    return body
