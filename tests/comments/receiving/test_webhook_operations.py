"""The handshake, signatures, and what is done with bodies of any kind."""

from __future__ import annotations

import base64
import json
from datetime import timedelta
from typing import cast

import boto3
import pytest

from lambdas.comments.receiving.incoming import decode_incoming
from lambdas.comments.receiving.parsing import parse
from lambdas.comments.updates import CommentWritten, Foreign
from tests.comments.receiving.site import APPS, Site, comment, entry, envelope, is_gone, sign
from tests.conftest import Aws

BODY = envelope(entry(comment()))


@pytest.fixture
def site() -> Site:
    return Site()


class TestHandshake:
    def test_challenge_is_returned(self, site: Site) -> None:
        answer = site.confirm(mode="subscribe", verify_token="verify-me", challenge="1158201444")

        assert (answer.status, answer.text) == (200, "1158201444")
        assert answer.headers["content-type"].startswith("text/plain")
        assert answer.headers["x-content-type-options"] == "nosniff"

    @pytest.mark.parametrize(
        "query",
        [
            {},
            {"mode": "subscribe", "verify_token": "wrong", "challenge": "1"},
            {"mode": "subscribe", "verify_token": "", "challenge": "1"},
            {"mode": "subscribe", "verify_token": "verify-me,x", "challenge": "1"},
            {"mode": "subscribe", "verify_token": "vérify-me", "challenge": "1"},
            {"mode": "unsubscribe", "verify_token": "verify-me", "challenge": "1"},
            {"mode": "subscribe", "verify_token": "verify-me"},
            {"mode": "subscribe", "verify_token": "verify-me", "challenge": "<script>"},
            {"mode": "subscribe", "verify_token": "verify-me", "challenge": "1" * 257},
            {"mode": "subscribe", "verify_token": "verify-me", "challenge": "1\n"},
        ],
    )
    def test_others_are_refused(self, site: Site, query: dict[str, str]) -> None:
        answer = site.confirm(**query)

        assert answer.status == 403
        assert answer.json["error"]["code"] == "bad_verify_token"

    def test_empty_token_confirms_nothing(self, site: Site) -> None:
        site.secrets.current["webhook_verify_token"] = ""

        assert site.confirm(mode="subscribe", verify_token="", challenge="1").status == 403

    def test_previous_token_works_during_rotation(self, site: Site) -> None:
        site.secrets.previous = dict(APPS)
        site.secrets.current["webhook_verify_token"] = "new"

        for token in ("new", "verify-me"):
            answer = site.confirm(mode="subscribe", verify_token=token, challenge="1")
            assert answer.status == 200


class TestSignature:
    @pytest.mark.parametrize("secret", ["instagram-secret", "facebook-secret"])
    def test_either_app_may_sign(self, site: Site, secret: str) -> None:
        assert site.send(BODY, sign(BODY.encode(), secret)).status == 200
        assert len(site.updates) == 1

    def test_previous_secret_signs_during_rotation(self, site: Site) -> None:
        assert site.send(BODY).status == 200
        site.secrets.previous = dict(APPS)
        site.secrets.current["instagram_app_secret"] = "new"
        site.clock.advance(timedelta(minutes=6))

        assert site.send(BODY).status == 200
        assert site.send(BODY, sign(BODY.encode(), "new")).status == 200

    @pytest.mark.parametrize(
        "signature",
        [
            "",
            "sha256=",
            sign(BODY.encode()).upper(),
            sign(BODY.encode()).replace("sha256=", "SHA256="),
            "sha256=" + sign(BODY.encode())[7:].upper(),
            sign(BODY.encode())[7:],
            sign(BODY.encode()) + "\n",
            f"{sign(BODY.encode())},{sign(BODY.encode())}",
            f"{sign(BODY.encode())}, sha256=x",
            "sha256=" + "é" * 64,
            "sha256=" + "٣" * 64,
            "a" * 10_000,
            sign(BODY.encode(), "other"),
            sign(b"other"),
        ],
    )
    def test_others_are_refused(self, site: Site, signature: str) -> None:
        answer = site.send(BODY, signature)

        assert answer.status == 403
        assert answer.json["error"]["code"] == "bad_signature"
        assert site.metrics.sums == {"WebhookRejected": 1, "WebhookRejectedOnly": 1}
        assert not site.queue.requests
        assert not site.bucket.kept
        assert "beau" not in site.log.getvalue()

    def test_only_calls_that_are_alone_count_as_a_lost_secret(self, site: Site) -> None:
        for _ in range(100):
            site.send(BODY, sign(b"other"))
        assert site.metrics.sums["WebhookRejectedOnly"] == 100

        site.send(BODY)
        assert site.metrics.sums["WebhookRejectedOnly"] < 0

    def test_empty_secret_signs_nothing(self, site: Site) -> None:
        site.secrets.current |= {"instagram_app_secret": "", "meta_app_secret": None}

        assert site.send(BODY, sign(BODY.encode(), "")).status == 403

    def test_bytes_are_signed(self, site: Site) -> None:
        body = json.dumps(json.loads(BODY), ensure_ascii=False).encode()
        text, headers = base64.b64encode(body).decode(), {"x-hub-signature-256": sign(body)}

        answer = site.send_event(body=text, isBase64Encoded=True, headers=headers)

        assert answer["statusCode"] == 200
        assert len(site.updates) == 1

    @pytest.mark.parametrize(
        "changes",
        [
            {"body": "a", "isBase64Encoded": True},
            {"body": "é", "isBase64Encoded": True},
            {"body": "\ud800", "isBase64Encoded": False},
            {"body": None},
            {},
        ],
    )
    def test_odd_bodies_are_refused(self, site: Site, changes: dict[str, object]) -> None:
        assert site.send_event(**changes)["statusCode"] == 403

    def test_forgeries_cause_few_reads(self, site: Site) -> None:
        for _ in range(100):
            site.send(BODY, sign(b"other"))

        assert site.secrets.reads <= 8


