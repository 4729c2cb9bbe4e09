"""HTTP to the deployment itself, which never goes through a proxy, and this machine's address."""

from __future__ import annotations

import socket
import sys
import urllib.error
import urllib.request
from http.client import HTTPResponse
from typing import Any

import requests

# Environment variables that lead HTTP clients through a proxy; lower case is as usual.
PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "FTP_PROXY")
# An address of the documentation range (RFC 5737): a UDP socket picks its route, sends nothing.
ANYWHERE = ("192.0.2.1", 9)


def without_proxies(env: dict[str, str]) -> dict[str, str]:
    """Return an environment in which no HTTP client uses a proxy, not even the system's."""
    kept = {name: value for name, value in env.items() if name.upper() not in PROXIES}
    # `*` also keeps Python on macOS from asking the system for its proxies.
    return kept | {"NO_PROXY": "*", "no_proxy": "*"}


def session() -> requests.Session:
    """Return a session that ignores proxies, certificates and netrc of the environment."""
    made = requests.Session()
    made.trust_env = False
    return made


def opener(*handlers: urllib.request.BaseHandler) -> urllib.request.OpenerDirector:
    """Return an opener that uses no proxy."""
    return urllib.request.build_opener(urllib.request.ProxyHandler({}), *handlers)


def open_url(request: urllib.request.Request | str, timeout: float = 30) -> HTTPResponse:
    """Open an address of the deployment."""
    answer: HTTPResponse = opener().open(request, timeout=timeout)
    return answer


def get_json(url: str, timeout: float = 30) -> tuple[int, Any]:
    """Return status and JSON of an address; None as JSON if the answer is something else."""
    with session() as client:
        answer = client.get(url, timeout=timeout, allow_redirects=False)
    try:
        return answer.status_code, answer.json()
    except ValueError:
        return answer.status_code, None


def answers(url: str, timeout: float = 2) -> bool:
    """Whether a server answers HTTP requests there, with any status."""
    try:
        open_url(url, timeout).close()
    except urllib.error.HTTPError:
        return True
    except (OSError, ValueError):
        return False
    return True


def is_listening(port: int) -> bool:
    """Whether a program listens on a port of the loopback interface."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def lan_address() -> str:
    """Return this machine's address in its network. Stop with one line if it has none."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(ANYWHERE)
            address = str(probe.getsockname()[0])
        except OSError:
            address = "127.0.0.1"
    if address.startswith("127."):
        sys.exit("daybook: HOST=0.0.0.0: this machine is in no network. Connect it, or omit HOST.")
    return address
