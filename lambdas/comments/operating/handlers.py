"""The handlers of operators' requests, by the names that routes give them."""

from __future__ import annotations

from lambdas.comments.operating import inbox_handlers, reading_handlers, rule_handlers

HANDLERS = {**vars(inbox_handlers), **vars(rule_handlers), **vars(reading_handlers)}