class TestBodies:
    def test_updates_are_queued(self, site: Site) -> None:
        site.send(envelope(entry(*(comment(number) for number in range(1000)))))

        assert len(site.updates) == 1000
        assert len(site.queue.messages) == 10
        assert site.metrics.sums["WebhookUpdates"] == 1000

    @pytest.mark.parametrize(
        "body", ["", "no JSON", "5", "null", "[]", "{}", '{"entry": null}', "[1, 2]", '{"a": NaN}']
    )
    def test_unreadable_body_is_stored(self, site: Site, body: str) -> None:
        answer = site.send(body)

        assert answer.status == 200
        assert list(site.bucket.kept.values()) == [body.encode()]
        assert all(key.startswith("webhooks/2026-11-02/") for key in site.bucket.kept)
        assert site.metrics.sums["WebhookUnreadable"] == 1
        assert body not in site.log.getvalue() or len(body) < 5

    @pytest.mark.parametrize("depth", [10_000, 900, 100])
    def test_deep_values_take_no_siblings(self, site: Site, depth: int) -> None:
        deep = "[" * depth + "]" * depth
        body = BODY[:-2] + f', {{"id": "1", "changes": [{{"field": "x", "value": {deep}}}]}}]}}'

        assert site.send(body).status == 200
        first, second = map(parse, site.updates)
        assert isinstance(first, CommentWritten)
        assert isinstance(second, Foreign)
        assert list(site.bucket.kept.values()) == [body.encode()]

    def test_odd_envelope_takes_no_siblings(self, site: Site) -> None:
        site.send(f"[5, {BODY}, {{}}]")

        assert len(site.updates) == 1
        assert site.metrics.sums["WebhookUnreadable"] == 1

    def test_five_megabytes_are_stored(self, site: Site) -> None:
        body = envelope(entry(comment(text="é" * 800_000), comment(2)))
        site.send(body)

        first, second = map(parse, site.updates)
        assert isinstance(first, CommentWritten)
        assert isinstance(second, CommentWritten)
        assert first.text
        assert len(first.text) < 10_010
        assert len(site.bucket.kept) == 1

    def test_stored_value_may_be_gone(self, site: Site) -> None:
        site.send(envelope(entry(comment(text="x" * 200_000))))

        [update] = decode_incoming(site.queue.messages[0], is_gone)
        assert update.stored in site.bucket.kept
        assert isinstance(parse(update), Foreign)

    def test_retry_of_a_webhook_is_the_same(self, site: Site) -> None:
        body = envelope(*(entry(comment(number)) for number in range(150)), "odd")
        site.send(body)
        first = list(site.queue.messages)
        site.queue.requests.clear()
        site.send(body)

        assert sorted(site.queue.messages) == sorted(first)

    def test_nothing_personal_is_logged(self, site: Site) -> None:
        site.send(envelope(entry(comment()), {"id": "person@example.com", "changes": [1]}))

        log = site.log.getvalue()
        assert '"updates":2' in log
        assert "17841400000000001" in log
        assert not any(word in log for word in ("beau", "example_fan", "1000000000000001", "@"))

    def test_refused_queue_is_reported(self, site: Site) -> None:
        site.queue.broken = True
        assert site.send(BODY).status == 503

        site.queue.broken, site.queue.accepts = False, False
        answer = site.send(BODY)
        assert (answer.status, answer.json["error"]["code"]) == (503, "queue_unavailable")


def test_real_clients_work(fake_aws: Aws) -> None:
    site, sqs = Site(), boto3.client("sqs")
    incoming = site.dependencies.incoming
    for name, value in (("client", sqs), ("url", fake_aws.queue_url)):
        object.__setattr__(incoming, name, value)
    site.send(envelope(entry(comment(text="a\x00\x0b\uffff\U0001f496"))))

    [message] = sqs.receive_message(QueueUrl=fake_aws.queue_url)["Messages"]
    site.queue.requests.append([message["Body"]])
    assert cast("CommentWritten", parse(site.updates[0])).text == "a\x00\x0b\uffff\U0001f496"
