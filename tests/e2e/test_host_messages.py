"""A host gets a mail, sent by the deployed function with its own rights."""

from __future__ import annotations

from local.features.guests import TIDY_QUEUE, put_message
from local.local_site import LocalSite
from local.mails import wait_for_mail
from tests.deployed import Stack


def test_reminders_are_mailed(stack: Stack) -> None:
    fields = {"notify_email": "emma@example.org", "delete_after_days": 30}
    body = {"title": "Reminded", "date": "2026-04-29", **fields}
    event = stack.operate("POST", "/events", body).json()

    put_message(LocalSite(stack.deployment), event["id"], "mail")
    stack.send(TIDY_QUEUE, {"tidy": "photos"})

    mail = wait_for_mail(stack.deployment, f"/h/{event['id']}")
    assert "emma@example.org" in str(mail)
