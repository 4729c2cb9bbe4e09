"""Guests' pages, their uploads, and the processing of photos."""

from __future__ import annotations

from aws_cdk import aws_events as events
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from lambdas.guests.routes import CACHED_PAGES, ROUTES
from lambdas.guests.settings import MAX_RECEIVE_COUNT, DateUploads, GuestsSettings
from lambdas.storage import keys, object_keys
from stacks.features.guests_caring import allow_mails, host_notices_alarm, host_notices_row
from stacks.features.guests_downloads import PACK, add_downloads
from stacks.kit.alarms import FIVE_MINUTES, AlarmSpec, CompositeSpec, Severity
from stacks.kit.feature import FeatureStack
from stacks.kit.functions import FunctionSpec, QueueSpec
from stacks.kit.grants import Objects, Rows, allow_index, allow_rows, allow_secret
from stacks.kit.widgets import DashboardRow, Graph
from stacks.site import Site

STUCK = "photo-processing-stuck"
# A photo that has waited this long is not being processed.
STUCK_SECONDS = 15 * 60

VIEW = FunctionSpec(
    name="view",
    description="Event pages and their photos",
    timeout_seconds=10,
    memory_mb=1024,
    snap_start=True,
)
UPLOAD = FunctionSpec(
    name="upload", description="Announcements of uploads", timeout_seconds=15, memory_mb=1024
)
PROCESS = FunctionSpec(
    name="process",
    description="Processes uploaded photos",
    timeout_seconds=60,
    memory_mb=2048,
    reserved_concurrency=20,
)
OPERATE = FunctionSpec(
    name="operate",
    description="Events for operators and hosts, and their photos",
    timeout_seconds=15,
    # 200 photos at once take two seconds of a whole processor (`make bench`).
    memory_mb=1024,
)
TIDY = FunctionSpec(
    name="tidy",
    description="Finishes interrupted changes, removes deleted events, writes to hosts",
    timeout_seconds=90,
    memory_mb=512,
    reserved_concurrency=2,
)
# What else a function may do with originals than delete them. The events of arrived originals name
# their version; operators also read those whose rows, from earlier releases, name none.
ORIGINALS: dict[str, tuple[Objects, ...]] = {
    "upload": (Objects.WRITE,),
    "process": (Objects.READ_VERSIONS,),
    "operate": (Objects.READ, Objects.READ_VERSIONS),
    "tidy": (),
}
# What else it may do with rows than read many, write and delete them. Reports are found by their
# photo, and end with it.
ROWS: dict[str, tuple[Rows, ...]] = {
    "upload": (Rows.GET, Rows.QUERY, Rows.UPDATE),
    "process": (Rows.GET, Rows.QUERY, Rows.UPDATE),
    "operate": (Rows.GET, Rows.QUERY, Rows.UPDATE),
    "tidy": (Rows.GET, Rows.QUERY, Rows.UPDATE),
}
PROCESSING = QueueSpec(
    name="Processing",
    max_receive_count=MAX_RECEIVE_COUNT,
    dead_letter_alarm=STUCK,
    dead_letter_name=f"{STUCK}-dead-letters",
)


