"""python-liquid set up as Jekyll's Liquid, within limits; what fails is left out, and told."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import tzinfo
from io import StringIO
from typing import TextIO

from liquid import BoundTemplate, Environment, Mode, RenderContext, Token
from liquid.ast import Node
from liquid.exceptions import LiquidError, LiquidInterrupt, LiquidSyntaxError, ResourceLimitError
from liquid.output import LimitedStringIO
from liquid.parser import Parser
from liquid.stream import TokenStream
from liquid.tag import Tag
from liquid.token import TOKEN_EOF, TOKEN_OUTPUT, TOKEN_TAG

from feedsvc.markup import reference
from feedsvc.parse.liquid.lexing import Lexer
from feedsvc.parse.liquid.limits import LARGEST, PER_CHARACTER, PER_ROUND, Budget, Unrenderable
from feedsvc.rules import Site, Templates

# beside python-liquid's own errors, what its filters raise for values that they do not expect
FAULTS = (LiquidError, ArithmeticError, AttributeError, LookupError, TypeError, ValueError)
_GONE = ("include", "render", "doc")  # not Jekyll's, or not as Jekyll's

_DEEPEST = 20  # includes within each other

Tell = Callable[[int, str], None]


@dataclass(frozen=True, slots=True)
class Given:
    """What a post's Liquid may use: the site and its templates, the post's own values, the site's time zone."""

    site: Site
    templates: Templates
    page: Mapping[str, object]
    zone: tzinfo


class LiquidEnvironment(Environment):
    """An environment for one post. ``tell`` hears of what was left out: its place in the post, and why."""

    output_stream_limit = 4 * LARGEST
    local_namespace_limit = 8 * LARGEST
    context_depth_limit = 100  # loops and includes within each other

    def __init__(
        self, given: Given, tell: Tell, tags: Iterable[type[Tag]], filters: Mapping[str, Callable[..., object]]
    ) -> None:
        self._tags, self._filters = tags, filters
        super().__init__(tolerance=Mode.LAX)
        self.given = given
        self.budget = Budget()
        self.referred: dict[tuple[str, str], tuple[int, int]] = {}  # posts: their number, and where first
        self._tell = tell
        self._includes = dict(given.templates.includes)
        self._included: dict[str, BoundTemplate] = {}
        self._depth = 0
        self._stream: TokenStream | None = None  # what is being read
        self._within: int | None = None  # the place of the tag whose included text is being read

    def setup_tags_and_filters(self, *, extra: bool = False) -> None:
        """Jekyll's tags and filters over python-liquid's."""
        super().setup_tags_and_filters(extra=extra)
        for name in _GONE:
            del self.tags[name]
        self.filters.update(self._filters)
        for tag in self._tags:
            self.add_tag(tag)

    def tokenizer(self) -> Callable[[str], Iterator[Token]]:
        """Our own, which takes linear time."""
        return lambda source: iter(Lexer(source, self.note, self._charge))

    def _parse(self, source: str) -> list[Node]:
        outer, self._stream = self._stream, TokenStream(self.tokenizer()(source))
        try:
            return Parser(self).parse(self._stream)
        finally:
            self._stream = outer

    def _charge(self, characters: int) -> None:
        self.budget.spend(characters * PER_CHARACTER)

    def _reached(self) -> int:
        """How far reading has come."""
        read = self._stream.tokens[: self._stream.pos + 1] if self._stream else []
        return next((token.start_index for token in reversed(read) if token.kind in (TOKEN_TAG, TOKEN_OUTPUT)), 0)

    def error(
        self,
        exc: type[LiquidError] | LiquidError,
        msg: str | None = None,
        token: Token | None = None,
    ) -> None:
        """What cannot be read is left out."""
        if isinstance(exc, ResourceLimitError):
            raise exc
        if self._stream is not None and self._stream.current.kind == TOKEN_EOF:  # all that follows is within a block
            raise exc if isinstance(exc, LiquidError) else LiquidSyntaxError(reason(exc), token=token)
        token = (exc.token if isinstance(exc, LiquidError) else None) or token
        place = token.start_index if token else -1
        self.note(place if place >= 0 else self._reached(), msg or reason(exc))

    def note(self, place: int, message: str) -> None:
        """Tells of something that was left out."""
        self._tell(self._place(place), message)

    def refer(self, kind: str, target: str, place: int) -> str:
        """What stands for another post's address."""
        number, _ = self.referred.setdefault((kind, target), (len(self.referred), self._place(place)))
        return reference(number)

    def include(self, name: str, context: RenderContext, place: int) -> str | None:
        """The text of a file of ``_includes``; None where there is none."""
        if name not in self._includes:
            return None
        if self._depth == _DEEPEST:
            raise Unrenderable(f"{name!r} includes itself")
        outer, self._within = self._within, self._place(place)
        self._depth += 1
        try:
            if name not in self._included:
                self._included[name] = self.from_string(self._includes[name])
            return rendered(self._included[name], context)
        finally:
            self._within = outer
            self._depth -= 1

    def _place(self, place: int) -> int:
        return place if self._within is None else self._within


class Context(RenderContext):
    """Values while a post is rendered; every filter and every round of a loop is paid for."""

    def filter(self, name: str, token: Token | None) -> Callable[..., object]:
        """A filter within the post's limits."""
        return environment(self).budget.guard(name, super().filter(name, token))

    def raise_for_loop_limit(self, length: int = 1) -> None:
        """Pay for a loop as it begins."""
        environment(self).budget.spend(length * PER_ROUND)

    def get_buffer(self, buf: TextIO | None = None) -> StringIO:  # noqa: ARG002 - its signature
        """Something to write to, of limited size."""
        return LimitedStringIO(limit=LiquidEnvironment.output_stream_limit)


def environment(context: RenderContext) -> LiquidEnvironment:
    """The environment of a post that is being rendered."""
    assert isinstance(context.env, LiquidEnvironment)  # noqa: S101 - there is no other here
    return context.env


def rendered(template: BoundTemplate, context: RenderContext) -> str:
    """A template's text; each node at its top that fails is left out whole, and told."""
    env, text = environment(context), context.get_buffer()
    for node in template.nodes:
        part = context.get_buffer()
        try:
            node.render(context, part)
        except ResourceLimitError:
            raise
        except LiquidInterrupt:  # a break outside of any loop ends all
            text.write(part.getvalue())
            break
        except FAULTS as error:
            env.note(node.token.start_index, reason(error))
            continue
        text.write(part.getvalue())
    return text.getvalue()


def reason(error: type[BaseException] | BaseException) -> str:
    """Why something failed, in one line."""
    if isinstance(error, BaseException):
        return " ".join(str(error.args[0] if error.args else type(error).__name__).split())
    return error.__name__
