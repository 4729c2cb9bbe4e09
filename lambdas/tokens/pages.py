"""The pages of the tokens feature, as its handlers return them."""

from __future__ import annotations

from http import HTTPStatus

from aws_lambda_powertools.event_handler import Response

from lambdas.api.app import HttpDependencies
from lambdas.api.problem import headers_of
from lambdas.api.responses import html_response
from lambdas.kit.errors import DaybookError
from lambdas.tokens import page
from lambdas.tokens.settings import TokensSettings


class TokensPages(HttpDependencies[TokensSettings]):
    """Renders pages for account owners."""

    def outcome_page(
        self,
        title: str,
        *sections: page.Section,
        status: HTTPStatus = HTTPStatus.OK,
        request_id: str = "",
    ) -> Response[str]:
        """Return a page about what happened."""
        return self.page_response(page.PageContent(title, sections), status, request_id)

    def page_response(
        self,
        content: page.PageContent,
        status: HTTPStatus = HTTPStatus.OK,
        request_id: str = "",
    ) -> Response[str]:
        """Return a page for account owners."""
        text = page.render(self.settings.site_name, content, request_id)
        headers = page.page_headers(has_form=content.form is not None)
        return html_response(text, status, headers)

    def error_page(self, status: HTTPStatus, error: DaybookError, request_id: str) -> Response[str]:
        """Return an error as a page."""
        section = page.Section("", [error.message])
        answer = self.outcome_page(
            "This did not work", section, status=status, request_id=request_id
        )
        answer.headers.update(headers_of(error))
        return answer
