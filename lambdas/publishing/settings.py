"""Settings of the publishing feature."""

from __future__ import annotations

from dataclasses import dataclass

from lambdas.api.cdn import HttpSettings
from lambdas.instagram.settings import InstagramSettings
from lambdas.kit.settings import PublicAddress


@dataclass(frozen=True, kw_only=True)
class PublishingSettings(InstagramSettings, HttpSettings, PublicAddress):
    """Where posts are kept, and what publishes them.

    `media_url` is the address under which Instagram finds the objects of the bucket, without a
    trailing slash. `start_queue_url` takes posts whose time has come, `start_queue_arn` is the
    same queue for the scheduler, `workflow_arn` the state machine. Schedules are in
    `schedule_group` and use the role `scheduler_role_arn`; what they cannot deliver goes to the
    queue `start_dead_letters_arn`. Failures are reported to the topic `topic_arn`. `time_zone` is
    the site's IANA zone; `date_events` says whether dates are events, `posting_consent` whether
    these ask their guests. With `private_addresses` files may be fetched from private hosts and
    without TLS: local mode. Pages for people name the site `site_name`. What a function does not
    need is empty.
    """

    posts_table_name: str
    events_table_name: str
    analytics_table_name: str = ""
    bucket_name: str
    bus_name: str
    cursor_secret_arn: str
    public_url: str
    time_zone: str
    date_events: bool
    posting_consent: bool
    media_url: str
    site_name: str = "daybook"
    workflow_arn: str = ""
    topic_arn: str = ""
    start_queue_url: str = ""
    start_queue_arn: str = ""
    start_dead_letters_arn: str = ""
    schedule_group: str = ""
    scheduler_role_arn: str = ""
    private_addresses: bool = False
