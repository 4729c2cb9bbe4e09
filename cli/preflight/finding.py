"""What the preflight reports."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """One thing that was checked. `missing` is what to do; None if nothing is missing.

    Only a `required` thing that is missing stops the deployment.
    """

    what: str
    observed: str
    missing: str | None = None
    required: bool = True

    def to_text(self) -> str:
        """Return it as a terminal shows it."""
        line = f"{'missing' if self.missing else 'ok     '}  {self.what}: {self.observed}"
        return f"{line}\n         -> {self.missing}" if self.missing else line
