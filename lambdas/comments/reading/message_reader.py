"""Reads the messages of conversations that changed since they were last read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from msgspec.structs import replace

from lambdas.comments.accounts import InboxAccount
from lambdas.comments.ids import is_id
from lambdas.comments.reading.account_state import Reading
from lambdas.comments.reading.comment_reader import Taking
from lambdas.comments.reading.run import Run, RunEnded
from lambdas.comments.records import Attachment, Origin
from lambdas.comments.updates import MessageWritten
from lambdas.graph.errors import ObjectLag, RequestRefused
from lambdas.graph.messages import Conversation, Message, Participant

# Conversations may be listed a little later than their messages were written.
OVERLAP = timedelta(minutes=10)
WINDOW = timedelta(days=14)


@dataclass
class Spot:
    """Where a reading is: a conversation, and the page of its messages."""

    conversation: str | None = None
    page: str | None = None


@dataclass(frozen=True)
class MessageReader:
    """Reads messages, and gives them to the taker.

    Of a conversation everything is read since the last whole reading: that its newest messages are
    known proves nothing of those before, since webhooks or a run may have been interrupted.
    """

    taker: Taking

    def read(self, run: Run, reading: Reading, expected: Callable[[str], bool]) -> Reading:
        """Read what changed; return how far it is read. Raises errors of the Graph client.

        `expected` says whether webhooks should have brought a person's messages. A run that ends
        before everything is read continues at its page of conversations. After several pages what
        changed meanwhile is read once more: it may have moved up to a page that was read.
        """
        began = reading.messages_began_at or run.started_at
        oldest = run.started_at - WINDOW
        since = max(oldest, (reading.messages_read_until or oldest) - OVERLAP)
        changed = reading.messages_moved_since or since
        after, spot = reading.messages_after, Spot(reading.messages_in, reading.messages_page)
        try:
            while True:
                run.spend()
                page = run.client.messages.conversations(after)
                for one in _left(page.conversations, spot.conversation, began):
                    if one.updated_at is None or one.updated_at >= changed:
                        if one.id != spot.conversation:
                            spot.conversation, spot.page = one.id, None
                        self._conversation(run, one, since, expected, spot)
                spot.conversation = spot.page = None
                times = [one.updated_at for one in page.conversations if one.updated_at]
                if page.after is None or (times and min(times) < changed):
                    break
                after = page.after
        except RunEnded:
            run.is_whole = False
            return replace(
                reading,
                messages_after=after,
                messages_in=spot.conversation,
                messages_page=spot.page,
                messages_began_at=began,
            )
        except RequestRefused:
            if not (reading.messages_after or reading.messages_page):
                raise
            # The cursor is not accepted any more: from the top, in the next run.
            run.is_whole = False
            return _from_the_top(reading)
        if after:
            again = replace(_from_the_top(reading), messages_moved_since=began)
            return self.read(run, again, expected)
        return replace(_from_the_top(reading), messages_read_until=began)

    def _conversation(
        self,
        run: Run,
        conversation: Conversation,
        since: datetime,
        expected: Callable[[str], bool],
        spot: Spot,
    ) -> None:
        others = [one for one in conversation.participants if not _is_own(run.account, one)]
        people = [one for one in others if is_id(one.id)]
        run.odd += len(others) - len(people)
        if not people:
            return
        while True:
            run.spend()
            try:
                page = run.client.messages.messages_of(conversation.id, spot.page)
            except ObjectLag:
                # It was deleted meanwhile.
                return
            for one in page.messages:
                self._take(run, one, people[0].id, since, expected)
            times = [one.created_at for one in page.messages if one.created_at]
            if page.after is None or (times and min(times) < since):
                return
            spot.page = page.after

    def _take(
        self,
        run: Run,
        message: Message,
        person_id: str,
        since: datetime,
        expected: Callable[[str], bool],
    ) -> bool:
        """Take a message; return whether it was new."""
        at, sender = run.time_of(message.created_at), message.sender
        if at < since or sender is None:
            # Of an unknown sender: as the account's own it would settle questions.
            return False
        is_own = sender.id != person_id
        if is_own and not _is_own(run.account, sender):
            return False
        update = MessageWritten(
            account_id=run.account.id,
            at=at,
            mid=message.id,
            person_id=person_id,
            is_own=is_own,
            text=message.text,
            attachments=tuple(
                Attachment(type=one.type, url=one.url) for one in message.attachments
            ),
            is_unsupported=message.is_unsupported,
        )
        if not self.taker.take(update, Origin.BACKFILL):
            return False
        run.count(at, is_own=is_own or not expected(person_id))
        return True


def _left(
    conversations: Sequence[Conversation], last: str | None, began: datetime
) -> Sequence[Conversation]:
    """Return what an earlier run left of a page, and what has moved up since it began."""
    ids = [one.id for one in conversations]
    done = ids.index(last) if last in ids else 0
    return [
        one
        for number, one in enumerate(conversations)
        if number >= done or one.updated_at is None or one.updated_at >= began
    ]


def _from_the_top(reading: Reading) -> Reading:
    return replace(
        reading,
        messages_after=None,
        messages_in=None,
        messages_page=None,
        messages_began_at=None,
        messages_moved_since=None,
    )


def _is_own(account: InboxAccount, side: Participant) -> bool:
    return side.id == account.page_id or account.is_author(side.id, side.username)
