"""The pages of the guests' feature, as its handlers return them."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from http import HTTPStatus

from aws_lambda_powertools.event_handler import Response

from lambdas.api.problem import headers_of
from lambdas.api.responses import html_response
from lambdas.guests import page
from lambdas.guests.accent import Accent, accent_of
from lambdas.guests.pins.door import PRIVATE
from lambdas.guests.pins.pin_page import PinPage
from lambdas.guests.stores import GuestsStores
from lambdas.kit.errors import DaybookError
from lambdas.storage.events.event import Event, Section


class GuestsPages(GuestsStores):
    """Renders pages for guests and hosts."""

    @functools.cached_property
    def rendered(self) -> page.RenderedPages:
        """Return the pages that were rendered last."""
        return page.RenderedPages(self.settings)

    @property
    def page_headers(self) -> dict[str, str]:
        """Return the headers of every page."""
        return self.headers_with(None)

    def headers_with(self, accent: Accent | None) -> dict[str, str]:
        """Return the headers of a page of an event with this accent."""
        return page.page_headers(self.settings, self.objects.origin, accent)

    def address_of(self, event: Event, section: Section | None = None) -> str:
        """Return the address of an event's page, or of its section's."""
        query = f"?section={section.id}" if section else ""
        return f"{self.settings.public_url}/g/{event.id}{query}"

    def pin_page(
        self,
        event: Event,
        back: str,
        problem: str = "",
        status: HTTPStatus = HTTPStatus.UNAUTHORIZED,
        headers: Mapping[str, str] | None = None,
    ) -> Response[str]:
        """Return the page on which guests enter the PIN of an event; `problem` is what failed."""
        accent = accent_of(event)
        body = page.render(PinPage(event, back, problem, accent), self.settings)
        private = self.headers_with(accent) | {"Cache-Control": PRIVATE}
        return html_response(body, status, private | dict(headers or {}))

    def error_page(self, status: HTTPStatus, error: DaybookError, request_id: str) -> Response[str]:
        """Return an error as a page."""
        view = page.ErrorPage.of(status, error.message, request_id)
        headers = self.page_headers | headers_of(error)
        return html_response(page.render(view, self.settings), status, headers)
