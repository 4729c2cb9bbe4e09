"""Fetching from URLs of operators: what is refused, and how much is read."""

from __future__ import annotations

import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from lambdas.kit.foreign_host import ConnectionFailed, Hop, Patience, open_connection
from lambdas.kit.public_url import is_public
from lambdas.publishing.fetching import FetchedFile, FetchRules, fetch
from lambdas.publishing.unsuitable import MediaProblem, Unsuitable

PUBLIC, PRIVATE = "93.184.215.14", "10.0.0.7"
URL = "https://photos.example/a/b.jpg?sig=secret"
LIMIT = 1000


@dataclass
class Answered:
    """An answer of a foreign host, in parts; a part that is an error is raised."""

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    parts: Sequence[bytes | Exception] = (b"picture",)
    reads: int = 0

    def read(self, _: int) -> bytes:
        part = self.parts[self.reads] if self.reads < len(self.parts) else b""
        self.reads += 1
        if isinstance(part, Exception):
            raise part
        return part


class Host:
    """A foreign network: answers one after the other, and remembers the requests."""

    def __init__(self, *answers: Answered | Exception) -> None:
        self._answers = list(answers)
        self.hops: list[Hop] = []

    @contextmanager
    def __call__(self, hop: Hop) -> Iterator[Answered]:
        self.hops.append(hop)
        answer = self._answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        yield answer


def names(**addresses: str) -> Callable[[str], list[str]]:
    """Return a resolver: all hosts are public but those that are given."""
    return lambda host: addresses.get(host.partition(".")[0], PUBLIC).split()


def fetched(host: Host, folder: Path, url: str = URL, **addresses: str) -> FetchedFile:
    return fetch(url, folder / "file", LIMIT, resolve=names(**addresses), opener=host)


def refused(host: Host, folder: Path, url: str = URL, **addresses: str) -> Unsuitable:
    with pytest.raises(Unsuitable) as error:
        fetched(host, folder, url, **addresses)
    assert not (folder / "file").exists()
    assert "secret" not in error.value.message
    return error.value


def moved(location: str, status: int = 302) -> Answered:
    return Answered(status, {"location": location})


def test_file_is_written(tmp_path: Path) -> None:
    host = Host(Answered(headers={"content-type": "image/jpeg; x=1", "content-length": "7"}))

    assert fetched(host, tmp_path) == FetchedFile(7, "image/jpeg")
    assert (tmp_path / "file").read_bytes() == b"picture"
    assert host.hops == [Hop("https", "photos.example", 443, PUBLIC, "/a/b.jpg?sig=secret")]


@pytest.mark.parametrize(
    "url",
    [
        "http://photos.example/a.jpg",
        "https://photos.example:8443/a.jpg",
        "https://user:pass@photos.example/a.jpg",
        "https://photos.example@10.0.0.7/a.jpg",
        "https://photos.example\\@10.0.0.7/a.jpg",
        "https://[::1]/a.jpg",
        "https:///a.jpg",
        "//photos.example/a.jpg",
        "ftp://photos.example/a.jpg",
        "file:///etc/passwd",
        "https://photos.example/a\r\nHost: x",
        " https://photos.example/",
        "https://photos.example/" + "a" * 5000,
        "",
    ],
)
def test_other_urls_are_refused(url: str, tmp_path: Path) -> None:
    host = Host()

    assert refused(host, tmp_path, url).code is MediaProblem.URL_NOT_ALLOWED
    assert host.hops == []


@pytest.mark.parametrize(
    ("url", "host", "target"),
    [
        ("https://bücher.example/ä%20b", "xn--bcher-kva.example", "/%C3%A4%20b"),
        ("https://photos.example/@me/a.jpg#top", "photos.example", "/%40me/a.jpg"),
        ("https://Photos.Example.", "photos.example", "/"),
    ],
)  # fmt: skip
def test_names_in_other_scripts_are_written_in_ascii(
    url: str, host: str, target: str, tmp_path: Path
) -> None:
    network = Host(Answered())
    fetched(network, tmp_path, url)

    assert (network.hops[0].host, network.hops[0].target) == (host, target)


