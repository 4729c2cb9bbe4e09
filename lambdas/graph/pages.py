"""The Facebook flavour's own: Pages, permissions, hashtags, other accounts, batches, and the subscriptions of both flavours."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from lambdas.graph import shape
from lambdas.graph.caller import Call
from lambdas.graph.classify import classify
from lambdas.graph.edges import Edges
from lambdas.graph.errors import Cause, GraphError, PermissionMissing, RequestRefused, RetryLater, Throttled
from lambdas.graph.library import Profile
from lambdas.graph.media import Media, media_of

PAGE_FIELDS = "id,name,access_token,tasks,instagram_business_account"
BATCH_SIZE = 50


@dataclass(frozen=True)
class Page:
    """A Page that the person shared. `instagram_id` is None if no professional account is linked; `token` has no expiry date."""

    id: str
    name: str | None
    instagram_id: str | None
    tasks: tuple[str, ...]
    token: str | None = field(default=None, repr=False)


class Pages(Edges):
    """Reads with the person's token. None of the answers that hold Page tokens is ever shared or stored."""

    def shared(self) -> list[Page]:
        """The person's Pages: those of `/me/accounts`, and those that their businesses own or manage."""
        found = {page.id: page for page in self._listed("me/accounts")}
        try:
            for business in self._pages("me/businesses", "businesses", {"fields": "id,name"}):
                for edge in ("owned_pages", "client_pages"):
                    found = {page.id: page for page in self._listed(f"{shape.identifier(business)}/{edge}")} | found
        except PermissionMissing:
            # Who did not grant business_management has no less of the Pages of their own.
            return list(found.values())
        return list(found.values())

    def permissions(self, user_id: str = "me") -> dict[str, bool]:
        """Which permissions were granted (True) or declined (False)."""
        raw = self._get(f"{user_id}/permissions", "permissions", {})
        return {str(entry.get("permission")): entry.get("status") == "granted" for entry in shape.data(raw)}

    def revoke(self, user_id: str = "me") -> None:
        """Takes all permissions back, which ends the token."""
        self._done(self._post(f"{user_id}/permissions", "revoke", {}, "", method="DELETE"), "revoke")

    def _listed(self, path: str) -> Iterator[Page]:
        return map(page_of, self._pages(path, "pages", {"fields": PAGE_FIELDS}, shareable=False))


def page_of(raw: Mapping[str, Any]) -> Page:
    """The Page of a decoded answer."""
    instagram = shape.mapping(raw.get("instagram_business_account"))
    return Page(
        shape.identifier(raw) or "",
        shape.text(raw, "name"),
        shape.identifier(instagram),
        shape.words(raw, "tasks"),
        shape.text(raw, "access_token"),
    )


class Subscriptions(Edges):
    """Webhooks of the account: of the Instagram flavour on the account itself, of the Facebook flavour on its Page."""

    def fields(self, node: str) -> tuple[str, ...]:
        """What the app is subscribed to on a node."""
        raw = self._get(f"{node}/subscribed_apps", "subscribed_apps", {})
        return tuple(name for entry in shape.data(raw) for name in shape.words(entry, "subscribed_fields"))

    def subscribe(self, node: str, fields: Sequence[str]) -> None:
        """Subscribes the app to fields of a node."""
        form = {"subscribed_fields": ",".join(fields)}
        self._done(self._post(f"{node}/subscribed_apps", "subscribe", form, "webhooks"), "subscribe")

    def unsubscribe(self, node: str) -> None:
        """Ends the subscription."""
        self._done(self._post(f"{node}/subscribed_apps", "unsubscribe", {}, "webhooks", method="DELETE"), "unsubscribe")

    def subscribe_app(self, app_id: str, callback_url: str, verify_token: str, fields: Sequence[str]) -> None:
        """Subscribes at the level of the app, with the app's own token."""
        form = {"object": "instagram", "callback_url": callback_url, "verify_token": verify_token}
        form |= {"fields": ",".join(fields), "include_values": "true"}
        url = self._addresses.of("graph.facebook.com", f"{app_id}/subscriptions")
        answer = self._caller.call(Call("POST", url, "subscribe_app", self._proof, form=form, verb="write"))
        self._done(shape.mapping(answer), "subscribe_app")


