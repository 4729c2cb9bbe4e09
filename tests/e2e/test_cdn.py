"""Test the site behind its CDN, and what reaches the API past it."""

from __future__ import annotations

import requests

from lambdas.guests.pins.tries import ADDRESS_TRIES
from tests.deployed import EVENT, Stack


def test_requests_past_the_cdn_are_refused(cdn_stack: Stack) -> None:
    [api] = cdn_stack.client("apigatewayv2").get_apis()["Items"]
    address = f"{cdn_stack.deployment.aws_url}/_aws/execute-api/{api['ApiId']}/$default"

    answers = {
        path: requests.get(address + path, timeout=30)
        for path in (f"/g/{EVENT}", "/health", "/instagram/accounts")
    }
    guessed = requests.get(f"{address}/g/{EVENT}", headers={"x-daybook-edge": "guess"}, timeout=30)

    assert {path: answer.status_code for path, answer in answers.items()} == {
        f"/g/{EVENT}": 403,
        "/health": 403,
        "/instagram/accounts": 401,
    }
    assert answers["/health"].json()["error"]["code"] == "cdn_only"
    assert guessed.status_code == 403
    assert requests.get(f"{cdn_stack.outputs['guest_url']}/health", timeout=30).status_code == 200


def test_the_cdn_serves_cacheable_photos(cdn_stack: Stack) -> None:
    urls = [url for item in cdn_stack.photos()["items"] for url in item["urls"].values()]

    assert urls
    for url in urls:
        assert url.startswith(f"{cdn_stack.outputs['guest_url']}/shown/")
        assert "Signature" not in url
    answer = requests.get(urls[0], timeout=30)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/webp")
    # Browsers keep a photo for a day; the CDN asks again soon, since a photo can be hidden.
    assert answer.headers["cache-control"] == "public, max-age=86400, s-maxage=60"
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_the_cdn_serves_no_originals(cdn_stack: Stack) -> None:
    bucket, site = cdn_stack.outputs["bucket"], cdn_stack.outputs["guest_url"]
    [original, *_] = cdn_stack.client("s3").list_objects_v2(Bucket=bucket, Prefix="originals/")[
        "Contents"
    ]

    for path in (
        f"/{original['Key']}",
        f"/shown/../{original['Key']}",
        f"/shown/%2e%2e/{original['Key']}",
    ):
        session = requests.Session()
        request = requests.Request("GET", site + path).prepare()
        # Preparing a request resolves the dots of its path.
        request.url = site + path
        assert session.send(request, timeout=30).status_code in (403, 404)


def test_pages_require_tls_and_limit_caching(cdn_stack: Stack) -> None:
    answer = requests.get(cdn_stack.event_url, timeout=30)

    assert answer.headers["strict-transport-security"] == "max-age=31536000"
    assert "s-maxage=5" in answer.headers["cache-control"]
    assert "set-cookie" not in answer.headers


def test_the_site_check_passes(cdn_stack: Stack) -> None:
    answer = requests.get(f"{cdn_stack.outputs['guest_url']}/health/deep", timeout=30)

    assert (answer.status_code, answer.json()["status"]) == (200, "ok")
    assert all(check["status"] < 400 for check in answer.json()["checks"])


def test_forged_addresses_escape_no_limit(cdn_stack: Stack) -> None:
    event = {"title": "Emma & Jan", "date": "2026-04-29", "pin": "2580"}
    created = cdn_stack.operate("POST", "/events", event)
    address = f"{cdn_stack.event(created.json()['id'])}/pin"

    def tried(forged: str) -> requests.Response:
        headers = {"X-Forwarded-For": forged}
        return requests.post(address, json={"pin": "0000"}, headers=headers, timeout=30)

    forged = [f"198.51.100.{number}" for number in range(ADDRESS_TRIES)]
    assert [tried(one).status_code for one in forged] == ADDRESS_TRIES * [403]
    for one in ("198.51.100.99", "127.0.0.1, 198.51.100.98", "2001:db8::1"):
        refused = tried(one)
        assert (refused.status_code, refused.json()["error"]["code"]) == (429, "too_many_tries")
