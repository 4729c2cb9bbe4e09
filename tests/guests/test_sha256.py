"""The digest that the page computes where browsers lend it none: on a page without TLS."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path

import pytest

from lambdas.guests.page import HERE

NODE = Path(sys.executable).with_name("node")
SCRIPT = f"""
import {{ computed }} from "{(HERE / "static" / "sha256.js").as_uri()}";
const chunks = [];
for await (const chunk of process.stdin) chunks.push(chunk);
process.stdout.write(Buffer.from(computed(new Uint8Array(Buffer.concat(chunks)))).toString("hex"));
"""


# Around the lengths where the end takes another block.
@pytest.mark.parametrize("size", [0, 1, 55, 56, 63, 64, 65, 119, 120, 128, 300_001])
def test_digest_is_that_of_the_standard(size: int) -> None:
    data = bytes(index * 7 % 251 for index in range(size))

    command = [str(NODE), "--input-type=module", "-e", SCRIPT]
    found = subprocess.run(command, input=data, capture_output=True, check=True)

    assert found.stdout.decode() == hashlib.sha256(data).hexdigest()
