"""What each function of the comments feature may do, by purpose."""

from __future__ import annotations

from aws_cdk import aws_lambda as lambda_

from lambdas.comments.keys import BY_ACCOUNT, BY_AUTHOR, BY_DUE, BY_STATE, BY_THREAD
from lambdas.storage import object_keys
from stacks.instagram import allow_graph_calls, allow_usable_tokens
from stacks.kit.feature import FeatureStack
from stacks.kit.grants import (
    Objects,
    Rows,
    allow_index,
    allow_notifications,
    allow_rows,
    allow_secret,
)
from stacks.storage import StorageStack

CHANGES = (Rows.GET, Rows.QUERY, Rows.PUT, Rows.UPDATE)
# Of the inbox. Rows are written as their next version; notices and what rules did are counted.
INBOX: dict[str, tuple[Rows, ...]] = {
    # A person who asks an operator is forgotten at once.
    "operate": (*CHANGES, Rows.DELETE, Rows.WRITE_MANY),
    "take": CHANGES,
    "act": CHANGES,
    "backfill": CHANGES,
    "sweep": (Rows.GET, Rows.PUT, Rows.UPDATE),
    "forget": (Rows.GET, Rows.QUERY, Rows.DELETE, Rows.WRITE_MANY),
}
INDEXES: dict[str, tuple[str, ...]] = {
    "operate": (BY_ACCOUNT, BY_STATE, BY_THREAD, BY_AUTHOR),
    # Rules ask for what an author wrote before; an answer settles a whole thread.
    "take": (BY_AUTHOR, BY_THREAD),
    "act": (BY_THREAD,),
    # What was read is taken as if a webhook had brought it.
    "backfill": (BY_AUTHOR, BY_THREAD),
    "sweep": (BY_DUE,),
    # What was written to a person is in their thread.
    "forget": (BY_ACCOUNT, BY_AUTHOR, BY_THREAD),
}
# Which function puts messages into which queues.
SENDS: dict[str, tuple[str, ...]] = {
    "receive": ("Incoming",),
    "operate": ("Act", "Backfill"),
    "take": ("Act",),
    # It puts what has to wait into its own queue.
    "act": ("Act",),
    # And what it did not reach.
    "backfill": ("Act", "Backfill"),
    "sweep": ("Incoming", "Act", "Backfill"),
}
# The others change rows that are there.
ADDS = ("operate", "take", "backfill")
CALLERS = ("operate", "take", "act", "backfill")


class CommentsGrants:
    """Grants for the functions of a stack, by their names."""

    def __init__(self, stack: FeatureStack, storage: StorageStack) -> None:
        self._stack = stack
        self._storage = storage

    def allow_all(self) -> None:
        """Allow each function what it is for."""
        self._allow_inbox()
        self._allow_instagram()
        self._allow_webhooks()
        self._allow_messages()
        self._allow_answers()

    def _named(self, *names: str) -> list[lambda_.Function]:
        return [self._stack.functions[name].function for name in names]

    def _allow_inbox(self) -> None:
        [table] = self._stack.tables
        inbox, events = self._storage.of_features[table], self._storage.table
        for name, verbs in INBOX.items():
            [function] = self._named(name)
            allow_rows(function, inbox, *verbs)
            if name in ADDS:
                # What is new is written together with a check that the account's data is not being
                # deleted.
                allow_rows(function, events, Rows.CHECK)
            for index in INDEXES[name]:
                allow_index(function, inbox, index)
        # The mark of a deletion that is under way.
        for function in self._named("forget"):
            allow_rows(function, events, Rows.PUT, Rows.UPDATE)

    def _allow_instagram(self) -> None:
        storage, prove = self._storage, self._stack.config.prove_app_secret
        for function in self._named(*CALLERS):
            allow_graph_calls(function, storage)
            # Whose own activity something is depends on all accounts.
            allow_usable_tokens(function, storage, prove_app_secret=prove)
        # A refused token is reported to the one who can refresh it.
        for function in self._named("operate", "act", "backfill"):
            storage.bus.grant_put_events_to(function)
        # Which accounts there are, without their tokens.
        for function in self._named("sweep", "forget"):
            allow_rows(function, storage.tokens, Rows.QUERY)
        # Escalations, and what a person has to look at.
        for function in self._named("operate", "take", "act", "backfill", "sweep"):
            allow_notifications(function, storage.topic, storage.topic_key)

    def _allow_webhooks(self) -> None:
        storage = self._storage
        kept = storage.objects_under(object_keys.WEBHOOKS_PREFIX)
        for function in self._named("receive"):
            # Signatures and the handshake.
            allow_secret(function, storage.app_secret)
            self._stack.allow_objects(function, [Objects.WRITE], kept)
        for function in self._named("take"):
            # A missing object is forbidden to it, as it may not list the bucket: `take` knows.
            self._stack.allow_objects(function, [Objects.READ], kept)
        # The subscription of the app itself needs the app's own credentials.
        if not self._stack.config.prove_app_secret:
            for function in self._named("backfill"):
                allow_secret(function, storage.app_secret)

    def _allow_messages(self) -> None:
        for name, queues in SENDS.items():
            [function] = self._named(name)
            arns = [self._stack.queues[queue].queue.queue_arn for queue in queues]
            self._stack.allow(function, ["sqs:SendMessage"], *arns)

    def _allow_answers(self) -> None:
        for function in self._named("operate"):
            allow_secret(function, self._storage.cursor_secret)
