"""Several reads in one request."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from lambdas.graph import parsing
from lambdas.graph.call import Call
from lambdas.graph.capability import PlatformFeature
from lambdas.graph.classify import classify
from lambdas.graph.decoding import Json, JsonObject, decode_json
from lambdas.graph.edges import Edges
from lambdas.graph.errors import Cause, GraphError, RequestRefused, RetryLater, Throttled
from lambdas.graph.paging import without_addresses
from lambdas.graph.verb import Verb

MAX_BATCH = 50


class Batches(Edges):
    """Sends batches. Each read counts against the limits all the same."""

    def read(self, paths: Sequence[str]) -> list[JsonObject | GraphError]:
        """Return the answers of up to 50 reads in their order, each an object or an error."""
        self.platform.require(PlatformFeature.BATCHES, "batch")
        if len(paths) > MAX_BATCH:
            raise RequestRefused(Cause(edge="batch"), f"a batch has at most {MAX_BATCH} calls")
        parts = json.dumps([{"method": "GET", "relative_url": path} for path in paths])
        # Nothing is changed by it, so it may be repeated like any read.
        call = Call(
            "POST",
            self._url(""),
            "batch",
            self._proof,
            form={"batch": parts, "include_headers": "false"},
            shareable=False,
        )
        entries = self._caller.call(call)
        if not isinstance(entries, list) or len(entries) != len(paths):
            raise RetryLater(Cause(200, edge="batch"), "a batch with another number of answers")
        answers = [_opened(entry) for entry in entries]
        for answer in answers:
            if isinstance(answer, Throttled):
                self._caller.block(answer)
        return answers


def _opened(entry: Json) -> JsonObject | GraphError:
    raw = parsing.mapping(entry)
    try:
        body = without_addresses(decode_json(parsing.text(raw, "body") or ""))
    except ValueError:
        return RetryLater(Cause(edge="batch"), "this part of the batch has no answer")
    status = parsing.number(raw, "code") or 0
    if status != 200 or not isinstance(body, Mapping) or "error" in body:
        return classify(status, parsing.mapping(body).get("error"), Verb.READ, "batch")
    return body
