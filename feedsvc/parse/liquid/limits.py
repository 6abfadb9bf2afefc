"""How much a post's Liquid may do: counted, not timed, so that the same post always gives the same text."""

from __future__ import annotations

from collections.abc import Callable, Sized

from liquid.exceptions import LiquidError, ResourceLimitError

MOST_WORK = 20_000_000  # units: characters that filters see, with what loops and includes cost added
LARGEST = 1_000_000  # characters of a text, items of a list
LARGEST_NUMBER = 4_096  # bits
PER_CHARACTER = 100  # units of a character between a mark's braces: reading one takes some 2 µs
PER_ROUND = 200  # units of one round of a loop
PER_INCLUDE = 5_000  # units of one include


class Unrenderable(LiquidError):
    """What is not known here: a list of other posts, a clock."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason, token=None)


class Exhausted(ResourceLimitError):
    """A post asks for too much: nothing of its Liquid is rendered."""

    def __init__(self) -> None:
        super().__init__("its templates do too much", token=None)


class Budget:
    """What is left of the work that one post may ask for."""

    def __init__(self) -> None:
        self._left = MOST_WORK

    def spend(self, units: int) -> None:
        """Do some of it; Exhausted where there is no more."""
        self._left -= units
        if self._left < 0:
            raise Exhausted

    def measure(self, value: object) -> int:
        """How large a value is; Exhausted where it is too large to go on with."""
        if isinstance(value, int):
            if value.bit_length() > LARGEST_NUMBER:
                raise Exhausted
            return 1
        size = _size(value)
        if size > LARGEST:
            raise Exhausted
        return size

    def guard(self, name: str, run: Callable[..., object]) -> Callable[..., object]:
        """A filter that is paid for, and neither takes nor gives what is too large."""

        def guarded(value: object, *args: object, **kwargs: object) -> object:
            sizes = [self.measure(each) for each in (value, *args, *kwargs.values())]
            if name.startswith("replace") and len(args) > 1 and isinstance(value, str):
                # the one filter whose outcome is larger than all that goes in
                count = value.count(str(args[0])) if args[0] else len(value) + 1
                self.measure(range(count * (len(str(args[1])) + 1)))
            self.spend(sum(sizes) + 20)
            result = run(value, *args, **kwargs)
            self.spend(self.measure(result))
            return result

        return guarded


def _size(value: object) -> int:
    if isinstance(value, range):
        return max(0, value.stop - value.start)  # len() has a limit of its own
    if isinstance(value, list):
        return sum(len(each) + 1 if isinstance(each, str) else 1 for each in value)
    return len(value) if isinstance(value, Sized) else 1
