"""Stories page by page, newest first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from lambdas.analytics.accounts import Account
from lambdas.analytics.answering.answers import Answers, Question, as_answer
from lambdas.analytics.answering.coverage import Facts, reason_for_unknown
from lambdas.analytics.answering.post_list import Cursors, Start, start_of_list
from lambdas.analytics.answering.report import fetched_at
from lambdas.analytics.answering.sibling_views import StoriesHead, StoryJson
from lambdas.analytics.records import Reason, Story, Unit
from lambdas.api.answer_size import fitting
from lambdas.kit.clock import to_rfc3339
from lambdas.kit.errors import InvalidRequest

BASE = ("views", "reach", "replies", "shares", "total_interactions")
NAVIGATION = "navigation"
SCOPE = "stories"


def story_json(story: Story, unknown: Reason) -> StoryJson:
    """Return the view of a story; `unknown` is why numbers without a reason are missing."""
    numbers, missing = story.numbers, story.missing
    reasons = {name: missing.get(name, unknown).value for name in BASE if name not in numbers}
    if not story.navigation and NAVIGATION not in numbers:
        reasons[NAVIGATION] = missing.get(NAVIGATION, unknown).value
    return StoryJson(
        id=story.id,
        caption=story.caption,
        media_type=story.media_type,
        timestamp=to_rfc3339(story.taken_at),
        ends_at=to_rfc3339(story.ends_at),
        permalink=story.permalink,
        metrics={**{name: numbers.get(name) for name in BASE}, **numbers},
        navigation=dict(story.navigation) or None,
        missing=reasons,
        collected_at=to_rfc3339(story.collected_at) if story.collected_at else None,
    )


@dataclass(frozen=True)
class StoryList:
    """Lists an account's stories."""

    answers: Answers
    cursors: Cursors

    def page(self, account: Account, query: Mapping[str, str], limit: int) -> str:
        """Return one page as JSON, which ends early where texts are long. Raises InvalidRequest."""
        start = self._start(account, query)
        question = self.answers.question(account, {"since": start.since, "until": start.until})
        dates = question.dates
        found = self.answers.reader.stories(account.id, dates.starts_at, dates.ends_at)
        found.reverse()
        following = [one for one in found if not start.at or _position(one) < (start.at, start.id)]
        views = [story_json(one, unknown_reason(question)) for one in following[:limit]]
        shown, total = following[: fitting(views)], len(found)
        more = len(following) > len(shown)
        head = StoriesHead(
            account=account.id,
            since=start.since,
            until=start.until,
            time_zone=dates.zone.key,
            stories=views[: len(shown)],
            next=self._after(account, start, shown[-1]) if more else None,
            total=total,
            fetched_at=fetched_at(one.collected_at for one in shown),
        )
        return self.answers.complete(question, as_answer(head, story_facts(shown, question)))

    def _after(self, account: Account, start: Start, last: Story) -> str:
        at, name = _position(last)
        following = Start(since=start.since, until=start.until, at=at, id=name)
        return self.cursors.seal(account.id, following, SCOPE)

    def _start(self, account: Account, query: Mapping[str, str]) -> Start:
        if (cursor := query.get("cursor")) is None:
            return start_of_list(self.answers.question(account, query).dates)
        start = self.cursors.unseal(account.id, cursor, SCOPE)
        if any(query.get(name, there) != there for name, there in _dates(start)):
            raise InvalidRequest(
                "This cursor belongs to a list with other dates. Start again without it.",
                code="invalid_cursor",
            )
        return start


def story_facts(stories: list[Story], question: Question) -> Facts:
    """Return what is known about the gaps in the numbers of stories."""
    unknown = unknown_reason(question)
    gaps = [set(story_json(one, unknown).missing.values()) for one in stories]
    return Facts(
        incomplete_posts=sum(bool(reasons) for reasons in gaps),
        numbers_missing={
            reason: sum(reason in one for one in gaps) for reason in set().union(*gaps)
        },
    )


def unknown_reason(question: Question) -> Reason:
    """Return why a story's number without a reason of its own is not known."""
    return reason_for_unknown(question.state, Unit.STORIES)


def _dates(start: Start) -> tuple[tuple[str, str], tuple[str, str]]:
    return ("since", start.since), ("until", start.until)


def _position(story: Story) -> tuple[str, str]:
    return to_rfc3339(story.taken_at), story.id
