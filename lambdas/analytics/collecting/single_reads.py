"""Reading the numbers of posts one by one, where their page does not hold them."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime

from lambdas.analytics.collecting.post_page import Entry
from lambdas.analytics.collecting.source import OutOfTime, Source
from lambdas.analytics.problem import Attempts
from lambdas.graph.errors import GraphError, PermissionMissing, ReconnectRequired, Throttled

# So many calls at the same time.
CONCURRENCY = 4
# So many calls in one run; the next run goes on.
MAX_SINGLE = 200


@dataclass
class SingleReads:
    """The single calls of one run. `granted` ends with the first refusal for a permission."""

    source: Source
    attempts: Attempts
    granted: bool = True
    is_unfinished: bool = False
    """Whether there were more posts to read than fit into the run."""
    _count: int = 0

    def read(
        self, entries: Sequence[Entry], now: datetime, metrics: Sequence[str] | None = None
    ) -> bool:
        """Read numbers, several posts at the same time; those of their kind unless named.

        One that fails stops no other, unless the error concerns the whole account: that is raised
        once the others that run have ended. Return False if not all fit into the run.
        """
        if not self.granted:
            return True
        chosen = entries[: max(MAX_SINGLE - self._count, 0)]
        self._count += len(chosen)
        fit = len(chosen) == len(entries)
        self.is_unfinished = self.is_unfinished or not fit
        insights, stop = self.source.account.insights, list[GraphError | OutOfTime]()

        def read_one(entry: Entry) -> None:
            if stop:
                return
            try:
                self.source.check_time()
                found = insights.of_media(entry.media, metrics)
            except (Throttled, ReconnectRequired, PermissionMissing, OutOfTime) as error:
                stop.append(error)
            except GraphError as error:
                self.attempts.note_part(error)
            else:
                entry.was_read_alone = True
                entry.take(found.values(), now)

        with ThreadPoolExecutor(CONCURRENCY) as pool:
            list(pool.map(read_one, chosen))
        if stop and isinstance(stop[0], PermissionMissing):
            self.refuse(stop[0])
        elif stop:
            raise stop[0]
        return fit

    def refuse(self, error: PermissionMissing) -> None:
        """Note that the permission for numbers is missing: no more are read in this run."""
        self.granted = False
        self.attempts.note(error)
