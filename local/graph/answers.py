"""What the emulator answers: which node and edge is asked for, by whom, and whether they may."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qsl

from local.graph import changes, facebook, insights, nodes, oauth
from local.graph.asked import Asked
from local.graph.changes import Fetch
from local.graph.refusal import Refusal, bad_parameter, permission, unsupported, unsupported_method
from local.graph.state import EmulatedAccount, EmulatedToken, EmulatorState

# Parameters that every version lost in 2026-10.
GONE = ("pretty", "debug", "date_format", "ids")


class Emulator:
    """Answers calls out of its world."""

    def __init__(self, address: str, fetch: Fetch = changes.fetch) -> None:
        self.emulator_state = EmulatorState()
        self._address = address
        self._fetch = fetch

    def answer(self, asked: Asked) -> Any:
        """The decoded answer of a Graph host. Raises Refusal."""
        emulator_state, path = self.emulator_state, asked.path
        if asked.host == "api.instagram.com":
            if (asked.method, path) != ("POST", ("oauth", "access_token")):
                raise Refusal(400, "Unsupported request")
            return oauth.exchange_code(emulator_state, asked.form, "instagram")
        if asked.host == "rupload.facebook.com":
            return facebook.upload(emulator_state, asked)
        if path == ("refresh_access_token",) and asked.host == "graph.instagram.com":
            self._only(asked, "GET")
            return oauth.refresh(emulator_state, asked.query)
        if path == ("access_token",) and asked.host == "graph.instagram.com":
            self._only(asked, "GET")
            return self._long(asked)
        if path == ("oauth", "access_token") and asked.host == "graph.facebook.com":
            self._only(asked, "GET")
            exchange = asked.query.get("grant_type") == "fb_exchange_token"
            return (
                oauth.exchange_long(emulator_state, asked.query, "facebook")
                if exchange
                else oauth.exchange_code(emulator_state, asked.query, "facebook")
            )
        if path == ("debug_token",) and asked.host == "graph.facebook.com":
            return oauth.debug_token(emulator_state, asked.query)
        if (
            len(path) == 2
            and path[0] in emulator_state.apps
            and path[1] == "subscriptions"
            and asked.host == "graph.facebook.com"
        ):
            return facebook.app_subscriptions(emulator_state, asked, self._fetch)
        if not asked.token:
            raise Refusal(
                2500,
                "An active access token must be used to query information about the current user.",
            )
        token = emulator_state.token(asked.token, asked.host)
        account = emulator_state.accounts[token.account_id]
        self._check_throttle(account)
        for name in GONE:
            if name in asked.query:
                raise bad_parameter(f"The parameter {name} is no longer supported")
        if not path and asked.host == "graph.facebook.com" and asked.method == "POST":
            return self._batch(asked)
        return self._node(asked, token, account)

    def _only(self, asked: Asked, method: str) -> None:
        if asked.method != method:
            raise unsupported_method(asked.method)

    def _long(self, asked: Asked) -> Any:
        if asked.query.get("grant_type") != "ig_exchange_token":
            raise bad_parameter("The parameter grant_type is required")
        return oauth.exchange_long(self.emulator_state, asked.query, "instagram")

    def _check_throttle(self, account: EmulatedAccount) -> None:
        for name in (account.id, "app"):
            code, until = self.emulator_state.throttled.get(name, (None, None))
            if code is not None and (until is None or self.emulator_state.now() < until):
                raise Refusal(code, "There have been too many calls to this account.")

    def _batch(self, asked: Asked) -> list[Any]:
        try:
            parts = json.loads(asked.form.get("batch", ""))
        except ValueError:
            raise bad_parameter("batch must be a JSON list") from None
        if not isinstance(parts, list) or len(parts) > 50:
            raise bad_parameter("A batch has at most 50 requests")
        answers: list[Any] = []
        for part in parts:
            path, _, query = str(part["relative_url"]).partition("?")
            one = Asked(
                part["method"],
                asked.host,
                tuple(filter(None, path.split("/"))),
                dict(parse_qsl(query)),
                {},
                None,
                asked.token,
                path,
            )
            try:
                answers.append({"code": 200, "body": json.dumps(self.answer(one))})
            except Refusal as refusal:
                answers.append(
                    {
                        "code": refusal.status,
                        "body": bytes(refusal.answer(asked.host).body).decode(),
                    }
                )
        return answers

    def _node(self, asked: Asked, token: EmulatedToken, account: EmulatedAccount) -> Any:
        path, emulator_state = asked.path, self.emulator_state
        node, edge = path[0] if path else "", path[1] if len(path) > 1 else None
        if emulator_state.apps[token.app_id].standard_access and not account.has_role:
            raise unsupported_method(asked.method)
        if (
            token.login_type == "facebook"
            and (found := facebook.answer(emulator_state, asked, token, account, self._address))
            is not None
        ):
            return found
        own = (
            emulator_state.accounts[node]
            if node in facebook.linked_accounts(emulator_state, token)
            else nodes.account_of(emulator_state, node, account.id)
        )
        account = own or account
        if own:
            return self._of_account(asked, token, own, edge)
        if (
            node in emulator_state.containers
            and emulator_state.containers[node].account_id == account.id
            and edge is None
        ):
            self._only(asked, "GET")
            return changes.container_status(
                emulator_state,
                emulator_state.containers[node],
                nodes.parse_fields(asked.query.get("fields", "id")),
            )
        if node in account.comments:
            return self._of_comment(asked, token, account, node, edge)
        media = emulator_state.find_media(node)
        if media and media[0] is account:
            return self._of_media(asked, token, account, node, edge)
        raise unsupported(node)

    def _scope(self, token: EmulatedToken, capability: str) -> None:
        prefix = "instagram_business_" if token.login_type == "instagram" else "instagram_"
        if prefix + capability not in token.scopes or (
            token.data_access_until and token.data_access_until <= self.emulator_state.now()
        ):
            raise permission(prefix + capability)

    def _of_account(
        self, asked: Asked, token: EmulatedToken, account: EmulatedAccount, edge: str | None
    ) -> Any:
        emulator_state, query = self.emulator_state, asked.query
        self._scope(token, "basic")
        key = (asked.method, edge)
        if key == ("GET", None):
            return self._profile(asked, token, account)
        if key in (("GET", "media"), ("GET", "stories")):
            fields = nodes.parse_fields(query.get("fields", "id"))
            found = nodes.media_window(account, query) if edge == "media" else account.stories
            # Only what is shown is made: an account may have ten thousand media.
            page = nodes.page_of(found, query, asked.url)
            page["data"] = [
                nodes.media(one, account, fields, self._address, token.login_type)
                for one in page["data"]
            ]
            return page
        if key == ("GET", "tags"):
            return nodes.tagged(
                emulator_state, account, query, asked.url, self._address, token.login_type
            )
        if key == ("GET", "insights"):
            self._scope(token, "manage_insights")
            return insights.of_account(account, query, emulator_state.now())
        if key == ("POST", "media"):
            self._scope(token, "content_publish")
            return changes.create_container(
                emulator_state, account, asked.values, self._fetch, token.login_type
            )
        if key == ("POST", "media_publish"):
            self._scope(token, "content_publish")
            return changes.publish(emulator_state, account, asked.values)
        if key == ("GET", "content_publishing_limit"):
            self._scope(token, "content_publish")
            return changes.publishing_limit(emulator_state, account)
        if key == ("POST", "mentions"):
            self._scope(token, "manage_comments")
            return changes.answer_mention(emulator_state, account, asked.values)
        if key == ("POST", "messages"):
            self._scope(token, "manage_messages")
            return changes.private_reply(emulator_state, account, asked.json)
        if edge == "subscribed_apps":
            return changes.subscription(
                account.subscribed, changes.ACCOUNT_FIELDS, asked.method, asked.values, token.app_id
            )
        raise unsupported_method(asked.method)

    def _profile(self, asked: Asked, token: EmulatedToken, account: EmulatedAccount) -> Any:
        fields = nodes.parse_fields(asked.query.get("fields", "id"))
        if token.login_type == "facebook" and (
            found := facebook.special_field(self.emulator_state, account, fields, self._address)
        ):
            return found
        flat = nodes.profile(account, token.login_type, fields)
        # Documented in a list of one, observed flat.
        return (
            {"data": [flat]}
            if asked.path[0] == "me" and self.emulator_state.envelope == "documented"
            else flat
        )

    def _of_media(
        self,
        asked: Asked,
        token: EmulatedToken,
        account: EmulatedAccount,
        node: str,
        edge: str | None,
    ) -> Any:
        found = self.emulator_state.find_media(node)
        if found is None:
            raise unsupported(node)
        media, key = found[1], (asked.method, edge)
        if key == ("GET", None):
            return nodes.media(
                media,
                account,
                nodes.parse_fields(asked.query.get("fields", "id")),
                self._address,
                token.login_type,
            )
        if key == ("GET", "insights"):
            self._scope(token, "manage_insights")
            return insights.of_media(media, asked.query, asked.host)
        if key == ("GET", "comments"):
            self._scope(token, "manage_comments")
            fields = nodes.parse_fields(asked.query.get("fields", "id,text,timestamp"))
            keys = [
                k
                for k, c in account.comments.items()
                if c["media"] == node and not c.get("parent_id")
            ]
            entries = [nodes.comment(account, k, fields) for k in reversed(keys)]
            return nodes.page_of(entries, asked.query, asked.url, most=50)
        if key == ("POST", "comments"):
            self._scope(token, "manage_comments")
            self._no_fields(asked)
            return changes.add_comment(
                self.emulator_state, account, node, asked.values.get("message")
            )
        if key == ("POST", None) and "comment_enabled" in asked.values:
            self._scope(token, "manage_comments")
            (
                account.comments_closed.discard
                if asked.values["comment_enabled"] == "true"
                else account.comments_closed.add
            )(node)
            return {"success": True}
        raise unsupported_method(asked.method)

    def _no_fields(self, asked: Asked) -> None:
        if "fields" in asked.values:
            raise Refusal(20, "The change was made, its fields cannot be read", 1772107)

    def _of_comment(
        self,
        asked: Asked,
        token: EmulatedToken,
        account: EmulatedAccount,
        node: str,
        edge: str | None,
    ) -> Any:
        self._scope(token, "manage_comments")
        key, stored = (asked.method, edge), account.comments[node]
        if key == ("GET", None):
            return nodes.comment(
                account, node, nodes.parse_fields(asked.query.get("fields", "id,text,timestamp"))
            )
        if key == ("GET", "replies"):
            fields = nodes.parse_fields(asked.query.get("fields", "id,text,timestamp"))
            keys = [k for k, c in account.comments.items() if c.get("parent_id") == node]
            return nodes.page_of(
                [nodes.comment(account, k, fields) for k in keys], asked.query, asked.url
            )
        if key == ("POST", "replies"):
            self._no_fields(asked)
            return changes.add_comment(
                self.emulator_state,
                account,
                str(stored["media"]),
                asked.values.get("message"),
                node,
            )
        if key == ("POST", None) and asked.values.get("hide") in ("true", "false"):
            stored["hidden"] = asked.values["hide"] == "true"
            return {"success": True}
        if key == ("DELETE", None):
            del account.comments[node]
            return {"success": True}
        raise unsupported_method(asked.method)
