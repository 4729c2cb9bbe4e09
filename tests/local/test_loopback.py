"""The loopback interface is reached without a proxy, and opened to the network on request only."""

from __future__ import annotations

import http.server
import threading
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from local import loopback
from local.clients import client
from local.deployment import LocalDeployment

# Nothing listens on the discard port: a request that goes there fails.
PROXY = "http://127.0.0.1:9"
NAMES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy")


class Answer(http.server.BaseHTTPRequestHandler):
    """Answers every GET with an empty object."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    do_POST = do_GET  # noqa: N815 (the name that the server calls)

    def log_message(self, *_: object) -> None:
        """Stay quiet."""


@pytest.fixture
def port() -> Iterator[int]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_port
    server.shutdown()
    server.server_close()


@pytest.fixture
def proxied(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in NAMES:
        monkeypatch.setenv(name, PROXY)
    monkeypatch.setenv("NO_PROXY", "")
    monkeypatch.setenv("no_proxy", "")


def deployment(**settings: str) -> LocalDeployment:
    return LocalDeployment.from_env({"LOCAL_DIR": "/tmp/daybook-none", **settings})  # noqa: S108


@pytest.mark.usefixtures("proxied")
def test_urllib_uses_no_proxy(port: int) -> None:
    assert loopback.answers(f"http://127.0.0.1:{port}/")
    assert loopback.get_json(f"http://127.0.0.1:{port}/") == (200, {})


@pytest.mark.usefixtures("proxied")
def test_boto3_uses_no_proxy(port: int) -> None:
    tables = client(deployment(AWS_PORT=str(port)), "dynamodb").list_tables()

    assert tables["ResponseMetadata"]["HTTPStatusCode"] == 200


@pytest.mark.usefixtures("proxied")
@pytest.mark.parametrize("kind", ["server_env", "client_env"])
def test_processes_inherit_no_proxy(kind: str) -> None:
    env = getattr(deployment(), kind)()

    assert not {name for name in env if name.upper() in loopback.PROXIES}
    assert (env["NO_PROXY"], env["no_proxy"]) == ("*", "*")


@pytest.mark.usefixtures("proxied")
def test_installs_keep_the_proxy() -> None:
    assert deployment().install_env()["https_proxy"] == PROXY


def test_a_system_proxy_is_bypassed(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in loopback.without_proxies({}).items():
        monkeypatch.setenv(name, value)

    assert urllib.request.proxy_bypass("localhost")


def test_the_site_is_local_by_default() -> None:
    closed = deployment()

    assert (closed.bind_host, closed.lan) == ("127.0.0.1", None)
    assert closed.public_url.startswith("http://localhost:")


@pytest.mark.parametrize("host", ["", "localhost", "127.0.0.1", "my-laptop"])
def test_a_host_name_opens_nothing(host: str) -> None:
    assert deployment(HOST=host).lan is None


def test_other_addresses_are_refused() -> None:
    with pytest.raises(SystemExit, match=r"HOST=192\.0\.2\.7: use 0\.0\.0\.0"):
        deployment(HOST="192.0.2.7")


def test_an_open_site_has_the_machines_address(tmp_path: Path) -> None:
    opened = LocalDeployment(tmp_path, 4570, 4571, lan="192.0.2.7")

    assert opened.bind_host == "0.0.0.0"  # noqa: S104
    assert opened.public_url.startswith("http://192.0.2.7:4570/")
    assert opened.graph_url == "http://192.0.2.7:4571"
    assert opened.aws_url == "http://localhost:4570"