class GuestsStack(FeatureStack):
    """`/g/...`: pages, uploads, photos."""

    feature = "guests"
    # A date's page works without anything in it; with `date_events` off the root is checked alone.
    probe_paths = ("/g/2026-01-01/photos?limit=1",)
    function_specs = (VIEW, UPLOAD, PROCESS, OPERATE, TIDY, PACK)

    def __init__(self, scope: Construct, site: Site) -> None:
        super().__init__(scope, site.config, site.storage.foundation)
        self._site = site
        settings = self._settings()
        for spec in self.function_specs:
            self.add_function(spec, settings)
        self.add_queue(PROCESSING, "process")
        self._process_what_arrives()
        self.add_queue(QueueSpec(name="Tidy", max_receive_count=1), "tidy")
        # Of many photos at once, some are settled after the request that decides about them.
        operate, tidy = self.functions["operate"].function, self.queues["Tidy"].queue
        operate.add_environment("TIDY_QUEUE_URL", tidy.queue_url)
        tidy.grant_send_messages(operate)
        self.add_schedule(
            "TidyPhotos", events.Schedule.rate(FIVE_MINUTES), "Tidy", {"tidy": "photos"}
        )
        self.add_routes(site.api.api, ROUTES, site.api.operators_only)
        self.cached_pages += CACHED_PAGES
        self._allow_pages(self.functions["view"].function)
        self._allow_photos()
        if self.config.mail_from:
            allow_mails(self, self.functions["tidy"].function, self.config.mail_from)
        self.alarms += [self._stuck(), host_notices_alarm(self)]
        self.dashboard_rows += [self._photos(), host_notices_row(self)]
        add_downloads(self, self._site.storage)

    def _settings(self) -> GuestsSettings:
        config, storage, public_url = self.config, self._site.storage, self._site.api.public_url
        return GuestsSettings(
            table_name=storage.table.table_name,
            bucket_name=storage.bucket.bucket_name,
            bus_name=storage.bus.event_bus_name,
            cursor_secret_arn=storage.cursor_secret.secret_arn,
            public_url=public_url,
            site_name=config.site_name,
            time_zone=config.time_zone,
            date_events=config.date_events,
            posting_consent=config.posting_consent,
            date_uploads=DateUploads(config.date_uploads),
            tokens_table_name=storage.tokens.table_name,
            tenant=config.tenant,
            feed_freshness_minutes=config.feed_freshness_minutes,
            max_file_bytes=config.max_file_bytes,
            max_event_files=config.max_event_files,
            max_event_bytes=config.max_event_bytes,
            photos_url=public_url if config.cdn else "",
            media_origins=config.media_origins,
            mail_from=config.mail_from,
            private_addresses=config.bundle_for == "host",
        )

    def _process_what_arrives(self) -> None:
        bucket = self._site.storage.bucket.bucket_name
        originals = {"key": [{"prefix": object_keys.ORIGINALS_PREFIX}]}
        pattern = events.EventPattern(
            source=["aws.s3"],
            detail_type=["Object Created"],
            detail={"bucket": {"name": [bucket]}, "object": originals},
        )
        self.add_rule("OriginalArrived", pattern, PROCESSING.name)

    def _allow_pages(self, view: lambda_.Function) -> None:
        storage = self._site.storage
        allow_secret(view, storage.cursor_secret)
        storage.bus.grant_put_events_to(view)
        allow_rows(view, storage.table, Rows.GET, Rows.GET_MANY, Rows.QUERY, Rows.UPDATE)
        allow_index(view, storage.table, keys.TIMELINE_INDEX)
        self.allow_objects(view, [Objects.READ], storage.objects_under(object_keys.SHOWN_PREFIX))

    def _allow_photos(self) -> None:
        """Allow changing photos: their rows, their originals, their public and private sizes."""
        storage = self._site.storage
        prefixes = (object_keys.SHOWN_PREFIX, object_keys.PENDING_PREFIX)
        places = [storage.objects_under(one) for one in prefixes]
        originals = storage.objects_under(object_keys.ORIGINALS_PREFIX)
        for name, of_originals in ORIGINALS.items():
            function = self.functions[name].function
            allow_rows(function, storage.table, *ROWS[name], Rows.GET_MANY, Rows.PUT, Rows.DELETE)
            removal = [Objects.DELETE, Objects.DELETE_VERSIONS]
            self.allow_objects(function, [*of_originals, *removal], originals)
            if name == UPLOAD.name:
                # Guests delete their photos, and take those that they report from the page: what
                # is public becomes private. They never put one on the page.
                public, private = places
                self.allow_objects(function, [Objects.READ, Objects.DELETE], public)
                self.allow_objects(function, [Objects.WRITE, Objects.DELETE], private)
                self.allow(function, ["s3:ListBucket"], storage.bucket.bucket_arn)
                continue
            sizes = [Objects.READ, Objects.WRITE, Objects.DELETE]
            self.allow_objects(function, sizes, *places)
            # S3 reports a missing object as such only to those who may list the bucket; for
            # others it is forbidden.
            self.allow(function, ["s3:ListBucket"], storage.bucket.bucket_arn)
        # What takes photos from the page says so; what puts them there does not.
        for name in (UPLOAD.name, OPERATE.name, TIDY.name):
            storage.bus.grant_put_events_to(self.functions[name].function)
        operate = self.functions["operate"].function
        # What signs cursors also proves that a guest has entered an event's PIN.
        for function in (operate, self.functions["upload"].function):
            allow_secret(function, storage.cursor_secret)
        # The lists of events, and of those that were deleted.
        for function in (operate, self.functions["tidy"].function):
            allow_index(function, storage.table, keys.TIMELINE_INDEX)
        # Whether the account that an event names, or the site's own, is connected, and until when;
        # nothing decrypts its token.
        allow_rows(operate, storage.tokens, Rows.GET, Rows.QUERY)

    def _stuck(self) -> CompositeSpec:
        age = self.queues[PROCESSING.name].queue.metric_approximate_age_of_oldest_message(
            period=FIVE_MINUTES, statistic="Maximum"
        )
        old = AlarmSpec(
            name=f"{STUCK}-age",
            advice="Check that the process function runs and is not throttled",
            metric=age,
            threshold=STUCK_SECONDS,
        )
        # SQS leaves messages out of the age after three receives: failures are counted as well.
        process = self.functions["process"].function
        failing = AlarmSpec(
            name=f"{STUCK}-failing",
            advice="Read the log of guests.process: attempts keep failing",
            metric=process.metric_errors(period=FIVE_MINUTES, statistic="Sum"),
            threshold=1,
            periods=3,
        )
        return CompositeSpec(
            name=STUCK,
            advice="Photos are not being processed: find out which alarm is active",
            severity=Severity.CRITICAL,
            parts=(old, failing),
        )

    def _photos(self) -> DashboardRow:
        added = self.queues[PROCESSING.name]
        process = self.functions["process"].function
        upload = self.functions["upload"].function
        often = {"period": FIVE_MINUTES, "statistic": "Sum"}
        most = {"period": FIVE_MINUTES, "statistic": "Maximum"}
        calls = (upload.metric_invocations(**often), process.metric_invocations(**often))  # type: ignore[arg-type]
        age = added.queue.metric_approximate_age_of_oldest_message(**most)  # type: ignore[arg-type]
        dead = added.dead_letters.metric_approximate_number_of_messages_visible(**most)  # type: ignore[arg-type]
        duration = process.metric_duration(period=FIVE_MINUTES, statistic="p95")
        return DashboardRow(
            "Are photos being processed?",
            (
                Graph("Announced and processed", calls),
                Graph("Waiting", (age, dead)),
                Graph("Time for one photo, in ms", (duration,)),
            ),
        )
