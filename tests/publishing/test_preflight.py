"""What Meta will find at an address of ours."""

from __future__ import annotations

import pytest

from lambdas.graph.transport import Answer, FakeTransport, Request, TransportFailed
from lambdas.publishing.preflight import preflight
from lambdas.publishing.unsuitable import MediaProblem, Problem

URL = "https://photos.example/posting/abc.jpg"
BODY = b"\xff\xd8\xff\xe0" + bytes(96)


def served(request: Request, **changed: str) -> Answer:
    headers = {"content-type": "image/jpeg", "content-length": "100"}
    if request.method == "HEAD":
        return Answer(200, headers | changed, b"")
    ranged = {"content-range": "bytes 0-15/100", "content-length": "16"}
    return Answer(206, headers | ranged | changed, BODY[:16])


def found(transport: FakeTransport, expected: str = "image/jpeg") -> Problem | None:
    return preflight(URL, expected, 100, transport=transport)


def test_good_file_has_no_problem() -> None:
    transport = FakeTransport(served)

    assert found(transport) is None
    assert [request.method for request in transport.requests] == ["HEAD", "GET"]


def test_whole_answer_is_taken_too() -> None:
    head = {"content-type": "image/jpeg", "content-length": "100"}

    assert found(FakeTransport(lambda _: Answer(200, head, BODY))) is None


@pytest.mark.parametrize(
    ("status", "words", "again"),
    [(302, "redirected", False), (404, "status 404", True), (503, "status 503", True)],
)
def test_other_answers_are_problems(status: int, words: str, again: bool) -> None:
    problem = found(FakeTransport(lambda _: Answer(status, {}, b"")))

    assert problem is not None
    assert (problem.code, problem.retryable) == (MediaProblem.PREFLIGHT, again)
    assert words in problem.message


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"content-type": "text/html"}, "text/html"),
        ({"content-length": "99"}, "99 bytes instead of 100"),
        ({"content-range": "bytes 0-15/99"}, "99 bytes instead of 100"),
    ],
)
def test_type_and_length_must_fit(changed: dict[str, str], words: str) -> None:
    problem = found(FakeTransport(lambda request: served(request, **changed)))

    assert problem is not None
    assert words in problem.message


def test_first_bytes_must_fit() -> None:
    def page(request: Request) -> Answer:
        answer = served(request)
        return Answer(answer.status, answer.headers, b"<html>" * 3)

    problem = found(FakeTransport(page))
    assert problem is not None
    assert "first bytes" in problem.message


def test_unreachable_file_may_be_tried_again() -> None:
    def failing(_: Request) -> Answer:
        raise TransportFailed("ConnectTimeout")

    problem = found(FakeTransport(failing))
    assert problem is not None
    assert problem.retryable