@pytest.mark.parametrize(
    "address",
    [
        "10.0.0.7", "127.0.0.1", "169.254.169.254", "100.64.1.1", "224.0.0.1", "0.0.0.1",
        "192.168.1.1", "172.16.0.1", "255.255.255.255", "198.18.0.1", "192.0.2.1", "::1", "::",
        "fe80::1", "fc00::1", "ff02::1", "::ffff:10.0.0.7", "::ffff:169.254.169.254",
        "2002:a00:7::", "2002:7f00:1::", "64:ff9b::a00:7", "64:ff9b::a9fe:a9fe",
        "64:ff9b:1::5db8:d70e", "::10.0.0.7", "2001:0:a00:7::", "fe80::1%eth0", "not an address",
        "fec0::1", "::ffff:0:127.0.0.1", "2600::5efe:7f00:1", "2600::200:5efe:a00:7", "3fff::1",
        "5f00::1", "192.88.99.1", "192.0.0.8",
    ],
)  # fmt: skip
def test_private_addresses_are_refused(address: str, tmp_path: Path) -> None:
    host = Host()

    assert not is_public(address)
    assert refused(host, tmp_path, photos=address.replace(" ", "_")).code is (
        MediaProblem.URL_NOT_PUBLIC
    )
    assert host.hops == []


def test_one_private_address_is_enough(tmp_path: Path) -> None:
    host = Host()

    assert refused(host, tmp_path, photos=f"{PUBLIC} {PRIVATE}").code is MediaProblem.URL_NOT_PUBLIC


@pytest.mark.parametrize("address", [PUBLIC, "2606:2800:21f:cb07::1", "64:ff9b::5db8:d70e"])
def test_public_addresses_are_read(address: str, tmp_path: Path) -> None:
    assert fetched(Host(Answered()), tmp_path, photos=address).size == 7


def test_connection_is_made_to_the_checked_address(tmp_path: Path) -> None:
    answers = iter([[PUBLIC], [PRIVATE], [PRIVATE]])
    host = Host(Answered())
    fetch(URL, tmp_path / "file", LIMIT, resolve=lambda _: next(answers), opener=host)

    assert [hop.address for hop in host.hops] == [PUBLIC]


def test_next_address_is_tried(tmp_path: Path) -> None:
    host = Host(ConnectionFailed("timeout"), Answered())
    fetched(host, tmp_path, photos=f"2606:2800:21f::1 {PUBLIC}")

    assert [hop.address for hop in host.hops] == [PUBLIC, "2606:2800:21f::1"]


def test_redirects_are_followed(tmp_path: Path) -> None:
    host = Host(moved("/c"), moved("https://cdn.example/d", 307), moved("e", 308), Answered())
    fetched(host, tmp_path)

    assert [(hop.host, hop.target) for hop in host.hops] == [
        ("photos.example", "/a/b.jpg?sig=secret"),
        ("photos.example", "/c"),
        ("cdn.example", "/d"),
        ("cdn.example", "/e"),
    ]


def test_fourth_redirect_is_refused(tmp_path: Path) -> None:
    host = Host(*[moved("/again")] * 4)

    assert refused(host, tmp_path).code is MediaProblem.TOO_MANY_REDIRECTS


def test_redirect_to_a_private_address_has_its_own_code(tmp_path: Path) -> None:
    host = Host(moved("https://inside.example/"))
    error = refused(host, tmp_path, inside="169.254.169.254")

    assert error.code is MediaProblem.REDIRECT_NOT_PUBLIC
    assert "inside.example" in error.message
    assert len(host.hops) == 1


@pytest.mark.parametrize(
    "location", ["http://photos.example/", "file:///etc/passwd", "https://a:b@c.example/"]
)
def test_redirect_to_another_scheme_is_refused(location: str, tmp_path: Path) -> None:
    assert refused(Host(moved(location)), tmp_path).code is MediaProblem.URL_NOT_ALLOWED


def test_announced_size_is_judged_before_the_body(tmp_path: Path) -> None:
    answer = Answered(headers={"content-length": "9000000000"})
    error = refused(Host(answer), tmp_path)

    assert error.code is MediaProblem.FILE_TOO_LARGE
    assert "9000.0 MB" in error.message
    assert answer.reads == 0


def test_size_is_counted_while_reading(tmp_path: Path) -> None:
    answer = Answered(parts=[b"x" * 400] * 10)

    assert refused(Host(answer), tmp_path).code is MediaProblem.FILE_TOO_LARGE
    assert answer.reads == 3


def test_incomplete_file_may_be_tried_again(tmp_path: Path) -> None:
    error = refused(Host(Answered(headers={"content-length": "8"})), tmp_path)

    assert (error.code, error.retryable) == (MediaProblem.FETCH_FAILED, True)


def test_lost_connection_may_be_tried_again(tmp_path: Path) -> None:
    error = refused(Host(Answered(parts=[b"pic", ConnectionFailed("reset")])), tmp_path)

    assert (error.code, error.retryable) == (MediaProblem.FETCH_FAILED, True)


