"""Check a synthesised application before it is deployed.

`python -m stacks.check <cloud assembly>` reports unacknowledged findings of the security packs and
the findings of cfn-lint. The CDK CLI itself only writes the former into a report.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path


def findings(assembly: Path) -> list[str]:
    """Return the unacknowledged findings of the security packs, one line each.

    Raises FileNotFoundError if the synth wrote no report.
    """
    report = json.loads((assembly / "validation-report.json").read_text())
    return [
        f"{violation['ruleName']}: {resource['constructPath']}: {violation['description']}"
        for plugin in report["pluginReports"]
        for violation in plugin.get("violations", [])
        for resource in violation["violatingConstructs"]
    ]


def lint(assembly: Path) -> list[str]:
    """Return the findings of cfn-lint in all templates, one line each."""
    templates = [str(path) for path in sorted(assembly.rglob("*.template.json"))]
    done = subprocess.run(
        [str(Path(sys.executable).with_name("cfn-lint")), "--format", "parseable", *templates],
        capture_output=True,
        text=True,
        check=False,
    )
    return [line for line in (done.stdout + done.stderr).splitlines() if line]


def main(assembly: Path) -> int:
    """Print all findings and return the exit status: 1 if there are any."""
    found = [*findings(assembly), *lint(assembly)]
    for line in found:
        print(line)
    print(f"{len(found)} findings")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
