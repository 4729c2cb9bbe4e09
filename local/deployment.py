"""Where a local deployment lives: directory, ports, addresses. Several can stand beside each other."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
ACCOUNT = "000000000000"
REGION = "us-east-1"
STAGE = "daybook-local"


@dataclass(frozen=True)
class LocalDeployment:
    """One local deployment. `graph_base` is None if its own emulator is used."""

    directory: Path
    aws_port: int
    graph_port: int
    graph_base: str | None

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> LocalDeployment:
        """From `LOCAL_DIR`, `AWS_PORT`, `GRAPH_PORT` and `GRAPH_BASE`. Stops with one line if a port is none."""
        ports = {}
        for name, default in (("AWS_PORT", "4570"), ("GRAPH_PORT", "4571")):
            text = env.get(name) or default
            if not text.isdigit() or not 1024 <= int(text) <= 65535:
                sys.exit(f"daybook: {name}={text}: use a port from 1024 to 65535")
            ports[name] = int(text)
        directory = (ROOT / (env.get("LOCAL_DIR") or ".local")).resolve()
        return cls(directory, ports["AWS_PORT"], ports["GRAPH_PORT"], env.get("GRAPH_BASE") or None)

    @property
    def aws_url(self) -> str:
        """Where the embedded AWS answers."""
        return f"http://localhost:{self.aws_port}"

    @property
    def graph_url(self) -> str:
        """Where calls to Meta's hosts go."""
        return self.graph_base or f"http://127.0.0.1:{self.graph_port}"

    @property
    def public_url(self) -> str:
        """Where guests find the site. The functions know the bucket as 127.0.0.1: browsers see two origins, as in the cloud."""
        return f"http://localhost:{self.aws_port}/_aws/execute-api/{{api_id}}/$default"

    @property
    def outputs_file(self) -> Path:
        """What other programs read."""
        return self.directory / "outputs.json"

    @property
    def state(self) -> Path:
        """The embedded AWS's data."""
        return self.directory / "state"

    @property
    def iam_calls(self) -> Path:
        """Which role used which permission on what, as the embedded AWS allowed it."""
        return self.directory / "iam-calls.tsv"

    def _env(self, *misleading: str) -> dict[str, str]:
        env = {name: value for name, value in os.environ.items() if not name.startswith(misleading)}
        return env | {"DAYBOOK_LOCAL": str(self.directory)}

    def server_env(self) -> dict[str, str]:
        """The environment of a server. The functions inherit it: nothing in it may lead them to another AWS, token or certificate."""
        return self._env(
            "AWS_", "REQUESTS_CA_BUNDLE", "SSL_CERT", "CURL_CA", "IG_", "INSTAGRAM_", "POWERTOOLS_"
        )

    def client_env(self) -> dict[str, str]:
        """The environment of a client of the embedded AWS: the account's root."""
        bin_dir = ROOT / ".venv" / "bin"
        return self._env("AWS_") | {
            "AWS_ACCESS_KEY_ID": ACCOUNT,
            "AWS_SECRET_ACCESS_KEY": "local",
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_ENDPOINT_URL": self.aws_url,
            "AWS_EC2_METADATA_DISABLED": "true",
            "JSII_NODE": str(bin_dir / "node"),
            "PATH": f"{bin_dir}{os.pathsep}{os.environ.get('PATH', '')}",
        }
