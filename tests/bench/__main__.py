"""Run all benchmarks: print a table, and write JSON to `.cache/bench.json`."""

from __future__ import annotations

import argparse
import json
import platform

from local.deployment import ROOT
from tests.bench import (
    graph,
    moderation,
    numbers,
    pages,
    pictures,
    posting,
    starts,
    wall,
    webhooks,
    zips,
)


def main() -> None:
    """Measure, print and write. Takes no arguments but `--help`."""
    argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__).parse_args()
    parts = (pictures, zips, posting, graph, webhooks, moderation, starts, pages, wall, numbers)
    rows = [row for part in parts for row in part.measure()]
    width = max(len(row.name) for row in rows)
    print(f"{'':{width}}  {'ours':>12}  {'reference':>12}  unit    reference is")
    for row in rows:
        reference = "" if row.reference is None else f"{row.reference:.1f}"
        values = f"{row.ours:12.1f}  {reference:>12}  {row.unit:6}"
        print(f"{row.name:{width}}  {values}  {row.reference_is}")
    target = ROOT / ".cache" / "bench.json"
    target.write_text(
        json.dumps({"machine": platform.platform(), "rows": [vars(row) for row in rows]}, indent=2)
        + "\n"
    )
    machine = f"{platform.machine()}, Python {platform.python_version()}"
    print(f"\nMedians on {machine}; as JSON in {target.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
