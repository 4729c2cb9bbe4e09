"""The digest that the page announces for a file, with TLS and without."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path

import pytest

from lambdas.guests.page import HERE

NODE = Path(sys.executable).with_name("node")
# Browsers leave `crypto.subtle` out of pages without TLS.
PLAIN = 'Object.defineProperty(globalThis, "crypto", { value: {} });'
SCRIPT = f"""
import {{ sha256 }} from "{(HERE / "static" / "sha256.js").as_uri()}";
const chunks = [];
for await (const chunk of process.stdin) chunks.push(chunk);
process.stdout.write(await sha256(new Uint8Array(Buffer.concat(chunks)).buffer));
"""


@pytest.mark.parametrize("before", ["", PLAIN])
@pytest.mark.parametrize("size", [0, 64, 300_001])
def test_digest_is_that_of_the_standard(size: int, before: str) -> None:
    data = bytes(index * 7 % 251 for index in range(size))

    command = [str(NODE), "--input-type=module", "-e", before + SCRIPT]
    found = subprocess.run(command, input=data, capture_output=True, check=True)

    assert found.stdout.decode() == hashlib.sha256(data).hexdigest()
