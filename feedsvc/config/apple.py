"""The categories of Apple's directory of podcasts, one of which every feed with episodes must name."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from types import MappingProxyType

# https://podcasters.apple.com/support/1691-apple-podcasts-categories
_PARTS: Mapping[str, str] = MappingProxyType(
    {
        "Arts": "Books, Design, Fashion & Beauty, Food, Performing Arts, Visual Arts",
        "Business": "Careers, Entrepreneurship, Investing, Management, Marketing, Non-Profit",
        "Comedy": "Comedy Interviews, Improv, Stand-Up",
        "Education": "Courses, How To, Language Learning, Self-Improvement",
        "Fiction": "Comedy Fiction, Drama, Science Fiction",
        "Government": "",
        "Health & Fitness": "Alternative Health, Fitness, Medicine, Mental Health, Nutrition, Sexuality",
        "History": "",
        "Kids & Family": "Education for Kids, Parenting, Pets & Animals, Stories for Kids",
        "Leisure": "Animation & Manga, Automotive, Aviation, Crafts, Games, Hobbies, Home & Garden, Video Games",
        "Music": "Music Commentary, Music History, Music Interviews",
        "News": "Business News, Daily News, Entertainment News, News Commentary, Politics, Sports News, Tech News",
        "Religion & Spirituality": "Buddhism, Christianity, Hinduism, Islam, Judaism, Spirituality",
        "Science": "Astronomy, Chemistry, Earth Sciences, Life Sciences, Mathematics, Natural Sciences, Nature, "
        "Physics, Social Sciences",
        "Society & Culture": "Documentary, Personal Journals, Philosophy, Places & Travel, Relationships",
        "Sports": "Baseball, Basketball, Cricket, Fantasy Sports, Football, Golf, Hockey, Rugby, Running, Soccer, "
        "Swimming, Tennis, Volleyball, Wilderness, Wrestling",
        "Technology": "",
        "True Crime": "",
        "TV & Film": "After Shows, Film History, Film Interviews, Film Reviews, TV Reviews",
    }
)
CATEGORIES = tuple(
    f"{name} > {part}" if part else name
    for name, parts in _PARTS.items()
    for part in ("", *filter(None, parts.split(", ")))
)


def category(value: object) -> str:
    """A category such as ``News``, or one with a part of it such as ``News > Tech News``, in any case."""
    words = " > ".join(part.strip() for part in value.split(">")) if isinstance(value, str) else ""
    known = {each.casefold(): each for each in CATEGORIES}
    if words.casefold() in known:
        return known[words.casefold()]
    near = get_close_matches(words.casefold(), known, n=1)
    raise ValueError(f"one of Apple's categories, such as {known[near[0]] if near else 'News > Tech News'}")
