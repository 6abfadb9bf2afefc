"""Answering in the thread that brings a request: handing it to the event loop would take as long as the answer.

Granian's thread makes a coroutine of each request and has the event loop run it. An eager loop lets that thread take
the coroutine's first step: with most requests it is the only one.
"""

from __future__ import annotations

from asyncio import AbstractEventLoop, Handle
from collections.abc import Callable, Generator
from contextvars import Context
from types import CoroutineType
from typing import cast


class _Done:
    """An awaitable that is done."""

    __slots__ = ()

    def __await__(self) -> Generator[None, None, None]:
        return _NOTHING


class _Loop:
    """An awaitable that is done at the event loop's next step: what comes after it runs in the loop's thread."""

    __slots__ = ()

    def __await__(self) -> Generator[None, None, None]:
        yield


_NOTHING = cast("Generator[None, None, None]", iter(()))  # exhausted, and stays so
DONE = _Done()
LOOP = _Loop()


def make_eager(loop: AbstractEventLoop) -> None:
    """Let coroutines that other threads hand to ``loop`` begin in those threads.

    A coroutine that needs the loop, or its thread, awaits ``LOOP`` before anything else; so it does as well in a loop
    that is not eager.
    """
    hand_over: Callable[..., Handle] = loop.call_soon_threadsafe

    def call_soon_threadsafe(
        callback: Callable[..., object], *args: object, context: Context | None = None
    ) -> Handle | None:
        if args and isinstance(request := args[0], CoroutineType):
            try:
                request.send(None)
            except StopIteration:
                return None
        return hand_over(callback, *args, context=context)

    loop.call_soon_threadsafe = call_soon_threadsafe  # type: ignore[method-assign, assignment]
