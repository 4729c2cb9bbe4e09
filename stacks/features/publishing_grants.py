"""What each function of the publishing feature may do, by purpose."""

from __future__ import annotations

from aws_cdk import ArnFormat
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_stepfunctions as stepfunctions

from lambdas.storage import object_keys
from stacks.features.publishing_schedules import PostSchedules
from stacks.instagram import allow_graph_calls, allow_usable_tokens
from stacks.kit.feature import FeatureStack
from stacks.kit.grants import (
    Objects,
    Pattern,
    Rows,
    allow_notifications,
    allow_rows,
    allow_secret,
)
from stacks.storage import StorageStack

# Of the table of posts. A change of a post also writes and deletes rows beside it.
CHANGES = (Rows.GET, Rows.PUT, Rows.DELETE)
POSTS: dict[str, tuple[Rows, ...]] = {
    "operate": (*CHANGES, Rows.QUERY, Rows.UPDATE),
    "work": (*CHANGES, Rows.UPDATE),
    # What it saves is open still: someone has to be informed, or to publish it.
    "prepare": (Rows.GET, Rows.PUT),
    "start": (Rows.GET,),
    "sweep": (*CHANGES, Rows.QUERY, Rows.UPDATE),
    "forget": (*CHANGES, Rows.QUERY),
}
# Of media that Instagram can fetch.
MEDIA: dict[str, tuple[Objects, ...]] = {
    "work": (Objects.READ, Objects.WRITE, Objects.DELETE),
    "prepare": (Objects.WRITE, Objects.DELETE),
    "sweep": (Objects.DELETE,),
    "forget": (Objects.DELETE,),
}


class PublishingGrants:
    """Grants for the functions of a stack, by their names."""

    def __init__(self, stack: FeatureStack, storage: StorageStack) -> None:
        self._stack = stack
        self._storage = storage

    def allow_all(self, workflow: stepfunctions.StateMachine, schedules: PostSchedules) -> None:
        """Allow each function what it is for."""
        self._allow_posts()
        self._allow_instagram()
        self._allow_files()
        self._allow_answers()
        self._allow_starts(workflow, schedules)

    def _named(self, *names: str) -> list[lambda_.Function]:
        return [self._stack.functions[name].function for name in names]

    def _allow_posts(self) -> None:
        [table] = self._stack.tables
        posts, events = self._storage.of_features[table], self._storage.table
        for name, verbs in POSTS.items():
            [function] = self._named(name)
            allow_rows(function, posts, *verbs)
            if Rows.PUT in verbs:
                # Each write is made together with a check that the account's data is not being
                # deleted.
                allow_rows(function, events, Rows.CHECK)
        # Guests' photos, and whether they may be posted.
        for function in self._named("operate", "work", "prepare"):
            allow_rows(function, events, Rows.GET, Rows.GET_MANY)
        # The mark of a deletion that is under way.
        for function in self._named("forget"):
            allow_rows(function, events, Rows.PUT, Rows.UPDATE)

    def _allow_instagram(self) -> None:
        prove = self._stack.config.prove_app_secret
        for name in ("operate", "work", "sweep"):
            [function] = self._named(name)
            allow_graph_calls(function, self._storage)
            # Operators may leave the account out; everything else is about a post's account.
            allow_usable_tokens(
                function,
                self._storage,
                prove_app_secret=prove,
                chooses_account=name == "operate",
            )
            allow_notifications(function, self._storage.topic, self._storage.topic_key)
        for function in self._named("work"):
            self._storage.bus.grant_put_events_to(function)

    def _allow_files(self) -> None:
        stack, storage = self._stack, self._storage
        media = storage.objects_under(object_keys.POSTING_PREFIX)
        for name, verbs in MEDIA.items():
            [function] = self._named(name)
            stack.allow_objects(function, verbs, media)
        uploads = storage.objects_under(object_keys.MEDIA_UPLOADS_PREFIX)
        originals = storage.objects_under(object_keys.ORIGINALS_PREFIX)
        for function in self._named("operate"):
            stack.allow_objects(function, [Objects.READ, Objects.WRITE], uploads)
            # Its links to pictures of a post, for the page that approves it, work no further.
            shown = storage.objects_under(object_keys.SHOWN_PREFIX)
            stack.allow_objects(function, [Objects.READ], shown, media)
        for function in self._named("prepare"):
            stack.allow_objects(function, [Objects.READ], uploads)
            stack.allow_objects(function, [Objects.READ, Objects.READ_VERSIONS], originals)
        # S3 reports a missing object as such only to those who may list the bucket; for others it
        # is forbidden.
        for function in self._named("prepare", "work"):
            stack.allow(function, ["s3:ListBucket"], storage.bucket.bucket_arn)

    def _allow_answers(self) -> None:
        [operate] = self._named("operate")
        allow_secret(operate, self._storage.cursor_secret)
        if "analytics" in self._stack.config.features:
            # Suggestions of hashtags come from the account's own history.
            numbers = self._storage.of_features["Analytics"]
            allow_rows(operate, numbers, Rows.QUERY)

    def _allow_starts(self, workflow: stepfunctions.StateMachine, schedules: PostSchedules) -> None:
        stack = self._stack
        [operate, start, sweep, forget] = self._named("operate", "start", "sweep", "forget")
        schedules.allow_puts(operate, sweep)
        schedules.allow_drops(operate, forget)
        # Posts that are due within minutes are put into the queue at once; the sweep finishes what
        # operators began.
        for function in (operate, sweep):
            stack.allow(function, ["sqs:SendMessage"], schedules.start.queue.queue_arn)
        for function in (start, sweep):
            stack.allow(function, ["states:StartExecution"], workflow.state_machine_arn)
        stack.allow(sweep, ["states:DescribeExecution"], self._executions(workflow))

    def _executions(self, workflow: stepfunctions.StateMachine) -> Pattern:
        arn = self._stack.format_arn(
            service="states",
            resource="execution",
            resource_name=f"{workflow.state_machine_name}:*",
            arn_format=ArnFormat.COLON_RESOURCE_NAME,
        )
        reason = "Executions are started for posts: only their state machine is known."
        return Pattern.of(self._stack, arn, reason)
