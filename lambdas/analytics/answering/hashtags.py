"""Which hashtags the account's own posts use, and how those posts do."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence

from lambdas.analytics.answering.answer_store import Answer
from lambdas.analytics.answering.answers import Question, as_answer
from lambdas.analytics.answering.measures import divided, median
from lambdas.analytics.answering.post_view import MeasuredPost, ranking_value
from lambdas.analytics.answering.report import fetched_at, post_facts
from lambdas.analytics.answering.sibling_views import HashtagJson, HashtagsHead, MediansJson
from lambdas.analytics.answering.stored_range import StoredRange
from lambdas.analytics.reader import NumbersReader

MAX_HASHTAGS = 1000
MAX_CHARACTERS = 100
MARKS = "#＃"
# Joiners and the variation selector hold emoji and some scripts' words together.
JOINERS = "_\u200c\u200d\ufe0f"


def hashtags_of(caption: str | None) -> list[str]:
    """Return the different hashtags of a caption, without `#`, in one spelling per word."""
    found = (unicodedata.normalize("NFC", tag.casefold()) for tag in _tags(caption or ""))
    return list(dict.fromkeys(found))


def _tags(caption: str) -> Iterator[str]:
    """Find hashtags: a mark that does not follow a word, then letters, digits or emoji."""
    tag, before, inside = "", "", False
    for character in f"{caption} ":
        if inside and _belongs(character):
            tag += character
        else:
            if tag.strip(JOINERS) and len(tag) <= MAX_CHARACTERS:
                yield tag
            follows_word = not inside and _belongs(before)
            tag, inside = "", character in MARKS and before != "&" and not follows_word
        before = character


def _belongs(character: str) -> bool:
    """Return whether a character can be part of a hashtag."""
    if not character:
        return False
    kind = unicodedata.category(character)
    return character in JOINERS or kind[0] in "LMN" or kind in ("So", "Sk")


def hashtags_answer(question: Question, reader: NumbersReader, min_reach: int) -> Answer:
    """Return the hashtags of the range, those of most posts first."""
    account_id, dates = question.account.id, question.dates
    rows = StoredRange(posts=reader.posts(account_id, dates.starts_at, dates.ends_at))
    report = rows.report(account_id, question.state, dates, question.now)
    groups: dict[str, list[MeasuredPost]] = {}
    for one in report.posts:
        for tag in hashtags_of(one.post.caption):
            groups.setdefault(tag, []).append(one)
    usual = _medians(report.posts, min_reach)
    found = [_hashtag(tag, _medians(posts, min_reach), usual) for tag, posts in groups.items()]
    found.sort(key=lambda one: (-one.posts, -(one.median_reach or 0), one.hashtag))
    head = HashtagsHead(
        account=account_id,
        since=dates.since.isoformat(),
        until=dates.until.isoformat(),
        time_zone=dates.zone.key,
        all_posts=usual,
        hashtags=found[:MAX_HASHTAGS],
        total=len(found),
        fetched_at=fetched_at(one.post.collected_at for one in report.posts),
    )
    return as_answer(head, post_facts(report.posts, report.views))


def _hashtag(tag: str, found: MediansJson, usual: MediansJson) -> HashtagJson:
    return HashtagJson(
        hashtag=tag,
        posts=found.posts,
        median_reach=found.median_reach,
        median_engagement_rate=found.median_engagement_rate,
        reach_ratio=divided(found.median_reach, usual.median_reach),
        engagement_rate_ratio=divided(found.median_engagement_rate, usual.median_engagement_rate),
    )


def _medians(posts: Sequence[MeasuredPost], min_reach: int) -> MediansJson:
    rates = (ranking_value(one, "engagementRateByReach", min_reach) for one in posts)
    return MediansJson(
        posts=len(posts),
        median_reach=median(one.measures.reach for one in posts),
        median_engagement_rate=median(rates),
    )
