"""Media are fetched as Meta fetches them: once, without redirects, and by its name."""

from __future__ import annotations

import io
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from PIL import Image

from local.graph.fetch import Fetched, fetch
from tests.graph.pictures import jpeg
from tests.local.graph.conftest import GraphClient


class Files(HTTPServer):
    """A server of one picture, and of answers that Meta does not accept."""

    def __init__(self) -> None:
        self.agents: list[str] = []
        super().__init__(("127.0.0.1", 0), FileHandler)

    def url(self, name: str) -> str:
        """Return the address of a file."""
        return f"http://127.0.0.1:{self.server_port}/{name}"


class FileHandler(BaseHTTPRequestHandler):
    """Answers with a picture, a redirect to it, or a status."""

    server: Files

    def do_GET(self) -> None:
        """Answer."""
        self.server.agents.append(self.headers["User-Agent"])
        name = self.path.strip("/")
        if name == "redirect":
            self.send_response(302)
            self.send_header("Location", "/picture")
        else:
            self.send_response(200 if name == "picture" else int(name))
        self.send_header("Content-Type", "image/jpeg")
        self.end_headers()
        self.wfile.write(jpeg())

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Write no log."""


@pytest.fixture
def files() -> Iterator[Files]:
    with Files() as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_fetch_names_its_agent(files: Files) -> None:
    fetched = fetch(files.url("picture"))

    assert (fetched.content, fetched.content_type) == (jpeg(), "image/jpeg")
    assert files.agents == ["facebookexternalhit/1.1"]


@pytest.mark.parametrize("name", ["a picture", "bild-ü.jpg"])
def test_address_must_be_encoded(files: Files, name: str) -> None:
    with pytest.raises((OSError, ValueError)):
        fetch(files.url(name))
    assert files.agents == []


@pytest.mark.parametrize("name", ["redirect", "204", "403", "404", "500"])
def test_other_answers_are_failures(files: Files, name: str) -> None:
    with pytest.raises(OSError, match=r"HTTP Error|status"):
        fetch(files.url(name))
    assert len(files.agents) == 1


REFUSED = [
    (Fetched(jpeg(), "text/html"), 9004, 2207052),
    (Fetched(jpeg(), ""), 9004, 2207052),
    (Fetched(b"not a picture", "image/jpeg"), 9004, 2207052),
    (Fetched(jpeg()[:400], "image/jpeg"), 9004, 2207052),
    (Fetched(jpeg(kind="PNG"), "image/png"), 36001, 2207005),
    (Fetched(jpeg(kind="GIF"), "image/gif"), 36001, 2207005),
    (Fetched(jpeg() + bytes(8 * 1024 * 1024), "image/jpeg"), 36000, 2207004),
    (Fetched(jpeg((1000, 1300)), "image/jpeg"), 36003, 2207009),
    (Fetched(jpeg((2000, 1000)), "image/jpeg"), 36003, 2207009),
]


@pytest.mark.parametrize(("file", "code", "subcode"), REFUSED)
def test_image_is_refused_at_creation(
    graph: GraphClient, file: Fetched, code: int, subcode: int
) -> None:
    graph.files["https://photos.example.com/a"] = file

    answer = graph.call("POST", "me/media", data={"image_url": "https://photos.example.com/a"})

    assert (answer["error"]["code"], answer["error"]["error_subcode"]) == (code, subcode)
    assert graph.state.containers == {}


def test_several_pictures_in_one_file_are_refused(graph: GraphClient) -> None:
    url = "https://photos.example.com/a.jpg"
    picture, file = Image.new("RGB", (1080, 1080)), io.BytesIO()
    picture.save(file, "MPO", save_all=True, append_images=[picture])
    graph.files[url] = Fetched(file.getvalue(), "image/jpeg")

    assert graph.call("POST", "me/media", data={"image_url": url})["error"]["code"] == 36001


def test_slow_server_is_named(graph: GraphClient) -> None:
    def slow(url: str) -> Fetched:
        raise TimeoutError(url)

    graph.fetch = slow  # type: ignore[method-assign]

    answer = graph.call("POST", "me/media", data={"image_url": "https://photos.example.com/a"})

    assert answer["error"]["error_subcode"] == 2207003


def test_story_has_any_ratio(graph: GraphClient) -> None:
    assert graph.create(image_url=graph.picture(size=(1080, 1920)), media_type="STORIES")


def test_cover_is_an_image(graph: GraphClient) -> None:
    options = {"media_type": "REELS", "video_url": graph.video()}

    refused = graph.call("POST", "me/media", data={**options, "cover_url": graph.video()})

    assert refused["error"]["error_subcode"] == 2207052
    assert graph.create(**options, cover_url=graph.picture(size=(1080, 1920)))
