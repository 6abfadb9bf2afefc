"""Jekyll's tags: highlight, include, link, post_url; and outputs that fail alone."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from posixpath import splitext
from typing import TextIO

from liquid import RenderContext, Token
from liquid.ast import BlockNode, Node
from liquid.builtin.expressions import FilteredExpression, tokenize
from liquid.builtin.output import Output, OutputNode
from liquid.exceptions import LiquidSyntaxError, ResourceLimitError
from liquid.parser import Parser
from liquid.stream import TokenStream
from liquid.stringify import to_liquid_string
from liquid.tag import Tag
from liquid.token import TOKEN_EXPRESSION, TOKEN_TAG
from liquid.undefined import Undefined

from feedsvc.parse.liquid.environment import FAULTS, environment, reason, rendered
from feedsvc.parse.liquid.limits import PER_INCLUDE, Unrenderable
from feedsvc.selection import HTML, MARKDOWN

_ROOTS = frozenset(("page", "site", "include", "layout", "content", "paginator", "jekyll", "theme", "forloop"))
_PER_OUTPUT = 20  # units of work

# -- outputs --------------------------------------------------------------------------------------------------


class TellingNode(OutputNode):
    """An output: one that fails is left out alone, not with all around it."""

    def render_to_output(self, context: RenderContext, buffer: TextIO) -> int:
        """Write the value."""
        env = environment(context)
        env.budget.spend(_PER_OUTPUT)
        try:
            value = self.expression.evaluate(context)
            text = to_liquid_string(value, autoescape=False)
        except ResourceLimitError:
            raise
        except FAULTS as error:
            env.note(self.token.start_index, reason(error))
            return 0
        if isinstance(value, Undefined) and value.name not in _ROOTS:
            env.note(self.token.start_index, f"{value.name!r} names nothing")
        return buffer.write(text)


class TellingOutput(Output):
    """``{{ … }}``."""

    node_class = TellingNode


# -- highlight ------------------------------------------------------------------------------------------------

_LANGUAGE = re.compile(r"([a-zA-Z0-9.+#_-]+)((?:\s+\w+(?:=(?:\w+|\"[0-9 ]*\"))?)*)\Z")


class HighlightNode(Node):
    """Code in a language, as readers can show it: without colours."""

    def __init__(self, token: Token, language: str, block: BlockNode) -> None:
        super().__init__(token)
        self.language = language
        self.block = block
        self.blank = False

    def render_to_output(self, context: RenderContext, buffer: TextIO) -> int:
        """Write it as HTML on lines of its own, so that Markdown takes it for that."""
        inner = context.get_buffer()
        self.block.render(context, inner)
        code = html.escape(inner.getvalue().strip("\n"), quote=False)
        return buffer.write(f'\n<pre><code class="language-{html.escape(self.language)}">{code}</code></pre>\n')


class HighlightTag(Tag):
    """``{% highlight ruby linenos %} … {% endhighlight %}``; Liquid within it is rendered, as Jekyll does."""

    name = "highlight"
    end = "endhighlight"

    def parse(self, stream: TokenStream) -> Node:
        """Read up to its end."""
        token, markup = _opened(stream)
        found = _LANGUAGE.match(markup)
        if stream.current.kind == TOKEN_EXPRESSION:
            next(stream)
        block = Parser(self.env).parse_block(stream, (self.end,))
        stream.expect(TOKEN_TAG, value=self.end)
        return HighlightNode(token, found[1].lower() if found else "text", block)


# -- include --------------------------------------------------------------------------------------------------

# Jekyll's own expressions, bounded
_PARAMETER = re.compile(
    r"""([\w-]+)\s*=\s*(?:"([^"\\]*(?:\\.[^"\\]*)*)"|'([^'\\]*(?:\\.[^'\\]*)*)'|([\w.-]+))(?=\s|\Z)\s*"""
)
_WITH_VARIABLE = re.compile(r"((?:[^{\s]*\{\{\s*[\w\-.]+\s*(?:\|[^{}]*)?\}\}[^\s{}]*)+)(.*)\Z", re.DOTALL)
_FILE = re.compile(r"[\w/.\-()+~#@]+\Z")


class IncludeNode(Node):
    """A file of ``_includes``, with parameters."""

    def __init__(self, token: Token, markup: str) -> None:
        super().__init__(token)
        self.blank = False
        varied = _WITH_VARIABLE.match(markup)
        file, _, parameters = (varied[1], "", varied[2]) if varied else markup.partition(" ")
        self.file = file
        self.parameters = parameters.strip()

    def render_to_output(self, context: RenderContext, buffer: TextIO) -> int:
        """Write what the file makes of the parameters."""
        env = environment(context)
        env.budget.spend(PER_INCLUDE)
        file = _filled(self.file, context)
        if not _FILE.match(file) or ".." in file or "//" in file or "./" in file:
            raise Unrenderable(f"{file!r} cannot be an include")
        namespace = {"include": dict(self._evaluated(context))} if self.parameters else {}
        with context.extend(namespace):
            text = env.include(file, context, self.token.start_index)
        if text is None:
            raise Unrenderable(f"there is no {file!r} in _includes")
        return buffer.write(text)

    def _evaluated(self, context: RenderContext) -> Iterator[tuple[str, object]]:
        position = 0
        while position < len(self.parameters):
            found = _PARAMETER.match(self.parameters, position)
            if found is None:
                raise Unrenderable(f"{self.parameters[position:]!r} are no parameters")
            name, double, single, variable = found.groups()
            if double is not None:
                yield name, double.replace('\\"', '"')
            elif single is not None:
                yield name, single.replace("\\'", "'")
            else:
                tokens = TokenStream(tokenize(variable, self.token))
                yield name, FilteredExpression.parse(context.env, tokens).evaluate(context)
            position = found.end()


class IncludeTag(Tag):
    """``{% include figure.html src="a.png" %}``."""

    name = "include"
    block = False

    def parse(self, stream: TokenStream) -> Node:
        """Read its one line."""
        token, markup = _opened(stream)
        if not markup:
            raise LiquidSyntaxError("include names no file", token=token)
        return IncludeNode(token, markup)


# -- other posts' addresses -----------------------------------------------------------------------------------

_POST = re.compile(r"/?(?:.+/)?\d+-\d+-\d+-.+\Z", re.DOTALL)


class ReferenceNode(Node):
    """Where a post or a file is. A post's address is put in when all posts are known."""

    def __init__(self, token: Token, kind: str, target: str) -> None:
        super().__init__(token)
        self.blank = False
        self.kind = kind
        self.target = target

    def render_to_output(self, context: RenderContext, buffer: TextIO) -> int:
        """Write an address, or what stands for it."""
        env = environment(context)
        target = _filled(self.target, context).strip()
        if self.kind == "link" and splitext(target)[1].lower() not in MARKDOWN | HTML:
            return buffer.write(f"{env.given.site.baseurl}/{target.lstrip('/')}")
        if self.kind == "post_url" and not _POST.match(target):
            raise Unrenderable(f"{target!r} is not the name of a post")
        return buffer.write(env.refer(self.kind, target.removeprefix("/"), self.token.start_index))


class PostUrlTag(Tag):
    """``{% post_url 2024-01-31-slug %}``."""

    name = "post_url"
    block = False

    def parse(self, stream: TokenStream) -> Node:
        """Read its one line."""
        token, markup = _opened(stream)
        if not markup:
            raise LiquidSyntaxError(f"{self.name} names nothing", token=token)
        return ReferenceNode(token, self.name, markup)


class LinkTag(PostUrlTag):
    """``{% link _posts/2024-01-31-slug.md %}``."""

    name = "link"


def _opened(stream: TokenStream) -> tuple[Token, str]:
    """A tag and what stands in it after its name, on which the stream then is."""
    token = stream.expect(TOKEN_TAG)
    if stream.peek.kind != TOKEN_EXPRESSION:
        return token, ""
    next(stream)
    return token, stream.current.value


def _filled(text: str, context: RenderContext) -> str:
    return rendered(context.env.from_string(text), context) if "{{" in text else text


TAGS: tuple[type[Tag], ...] = (TellingOutput, HighlightTag, IncludeTag, PostUrlTag, LinkTag)
