"""Names below ``hall/v1/{hall}/``."""

from __future__ import annotations

import re
from dataclasses import dataclass

__all__ = ["CLIENT", "HALL_TARGET", "Topics"]

#: One level of a topic that another program chose for itself.
CLIENT = re.compile(r"[A-Za-z0-9._-]{1,64}")
_LEVELS = re.compile(r"[^/+#\x00-\x1f\x7f]+(/[^/+#\x00-\x1f\x7f]+)*")
#: Commands to this target go to whoever holds the hall's queue.
HALL_TARGET = "hall"


@dataclass(frozen=True, slots=True)
class Topics:
    """The topics of one hall, as seen by one of its Pis."""

    hall: str
    node: str

    def __post_init__(self) -> None:
        for name in (self.hall, self.node):
            if not CLIENT.fullmatch(name):
                raise ValueError(f"{name!r} cannot be a level of a topic")

    @property
    def root(self) -> str:
        """What all topics of this hall begin with."""
        return f"hall/v1/{self.hall}"

    @property
    def birth(self) -> str:
        """Where this Pi says that it is there, and the broker that it is not."""
        return f"{self.root}/node/{self.node}"

    def event(self, kind: str) -> str:
        """Return the topic of events of this type."""
        return f"{self.root}/event/{kind}"

    def picture(self, suffix: str) -> str:
        """Return the topic of a retained picture; raises ``ValueError`` when it would be none."""
        if not _LEVELS.fullmatch(suffix):
            raise ValueError(f"{suffix!r} cannot be part of a topic")
        return f"{self.root}/{suffix}"

    def device(self, device: str) -> str:
        """Return the suffix of a device's health."""
        return f"device/{self.node}/{device}"

    def ack(self, consumer: str) -> str:
        """Return where a consumer says how far it has stored."""
        return f"{self.root}/ack/{consumer}"

    def command(self, target: str = HALL_TARGET) -> str:
        """Return where commands to ``target`` go."""
        return f"{self.root}/command/{target}"

    def ask(self, node: str) -> str:
        """Return where a Pi asks the hub; nobody else may write there."""
        return f"{self.root}/ask/{node}"

    def list(self, name: str) -> str:
        """Return where the centre sends the parts of a list."""
        return f"{self.root}/list/{name}"

    def reply(self, client: str) -> str:
        """Return where a client gets its replies."""
        return f"{self.root}/reply/{client}"

    def suffix(self, topic: str) -> str | None:
        """Return what follows the hall's root, or None for another hall's topic."""
        head, root = topic[: len(self.root) + 1], self.root + "/"
        return topic[len(root) :] if head == root else None

    def reply_client(self, topic: str) -> str | None:
        """Return the client of a reply topic; None when replies may not go there."""
        suffix = self.suffix(topic)
        kind, _, client = (suffix or "").partition("/")
        return client if kind == "reply" and CLIENT.fullmatch(client) else None