@pytest.mark.parametrize(
    ("status", "again"), [(404, False), (403, False), (503, True), (304, False)]
)
def test_other_answers_are_refused(status: int, again: bool, tmp_path: Path) -> None:
    error = refused(Host(Answered(status)), tmp_path)

    assert (error.code, error.retryable) == (MediaProblem.FETCH_REFUSED, again)


def test_compressed_answers_are_refused(tmp_path: Path) -> None:
    host = Host(Answered(headers={"content-encoding": "gzip"}))

    assert refused(host, tmp_path).code is MediaProblem.FETCH_REFUSED


def test_slow_file_is_given_up(tmp_path: Path) -> None:
    ticks = iter(range(1000))
    answer, rules = Answered(parts=[b"x"] * 900), FetchRules(5, monotonic=lambda: next(ticks))
    with pytest.raises(Unsuitable) as error:
        fetch(URL, tmp_path / "file", LIMIT, resolve=names(), opener=Host(answer), rules=rules)

    assert error.value.code is MediaProblem.FETCH_TOO_SLOW
    assert answer.reads < 6


def test_host_without_address_may_be_tried_again(tmp_path: Path) -> None:
    def missing(_: str) -> list[str]:
        raise OSError

    with pytest.raises(Unsuitable) as error:
        fetch(URL, tmp_path / "file", LIMIT, resolve=missing, opener=Host())

    assert (error.value.code, error.value.retryable) == (MediaProblem.FETCH_FAILED, True)


class Served(BaseHTTPRequestHandler):
    """A host of this machine."""

    def do_GET(self) -> None:
        body = b"picture" if self.headers["Accept-Encoding"] == "identity" else b"compressed"
        self.send_response(200)
        self.send_header("Content-Type", "image/jpeg")
        self.send_header("X-Host", self.headers["Host"])
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Write nothing."""


def _running(server: HTTPServer) -> Iterator[int]:
    """Serve while the test runs, and yield the port."""
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server.server_port
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def port() -> Iterator[int]:
    yield from _running(HTTPServer(("127.0.0.1", 0), Served))


def test_local_mode_reads_local_hosts(port: int, tmp_path: Path) -> None:
    url, rules = f"http://media.test:{port}/a", FetchRules(allow_private=True)
    found = fetch(url, tmp_path / "file", LIMIT, resolve=lambda _: ["127.0.0.1"], rules=rules)

    assert found == FetchedFile(7, "image/jpeg")


class Dripping(BaseHTTPRequestHandler):
    """A host that sends a byte at a time, and never enough of them."""

    def do_GET(self) -> None:
        with suppress(OSError):
            for _ in range(500):
                self.wfile.write(b"H")
                time.sleep(0.01)

    def log_message(self, *_: object) -> None:
        """Write nothing."""


def test_headers_have_a_time_limit() -> None:
    server = HTTPServer(("127.0.0.1", 0), Dripping)
    for port in _running(server):
        hop = Hop("http", "media.test", port, "127.0.0.1", "/")
        brief = Patience(headers=0.05)
        with pytest.raises(ConnectionFailed), open_connection(hop, patience=brief):
            pass


def test_request_names_the_host(port: int) -> None:
    with open_connection(Hop("http", "media.test", port, "127.0.0.1", "/a")) as answer:
        assert answer.headers["x-host"] == f"media.test:{port}"


@pytest.fixture
def secure(tmp_path: Path) -> Iterator[tuple[int, str, list[str]]]:
    """Serve TLS as media.test: the port, the authority's file, and the names asked for."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "media.test")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("media.test")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    encoding, kind = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    pem, path = certificate.public_bytes(encoding), tmp_path / "certificate.pem"
    path.write_bytes(pem + key.private_bytes(encoding, kind, serialization.NoEncryption()))
    asked: list[str] = []
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    context.sni_callback = lambda _, server, __: asked.append(str(server))
    server = HTTPServer(("127.0.0.1", 0), Served)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    yield from ((port, str(path), asked) for port in _running(server))


def test_name_is_sent_and_checked(secure: tuple[int, str, list[str]]) -> None:
    port, authority, asked = secure
    with open_connection(Hop("https", "media.test", port, "127.0.0.1", "/a"), authority) as answer:
        assert answer.read(100) == b"picture"

    assert asked == ["media.test"]


@pytest.mark.parametrize(("host", "trusted"), [("media.test", False), ("other.test", True)])
def test_certificate_must_fit(host: str, trusted: bool, secure: tuple[int, str, list[str]]) -> None:
    port, authority, _ = secure
    hop = Hop("https", host, port, "127.0.0.1", "/a")
    with pytest.raises(ConnectionFailed), open_connection(hop, authority if trusted else None):
        pass
