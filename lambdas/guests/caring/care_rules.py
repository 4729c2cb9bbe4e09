"""The rules of retention and of words to hosts, as a part of the rules of events."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from datetime import timedelta

import msgspec
from msgspec import UNSET

from lambdas.api.findings import Findings
from lambdas.guests.caring.retention import MIN_NOTICE
from lambdas.guests.hosting.event_request import EventChangeRequest
from lambdas.guests.hosting.event_views import OperatorEventJson
from lambdas.kit.clock import Clock
from lambdas.kit.url_form import url_problem
from lambdas.storage.events.event import Event

MIN_DAYS, MAX_DAYS = 1, 3650
MAX_EMAIL = 254
# Mailboxes as people have them: nothing that would have to be quoted, so no second recipient.
EMAIL = re.compile(
    r"[A-Za-z0-9_%+'-]+(\.[A-Za-z0-9_%+'-]+)*@([A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?\.)+[A-Za-z]{2,}",
    re.ASCII,
)
SECRET_BYTES = 32


@dataclass(frozen=True)
class CareRules:
    """`sends_mail` is whether the site has a sender of mails; `private_addresses`: local mode."""

    sends_mail: bool
    private_addresses: bool
    clock: Clock

    def changed(
        self, event: Event, request: EventChangeRequest, found: Findings
    ) -> dict[str, object]:
        """Return what a request changes, and report what is impossible."""
        changes: dict[str, object] = {}
        if (days := request.delete_after_days) is not UNSET:
            if days is None or MIN_DAYS <= days <= MAX_DAYS:
                changes["delete_after_days"] = days
            else:
                found.refuse(
                    "delete_after_days",
                    "out_of_range",
                    f"delete_after_days: use {MIN_DAYS} to {MAX_DAYS}, or null to keep the event.",
                )
        if (email := request.notify_email) is not UNSET:
            changes["notify_email"] = email
            if email is not None and (len(email) > MAX_EMAIL or not EMAIL.fullmatch(email)):
                found.refuse(
                    "notify_email",
                    "invalid_email",
                    "notify_email: use one mail address, such as emma@example.com.",
                )
        if (webhook := request.notify_webhook) is not UNSET:
            changes["notify_webhook"] = webhook
            if webhook is None:
                changes["notify_secret"] = None
            elif problem := url_problem(webhook, private_addresses=self.private_addresses):
                code, sentence = problem
                found.refuse("notify_webhook", code, f"notify_webhook: the address {sentence}")
            elif webhook != event.notify_webhook:
                # Another receiver must not be able to sign as this site towards the first one.
                changes["notify_secret"] = secrets.token_urlsafe(SECRET_BYTES)
        return changes

    def warn(self, before: Event, event: Event, found: Findings) -> None:
        """Report what an event will not do, or will do soon."""
        if event.notify_email and not self.sends_mail and event.notify_email != before.notify_email:
            found.warn(
                "notify_email",
                "mail_not_available",
                "notify_email: this site has no sender of mails, so no mail will be sent.",
            )
        at, now = event.deletes_at, self.clock.now()
        if at and at != before.deletes_at and at < now + MIN_NOTICE + timedelta(hours=1):
            found.warn(
                "delete_after_days",
                "deleted_soon",
                "delete_after_days: this time is over, or almost. Hosts are reminded within the "
                "hour, and the event is deleted 24 hours after that.",
            )


def with_secret(answer: OperatorEventJson, before: Event, event: Event) -> OperatorEventJson:
    """Return an answer with the secret of a webhook if it is new: it is shown this once."""
    if event.notify_secret is None or event.notify_secret == before.notify_secret:
        return answer
    return msgspec.structs.replace(answer, notify_secret=event.notify_secret)