class Discovery(Edges):
    """Other accounts' public media, on the Facebook flavour."""

    def hashtag_id(self, name: str) -> str:
        """The id of a hashtag. An account may ask for 30 different ones in seven days."""
        self._facebook_only("hashtag_search")
        raw = shape.single(self._get("ig_hashtag_search", "hashtag_search", {"user_id": self.account_id, "q": name}))
        found = shape.identifier(raw)
        if found is None:
            raise RetryLater(Cause(200, edge="hashtag_search"), "an answer without an id")
        return found

    def hashtag_media(self, hashtag_id: str, *, recent: bool = False) -> Iterator[Media]:
        """Public media with a hashtag: the top ones, or those of the last 24 hours."""
        self._facebook_only("hashtag_media")
        fields = "id,caption,media_type,media_url,permalink,timestamp,like_count,comments_count"
        edge = "recent_media" if recent else "top_media"
        query = {"user_id": self.account_id, "fields": fields}
        return (media_of(raw) for raw in self._pages(f"{hashtag_id}/{edge}", edge, query) if "id" in raw)

    def profile_of(self, username: str) -> Profile:
        """Another professional account's public profile. Raises RequestRefused for a name that cannot be one."""
        self._facebook_only("business_discovery")
        if not username.replace(".", "").replace("_", "").isalnum():
            raise RequestRefused(Cause(edge="business_discovery"), "not a username")
        names = "id,username,name,biography,website,profile_picture_url,followers_count,follows_count,media_count"
        fields = f"business_discovery.username({username}){{{names}}}"
        raw = shape.mapping(self._get(self.account_id, "business_discovery", {"fields": fields}).get("business_discovery"))
        counts = {name: shape.number(raw, name) for name in ("followers_count", "follows_count", "media_count")}
        texts = {name: shape.text(raw, name) for name in ("name", "biography", "website", "profile_picture_url")}
        return Profile(shape.identifier(raw), None, shape.text(raw, "username"), None, **texts, **counts)  # type: ignore[arg-type]


class Batches(Edges):
    """Many reads in one request, where the host has that. Each counts for the limits all the same."""

    def read(self, paths: Sequence[str]) -> list[Mapping[str, Any] | GraphError]:
        """The answers of up to 50 reads, in their order, each by itself an object or an error."""
        if not self.flavour.has_batch or len(paths) > BATCH_SIZE:
            raise RequestRefused(Cause(edge="batch"), f"batches are for the Facebook flavour and for {BATCH_SIZE} calls at most")
        parts = json.dumps([{"method": "GET", "relative_url": path} for path in paths])
        # Nothing is changed by it, so it may be tried again like any read.
        call = Call("POST", self._url(""), "batch", self._proof, form={"batch": parts, "include_headers": "false"}, shareable=False)
        entries = self._caller.call(call)
        if not isinstance(entries, list) or len(entries) != len(paths):
            raise RetryLater(Cause(200, edge="batch"), "a batch with another number of answers")
        answers = [_batched(entry) for entry in entries]
        for answer in answers:
            if isinstance(answer, Throttled):
                self._caller.block(answer)
        return answers


def _batched(entry: Any) -> Mapping[str, Any] | GraphError:
    raw = shape.mapping(entry)
    try:
        body = json.loads(raw.get("body") or "")
    except (TypeError, ValueError):
        return RetryLater(Cause(edge="batch"), "no answer to this part of a batch")
    status = shape.number(raw, "code") or 0
    if status != 200 or not isinstance(body, Mapping) or "error" in body:
        return classify(status, shape.mapping(body).get("error"), "read", "batch")
    return body
