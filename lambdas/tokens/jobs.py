"""The messages of the refresh queue: one account, or the environment's token, and what to do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from lambdas.kit.decoded import JsonObject
from lambdas.kit.events import TokenRefused
from lambdas.storage.accounts.token_record import Task

BOOTSTRAP = "bootstrap"


@dataclass(frozen=True)
class Job:
    """One message. `account_id` is BOOTSTRAP for the environment's token."""

    account_id: str
    task: Task = Task.REFRESH

    def to_message(self) -> dict[str, str]:
        """Return the body of the message."""
        if self.task is Task.REFRESH:
            return {"account": self.account_id}
        return {"account": self.account_id, "task": self.task.value}

    @classmethod
    def from_message(cls, message: JsonObject) -> Self:
        """Return the job of a message; a token that another feature found refused is verified."""
        if "detail" in message:
            return cls(TokenRefused.from_detail(message["detail"]).account_id, Task.VERIFY)
        return cls(str(message["account"]), Task(message.get("task", Task.REFRESH)))
