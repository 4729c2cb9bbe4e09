"""Where a local deployment lives: directory, ports, addresses. Several can run side by side."""

from __future__ import annotations

import hashlib
import ipaddress
import os
import re
import sys
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass
from pathlib import Path

from local.loopback import lan_address, without_proxies

ROOT = Path(__file__).resolve().parents[1]
ACCOUNT = "000000000000"
REGION = "us-east-1"
STAGE = "daybook-local"
LOOPBACK = "127.0.0.1"
# In place of the person's own: a profile that is named but missing fails every client.
NO_AWS_FILES = {"AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull}
PORT = re.compile(r"[0-9]{1,5}")
ALL_INTERFACES = "0.0.0.0"  # noqa: S104 (only on request)


@dataclass(frozen=True)
class LocalDeployment:
    """One local deployment.

    `graph_base` is None if the emulator included is used. `lan` is this machine's address in its
    network if other devices may connect, else None.
    """

    directory: Path
    aws_port: int
    graph_port: int
    graph_base: str | None = None
    lan: str | None = None

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> LocalDeployment:
        """Read `LOCAL_DIR`, `AWS_PORT`, `GRAPH_PORT`, `GRAPH_BASE` and `HOST`.

        Stops with one line if a value is invalid.
        """
        ports = {}
        for name, default in (("AWS_PORT", "4570"), ("GRAPH_PORT", "4571")):
            text = env.get(name) or default
            if not PORT.fullmatch(text) or not 1024 <= int(text) <= 65535:
                sys.exit(f"daybook: {name}={text}: use a port from 1024 to 65535")
            ports[name] = int(text)
        if ports["AWS_PORT"] == ports["GRAPH_PORT"]:
            sys.exit(f"daybook: GRAPH_PORT={ports['GRAPH_PORT']}: AWS_PORT has this port already")
        return cls(
            directory=_directory(env.get("LOCAL_DIR") or ".local"),
            aws_port=ports["AWS_PORT"],
            graph_port=ports["GRAPH_PORT"],
            graph_base=env.get("GRAPH_BASE") or None,
            lan=lan_address() if _opens(env.get("HOST", "")) else None,
        )

    @property
    def bind_host(self) -> str:
        """The interface that the embedded AWS listens on."""
        return ALL_INTERFACES if self.lan else LOOPBACK

    @property
    def aws_url(self) -> str:
        """Where the embedded AWS answers, for this machine."""
        return f"http://localhost:{self.aws_port}"

    @property
    def graph_host(self) -> str:
        """The interface that the emulator listens on. It states this address in its answers."""
        return self.lan or LOOPBACK

    @property
    def graph_url(self) -> str:
        """Where calls to Meta's hosts go."""
        return self.graph_base or f"http://{self.graph_host}:{self.graph_port}"

    @property
    def site_url(self) -> str:
        """The embedded AWS as guests' browsers see it."""
        return f"http://{self.lan or 'localhost'}:{self.aws_port}"

    @property
    def public_url(self) -> str:
        """Where guests find the API; `{api_id}` is replaced when it is known.

        Functions know the bucket as 127.0.0.1: browsers on this machine see two origins, as they
        do in the cloud.
        """
        return f"{self.site_url}/_aws/execute-api/{{api_id}}/$default"

    @property
    def outputs_file(self) -> Path:
        """Addresses and physical names, for other programs."""
        return self.directory / "outputs.json"

    @property
    def state(self) -> Path:
        """The embedded AWS's data."""
        return self.directory / "state"

    @property
    def iam_calls(self) -> Path:
        """The permissions that each role used, as the embedded AWS allowed them."""
        return self.directory / "iam-calls.tsv"

    @property
    def logs(self) -> Path:
        """The log files of servers and deployments."""
        return self.directory / "logs"

    @property
    def assembly(self) -> Path:
        """The synthesised application.

        It outlives `make down`, since the libraries in it take a while to install. In a read-only
        checkout it is in the deployment's directory.
        """
        cache = ROOT / ".cache"
        if not os.access(cache if cache.exists() else ROOT, os.W_OK):
            return self.directory / "cdk.out"
        digest = hashlib.sha256(str(self.directory).encode()).hexdigest()[:8]
        return cache / f"cdk.out-{self.directory.name.lstrip('.')}-{digest}"

    def _env(self, *misleading: str) -> dict[str, str]:
        env = {name: value for name, value in os.environ.items() if not name.startswith(misleading)}
        if not os.access(env.get("HOME", ""), os.W_OK):
            # Caches of uv, npm, the CDK and jsii. They are worth keeping over `make down`.
            cache = ROOT / ".cache"
            home = (cache if os.access(cache, os.W_OK) else self.directory) / "home"
            home.mkdir(parents=True, exist_ok=True)
            env["HOME"] = str(home)
        return env | {"DAYBOOK_LOCAL": str(self.directory)}

    def server_env(self) -> dict[str, str]:
        """Return the environment of a server, which the functions inherit.

        Nothing in it may lead them to another AWS, token, certificate or proxy.
        """
        env = self._env(
            "AWS_", "REQUESTS_CA_BUNDLE", "SSL_CERT", "CURL_CA", "IG_", "INSTAGRAM_", "POWERTOOLS_"
        )
        return without_proxies(env | NO_AWS_FILES)

    def install_env(self) -> dict[str, str]:
        """Return the environment of a synth. Libraries are installed in it: it keeps proxies."""
        bin_dir = ROOT / ".venv" / "bin"
        return self._env("AWS_") | {
            **NO_AWS_FILES,
            "AWS_ACCESS_KEY_ID": ACCOUNT,
            "AWS_SECRET_ACCESS_KEY": "local",
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_ENDPOINT_URL": self.aws_url,
            "AWS_EC2_METADATA_DISABLED": "true",
            "JSII_NODE": str(bin_dir / "node"),
            "PATH": f"{bin_dir}{os.pathsep}{os.environ.get('PATH', '')}",
        }

    def client_env(self) -> dict[str, str]:
        """Return the environment of a client of the embedded AWS, with its root credentials."""
        return without_proxies(self.install_env())


def forget_aws_settings(env: MutableMapping[str, str]) -> None:
    """Remove a person's settings of the real AWS: the embedded one needs none of them."""
    for name in [name for name in env if name.startswith("AWS_")]:
        del env[name]
    env.update(NO_AWS_FILES)


def _directory(name: str) -> Path:
    """Return the directory that `LOCAL_DIR` names, without links. Stop if none can be so named."""
    directory = Path(os.path.realpath(ROOT / name))
    try:
        directory.exists()
    except OSError as error:
        sys.exit(f"daybook: LOCAL_DIR={name}: {error.strerror}. Name another directory.")
    return directory


def _opens(host: str) -> bool:
    """Whether `HOST` asks for all interfaces. Shells set it to the machine's name: ignore names."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    if address.is_loopback:
        return False
    if host != ALL_INTERFACES:
        sys.exit(f"daybook: HOST={host}: use 0.0.0.0 to open the site to this network, or omit it")
    return True
