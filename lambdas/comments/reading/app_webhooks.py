"""The webhook subscription of the app itself, made where the app's own token may do it.

Meta calls the address back before it answers: nothing is locked meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from aws_lambda_powertools import Logger

from lambdas.comments import keys
from lambdas.comments.reading.wanted import APP_FIELDS
from lambdas.graph.app_subscriptions import OBJECT, AppSubscriptions
from lambdas.graph.errors import GraphError
from lambdas.kit.clock import Clock
from lambdas.kit.errors import NotConfigured
from lambdas.kit.login_type import LoginType
from lambdas.storage.conditional import update_if
from lambdas.storage.packing import Packed, packed, unpacked

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table

CHECK_INTERVAL = timedelta(days=1)
RETRY_INTERVAL = timedelta(hours=1)
BY_HAND = (
    "Set it in the app's dashboard, under Webhooks, Instagram: the address {url} and {fields}."
)


class AppWebhook(Packed, frozen=True, kw_only=True):
    """What an app is subscribed to; `error` says what a person has to do, if anything."""

    checked_at: datetime
    due_at: datetime
    fields: tuple[str, ...] = ()
    callback_url: str | None = None
    error: str | None = None


@dataclass(frozen=True, kw_only=True)
class AppWebhooks:
    """The subscriptions of the apps of both login types.

    `client` returns the calls of an app with its own token, `verify_token` what Meta's callback
    has to bring. An address that is not ours was set by a person, and is left as it is.
    """

    table: Table
    tenant: str
    client: Callable[[LoginType], AppSubscriptions]
    callback_url: str
    verify_token: Callable[[], str]
    clock: Clock
    logger: Logger

    def get(self, login_type: LoginType) -> AppWebhook | None:
        """Return what is known of an app, or None if it was never checked."""
        key = keys.app_key(self.tenant)
        row = self.table.get_item(Key=key, ConsistentRead=True).get("Item", {})
        column = login_type.value
        return unpacked(AppWebhook, row[column]) if column in row else None

    def ensure(self, login_type: LoginType, *, at_once: bool = False) -> None:
        """Check an app daily and subscribe it to what it lacks. A refusal is recorded in words."""
        known, now = self.get(login_type), self.clock.now()
        if known and known.due_at > now and not at_once:
            return
        try:
            checked = self._checked(login_type, now)
        except (GraphError, NotConfigured) as error:
            advice = BY_HAND.format(url=self.callback_url, fields=", ".join(APP_FIELDS))
            checked = AppWebhook(
                checked_at=now,
                due_at=now + RETRY_INTERVAL,
                fields=known.fields if known else (),
                callback_url=known.callback_url if known else None,
                error=f"The app could not be subscribed ({error}). {advice}",
            )
            self.logger.warning("the app could not be subscribed", extra={"cause": str(error)})
        put = {login_type.value: packed(checked)}
        update_if(self.table, keys.app_key(self.tenant), None, put=put)

    def _checked(self, login_type: LoginType, now: datetime) -> AppWebhook:
        calls = self.client(login_type)
        found = next((one for one in calls.all() if one.object == OBJECT), None)
        fields = found.fields if found else ()
        if found and found.callback_url not in (None, self.callback_url):
            advice = BY_HAND.format(url=self.callback_url, fields=", ".join(APP_FIELDS))
            error = f"The app's webhooks go to {found.callback_url}. If that is wrong: {advice}"
            return self._state(now, fields, found.callback_url, error)
        if not set(APP_FIELDS) <= set(fields) or (found and found.active is False):
            fields = tuple(sorted({*fields, *APP_FIELDS}))
            calls.subscribe(self.callback_url, self.verify_token(), fields)
        return self._state(now, fields, self.callback_url, None)

    def _state(
        self, now: datetime, fields: tuple[str, ...], url: str | None, error: str | None
    ) -> AppWebhook:
        due = now + CHECK_INTERVAL
        return AppWebhook(checked_at=now, due_at=due, fields=fields, callback_url=url, error=error)
