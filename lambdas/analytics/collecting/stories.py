"""Collecting stories while they live: their numbers disappear with them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

import msgspec

from lambdas.analytics import keys
from lambdas.analytics.collecting.schedule import LAST_LOOK, LIVE_STORIES, UNIT_INTERVALS
from lambdas.analytics.collecting.source import Source
from lambdas.analytics.numbers import merged, parts
from lambdas.analytics.problem import Attempts, Problem
from lambdas.analytics.records import Snapshot, Story, Unit
from lambdas.analytics.writer import Change
from lambdas.graph.media import MAX_ID, Media
from lambdas.graph.metric import Metric
from lambdas.graph.numbered_library import NumberedMedia

EDGE = "stories"
NAVIGATION = "navigation"
# Taps and exits take a call of their own: every few hours, and in the last hour.
NAVIGATION_INTERVAL = timedelta(hours=6)
MAX_STORIES = 100


@dataclass
class StoryCollector:
    """Reads one account's live stories; one that fails stops no other."""

    source: Source
    attempts: Attempts = field(default_factory=Attempts)
    live: list[Story] = field(default_factory=list)

    def collect(self) -> Problem | None:
        """Read the live stories and their numbers."""
        now = self.source.clock.now()
        library = self.source.account.numbered
        stories = (one for page in library.stories() for one in page.media)
        known = {
            story.id: story
            for story in self.source.reader.stories(
                self.source.account_id, now - timedelta(days=2), now + timedelta(days=1)
            )
        }
        for count, one in enumerate(stories):
            media = one.media
            if count >= MAX_STORIES or media.timestamp is None or len(media.id) > MAX_ID:
                continue
            self._collect_one(one, known.get(media.id), media.timestamp)
            self.source.check_time()
        return self.attempts.problem

    def next_look(self) -> datetime:
        """Return when stories are read next: hourly while some live, and just before each ends."""
        now = self.source.clock.now()
        if not self.live:
            return now + UNIT_INTERVALS[Unit.STORIES]
        last_looks = [story.ends_at - LAST_LOOK for story in self.live]
        return min([now + LIVE_STORIES, *(look for look in last_looks if look > now)])

    def _collect_one(self, one: NumberedMedia, known: Story | None, taken_at: datetime) -> None:
        now, media = self.source.clock.now(), one.media
        story = msgspec.structs.replace(
            known or Story(id=media.id, taken_at=taken_at.replace(microsecond=0), seen_at=now),
            seen_at=now,
            media_type=media.media_type,
            caption=media.caption,
            permalink=media.permalink,
        )
        found = dict(one.metrics)
        if not found:
            self.attempts.run_part(lambda: found.update(self._numbers(media)))
        if self._navigation_is_due(story, now):
            self.attempts.run_part(lambda: found.update(self._navigation(media)))
        story = self._taken(story, found, now)
        self.live.append(story)
        self._store(story, now, is_new=known is None)

    def _numbers(self, media: Media) -> dict[str, Metric]:
        return self.source.account.insights.of_media(media)

    def _navigation(self, media: Media) -> dict[str, Metric]:
        return {NAVIGATION: self.source.account.insights.media_breakdown(media, NAVIGATION)}

    def _navigation_is_due(self, story: Story, now: datetime) -> bool:
        is_last = story.ends_at - now <= LIVE_STORIES
        last = story.navigation_at
        return last is None or is_last or now - last >= NAVIGATION_INTERVAL

    def _taken(self, story: Story, found: dict[str, Metric], now: datetime) -> Story:
        numbers, missing = merged(story.numbers, story.missing, found.values())
        actions = parts(found[NAVIGATION]) if NAVIGATION in found else {}
        received = any(metric.value is not None for metric in found.values())
        return msgspec.structs.replace(
            story,
            numbers=numbers,
            missing=missing,
            navigation={**story.navigation, **actions},
            navigation_at=now if actions else story.navigation_at,
            collected_at=now if received else story.collected_at,
        )

    def _store(self, story: Story, now: datetime, *, is_new: bool) -> None:
        sort = keys.at("STORY", story.taken_at, story.id)
        rows = [Change(sort, now, story)]
        if is_new:
            rows.append(Change(keys.media(story.id), now, columns={"target": sort}))
        if story.collected_at == now:
            hour = now.astimezone(self.source.zone).strftime("%Y-%m-%dT%H")
            snapshot = Snapshot(collected_at=now, numbers=story.numbers)
            rows.append(Change(keys.history(story.id, hour), now, snapshot))
        self.source.write(rows)
