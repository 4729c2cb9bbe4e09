"""The handlers of operators' requests, by the names that routes give them, and their function."""

from __future__ import annotations

from lambdas.api.app import http_entry_point
from lambdas.comments.operate_dependencies import OperateDependencies
from lambdas.comments.operating import inbox_handlers, reading_handlers, rule_handlers
from lambdas.comments.routes import ROUTES

HANDLERS = {**vars(inbox_handlers), **vars(rule_handlers), **vars(reading_handlers)}
operate = http_entry_point(OperateDependencies, ROUTES, "operate", HANDLERS)
