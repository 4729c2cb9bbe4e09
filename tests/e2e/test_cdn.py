"""The site behind its edge, as a browser and as somebody who goes around the edge see it."""

from __future__ import annotations

import requests

from tests.deployed import EVENT, Stack


def test_the_api_answers_nobody_who_goes_around_the_edge(cdn_stack: Stack) -> None:
    [api] = cdn_stack.client("apigatewayv2").get_apis()["Items"]
    deps = f"{cdn_stack.deployment.aws_url}/_aws/execute-api/{api['ApiId']}/$default"

    answers = {
        path: requests.get(deps + path, timeout=30)
        for path in (f"/g/{EVENT}", "/health", "/instagram/accounts")
    }
    guessed = requests.get(f"{deps}/g/{EVENT}", headers={"x-daybook-edge": "guess"}, timeout=30)

    assert {path: answer.status_code for path, answer in answers.items()} == {
        f"/g/{EVENT}": 403,
        "/health": 403,
        "/instagram/accounts": 401,
    }
    assert answers["/health"].json()["error"]["code"] == "edge_only"
    assert guessed.status_code == 403
    assert requests.get(f"{cdn_stack.outputs['guest_url']}/health", timeout=30).status_code == 200


def test_photos_come_from_the_edge_and_are_kept_by_browsers(cdn_stack: Stack) -> None:
    urls = [url for item in cdn_stack.photos()["items"] for url in item["urls"].values()]

    assert urls
    for url in urls:
        assert url.startswith(f"{cdn_stack.outputs['guest_url']}/shown/")
        assert "Signature" not in url
    answer = requests.get(urls[0], timeout=30)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/webp")
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_originals_are_not_to_be_had_by_the_edge(cdn_stack: Stack) -> None:
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
        request.url = site + path
        assert session.send(request, timeout=30).status_code in (403, 404)


def test_pages_ask_for_tls_and_say_for_how_long_they_may_be_kept(cdn_stack: Stack) -> None:
    answer = requests.get(cdn_stack.event_url, timeout=30)

    assert answer.headers["strict-transport-security"] == "max-age=31536000"
    assert "s-maxage=5" in answer.headers["cache-control"]
    assert "set-cookie" not in answer.headers
