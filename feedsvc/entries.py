"""Posts become entries, rendered: body to HTML, and all of it to bytes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from feedsvc.catalogue import Filed, Reader, Rendered
from feedsvc.exceptions import ContentError, RenderError
from feedsvc.markup import excerpt, to_html, with_references
from feedsvc.model import Content, Entry, Format, Problem, entry_key
from feedsvc.render import RenderRules, entry


class Entries:
    """Makes entries of a catalogue's posts; ``staged`` posts are not in it yet, or not as they will be."""

    def __init__(self, reader: Reader, rules: RenderRules, staged: Mapping[int, Filed] | None = None) -> None:
        self._reader = reader
        self._rules = rules
        self._staged = staged or {}

    def render(
        self, numbers: Sequence[int], formats: Sequence[Format], content: Content, problems: list[Problem]
    ) -> dict[bytes, Rendered]:
        """The entries of posts in these formats and one form, by key; what cannot be rendered becomes a problem.

        One step after the other for all: that keeps each library's code and data in the processor's caches.
        """
        posts = self._posts(numbers)
        bodies = self._reader.bodies([number for number in numbers if posts[number].packed is None])
        entries = [each for number in numbers if (each := self._entry(posts[number], bodies.get(number), problems))]
        rules = replace(self._rules, full_content=content == "full")
        made: dict[bytes, Rendered] = {each.version: {} for each in entries}
        for format_ in formats:
            for each in entries:
                try:
                    made[each.version][format_] = entry(each, format_, rules)
                except RenderError as error:
                    path = posts[each.number].post.path
                    problems.append(Problem(path, 1, "not-rendered", str(error)))
        whole = {version: rendered for version, rendered in made.items() if len(rendered) == len(formats)}
        return {entry_key(version, content): rendered for version, rendered in whole.items()}

    def _posts(self, numbers: Sequence[int]) -> dict[int, Filed]:
        staged = {number: self._staged[number] for number in numbers if number in self._staged}
        return staged | self._reader.posts([number for number in numbers if number not in staged])

    def _entry(self, filed: Filed, body: str | None, problems: list[Problem]) -> Entry | None:
        post = filed.post
        if body is None:
            body = self._reader.packer.unpack(filed.packed or b"").decode()
        try:
            body = with_references(body, [each.url for each in post.refers])
            html = to_html(body, post.markup, post.url)
            summary = post.summary or (excerpt(body, post.excerpt, post.markup) if post.excerpt else "")
        except Exception as error:  # a fault of ours in one post must not stop the rest
            problems.append(Problem.of(ContentError.fault(post.path, error)))
            return None
        return Entry(
            number=filed.number,
            version=filed.version,
            id=filed.id,
            url=post.url,
            title=post.title,
            published=post.published,
            updated=filed.updated,
            terms=post.terms,
            authors=post.authors,
            summary=summary,
            html=html,
            media=post.media,
        )
