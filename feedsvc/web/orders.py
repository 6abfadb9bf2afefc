"""What granian's workers have to know: settings that the parent has read, left to them in the environment."""

from __future__ import annotations

import hashlib
import os
from dataclasses import asdict, dataclass

import orjson

from feedsvc.config import Settings
from feedsvc.rules import Look

_VARIABLE = "_FEEDSVC_ORDERS"


def digest(token: str) -> str:
    """What is compared, and kept, in place of a token; "" for none."""
    return hashlib.sha256(token.encode()).hexdigest() if token else ""


@dataclass(frozen=True, slots=True)
class Orders:
    """The settings that answering needs. Workers get them ready-made: to read settings takes a fifth of a second."""

    state: str
    cache_bytes: int
    metrics_public: bool
    bearer: str  # digest of the configured token, "" where none is
    look: Look = Look()  # noqa: RUF009 - frozen

    @classmethod
    def of(cls, settings: Settings) -> Orders:
        """What ``settings`` say of it."""
        token = digest(settings.token)
        return cls(str(settings.state), settings.cache_bytes, settings.metrics_public, token, settings.look)

    def give(self) -> None:
        """Leave the orders to processes that this one will start."""
        os.environ[_VARIABLE] = orjson.dumps(asdict(self)).decode()

    @classmethod
    def take(cls) -> Orders:
        """The orders that the process which started this one has left."""
        values = orjson.loads(os.environ[_VARIABLE])
        return cls(**{**values, "look": Look(**values["look"])})
