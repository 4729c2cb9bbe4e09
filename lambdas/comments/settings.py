"""Settings of the comments feature."""

from __future__ import annotations

from dataclasses import dataclass

from lambdas.api.cdn import HttpSettings
from lambdas.instagram.settings import InstagramSettings
from lambdas.kit.settings import PublicAddress


@dataclass(frozen=True, kw_only=True)
class CommentsSettings(InstagramSettings, HttpSettings, PublicAddress):
    """Where the inbox is, and what works on it.

    The queues `incoming_queue_url` (updates of webhooks), `act_queue_url` (actions to perform) and
    `backfill_queue_url` (accounts to read) are empty for functions that send nothing to them.
    Updates that cannot be read are kept in the bucket `bucket_name`. Escalations are reported to
    the topic `topic_arn`.
    """

    inbox_table_name: str
    events_table_name: str
    bucket_name: str
    bus_name: str
    cursor_secret_arn: str
    public_url: str
    topic_arn: str = ""
    incoming_queue_url: str = ""
    act_queue_url: str = ""
    backfill_queue_url: str = ""

    @property
    def webhook_url(self) -> str:
        """Return the address that Meta sends webhooks to."""
        return f"{self.public_url}/webhooks/instagram"
