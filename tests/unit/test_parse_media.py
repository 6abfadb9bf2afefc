"""Pictures, files and episodes from front matter, as Jekyll, Hugo, Hexo, WordPress and podcasts write them."""

from __future__ import annotations

import mimetypes
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedsvc.media import Enclosure, Episode, Image, Media
from feedsvc.model import Beside, Parsed
from feedsvc.parse import parse
from feedsvc.parse.durations import seconds
from feedsvc.parse.media import MOST
from feedsvc.parse.media_types import media_type
from feedsvc.rules import ContentRules, Default, Site

SITE = Site("https://e.example.org", baseurl="/b", timezone="Asia/Shanghai")
JEKYLL = ContentRules(layout="jekyll")
PLAIN = ContentRules(layout="plain")
SEEN = datetime(2024, 1, 31, 20, 0, tzinfo=UTC)
PATH = "_posts/2024-01-01-潮.md"
ROOT = "https://e.example.org/b"


def read(front: str, rules: ContentRules = JEKYLL, path: str = PATH, site: Site = SITE) -> Parsed:
    return parse(f"---\ntitle: 一\n{front}\n---\n正文\n".encode(), path, rules, site, SEEN)


def media(front: str, rules: ContentRules = JEKYLL, path: str = PATH) -> Media:
    found = read(front, rules, path).post
    assert found is not None
    return found.media


def image(front: str, rules: ContentRules = JEKYLL, path: str = PATH) -> str:
    found = media(front, rules, path).image
    return found.url if found else ""


def episode(front: str) -> Episode:
    found = media(f"audio: /a.mp3\n{front}").episode
    assert found is not None
    return found


def codes(front: str, rules: ContentRules = JEKYLL) -> list[tuple[str, int]]:
    return [(problem.code, problem.line) for problem in read(front, rules).problems]


# ------------------------------------------------------------------ pictures


@pytest.mark.parametrize(
    ("written", "url"),
    [
        ("/a b/图.png", f"{ROOT}/a%20b/%E5%9B%BE.png"),
        ("a.png", f"{ROOT}/a.png"),
        ("../a.png", "https://e.example.org/a.png"),
        ("{path: /x.png, alt: 一}", f"{ROOT}/x.png"),
        ("https://o.example.org/图.png?a=1&b=2", "https://o.example.org/%E5%9B%BE.png?a=1&b=2"),
        ("/b/a.png", f"{ROOT}/b/a.png"),
        ("123", f"{ROOT}/123"),
        ("/a%20b#x.png", f"{ROOT}/a%20b#x.png"),
        ("false", ""),
        ("", ""),
    ],
)
def test_a_picture_is_where_jekyll_feed_finds_it(written: str, url: str) -> None:
    """The expected are what jekyll 4.3 with jekyll-feed 0.17 made of these, characters of no URI apart."""
    assert image(f"image: {written}") == url


@pytest.mark.parametrize(
    ("front", "url"),
    [
        ("image: //cdn.example.org/x.png", "https://cdn.example.org/x.png"),
        ("image: {url: /x.png}", f"{ROOT}/x.png"),
        ("image: {path: '', src: /x.png}", f"{ROOT}/x.png"),
        ("image: [/x.png, /y.png]", f"{ROOT}/x.png"),
        ("image:\n  - path: /x.png", f"{ROOT}/x.png"),
        ("image: ''", ""),
        ("image: [null, '']", ""),
    ],
)
def test_where_jekyll_feed_mangles_a_picture_ours_is_right(front: str, url: str) -> None:
    assert image(front) == url
    assert not codes(front)


@pytest.mark.parametrize(
    "front",
    ["cover: /x.png", "cover: {image: /x.png}", "images: [/x.png]", "featured_image: /x.png", "thumbnail: /x.png"],
)
def test_other_names_of_a_picture(front: str) -> None:
    assert image(front) == f"{ROOT}/x.png"
    assert image(f"image: /first.png\n{front}") == f"{ROOT}/first.png"


def test_in_a_plain_folder_a_path_leads_from_the_post() -> None:
    assert image("image: a.png", PLAIN, "walks/bridge/index.md") == f"{ROOT}/walks/bridge/a.png"
    assert image("image: /a.png", PLAIN, "walks/bridge/index.md") == "https://e.example.org/a.png"


def test_the_size_of_a_picture() -> None:
    assert media("image: {path: /x.png, width: 1200, height: 630px}").image == Image(f"{ROOT}/x.png", 1200, 630)
    assert media("image: {path: /x.png, width: 100%, height: -3}").image == Image(f"{ROOT}/x.png")


def test_a_picture_from_the_defaults_of_the_site() -> None:
    rules = ContentRules(layout="jekyll", defaults=(Default("", "posts", (("image", "/logo.png"),)),))
    assert image("tags: x", rules) == f"{ROOT}/logo.png"
    assert image("image: /own.png", rules) == f"{ROOT}/own.png"


@pytest.mark.parametrize(
    "written",
    [
        "mailto:x@e.org",
        "data:image/png;base64,AA",
        "https://",
        "http://u:p@e.org/x",
        "'{{ site.x }}/a.png'",
        "https:// b/",
    ],
)
def test_what_cannot_be_fetched_is_told_and_left_out(written: str) -> None:
    for key in ("image", "enclosure"):
        front = f"tags: x\n{key}: {written}"
        assert not media(front)
        assert codes(front) == [("media-url", 4)]


# ------------------------------------------------------------------ files


@pytest.mark.parametrize(
    "front",
    [
        "enclosure: /潮.mp3\nlength: 1234\nduration: 61",
        "enclosure: {url: /潮.mp3, length: 1234, type: audio/mpeg, duration: '1:01'}",
        "enclosures:\n  - {src: /潮.mp3, size: '1,234', mime_type: 'audio/MPEG; a=b', duration: 1m 1s}",
        "audio: /潮.mp3\nsize: 1234\nduration: 61.5",
        "audio: {path: /潮.mp3, bytes: 1234, duration_in_seconds: 61}",
        "audio: /潮.mp3\nsize: 1234\nitunes: {duration: PT1M1S}",
        f"enclosure: |\n  {ROOT}/潮.mp3\n  1234\n  audio/mpeg\nduration: 61",
    ],
)
def test_a_file_in_every_form(front: str) -> None:
    expected = Enclosure(f"{ROOT}/%E6%BD%AE.mp3", "audio/mpeg", 1234, 61)
    assert media(front).enclosures == (expected,)
    assert read(front).beside == ()
    assert not codes(front)


def test_several_files_in_order_each_once() -> None:
    front = "enclosures:\n  - /a.mp3\n  - {url: /b.pdf, title: 讲稿 Notes}\n  - /a.mp3\naudio: /a.mp3\nvideo: /c.webm"
    found = media(front).enclosures
    assert [(each.url.rpartition("/")[2], each.media_type, each.title) for each in found] == [
        ("a.mp3", "audio/mpeg", ""),
        ("b.pdf", "application/pdf", "讲稿 Notes"),
        ("c.webm", "video/webm", ""),
    ]
    assert len(media(f"enclosures: [{', '.join(f'/{n}.mp3' for n in range(MOST + 9))}]").enclosures) == MOST


def test_length_and_duration_beside_files_are_of_the_first() -> None:
    first, second = media("enclosures: [/a.mp3, /b.mp3]\nlength: 5\nduration: 6").enclosures
    assert (first.length, first.duration, second.length, second.duration) == (5, 6, 0, 0)


def test_files_of_the_site_whose_sizes_are_missing() -> None:
    files = f"[{{url: /c.mp3, length: 1}}, https://o.example.org/d.mp3, {ROOT}/e.mp3]"
    front = f"tags: x\naudio: /音/a%20b.mp3?v=1#t\nenclosure: {files}"
    assert read(front).beside == (
        Beside(f"{ROOT}/e.mp3", "e.mp3", 5),
        Beside(f"{ROOT}/%E9%9F%B3/a%20b.mp3?v=1#t", "音/a b.mp3", 4),
    )


def test_a_type_that_is_not_told() -> None:
    assert media("enclosure: /x").enclosures == (Enclosure(f"{ROOT}/x", "application/octet-stream"),)
    assert codes("enclosure: /x") == [("media-type", 3)]
    assert [each.media_type for each in media("audio: {url: /y, type: audio/opus}").enclosures] == ["audio/opus"]
    assert codes("audio: {url: /y.mp3, type: sound}") == [("media-type", 3)]
    assert media("audio: {url: /y.mp3, type: sound}").enclosures[0].media_type == "audio/mpeg"


@pytest.mark.parametrize("written", ["https://www.youtube.com/watch?v=x", "dQw4w9WgXcQ", "{url: /y, type: film}"])
def test_a_video_that_is_no_file(written: str) -> None:
    assert not media(f"video: {written}")
    assert {code for code, _ in codes(f"video: {written}")} == {"media-type"}


def test_a_host_that_validators_refuse() -> None:
    front = "image: https://my_bucket.example.org/x.png\naudio: https://my_bucket.example.org/x_y.mp3"
    assert (media(front).enclosures, codes(front)) == ((), [("media-url", 4)])
    assert media("audio: https://e.example.org/x_y.mp3").enclosures


def test_a_flag_is_no_file() -> None:
    assert not media("audio: true\nvideo: yes\nimage: true")
    assert not codes("audio: true\nvideo: yes\nimage: true")


def test_what_is_no_length_or_duration() -> None:
    assert codes("audio: /a.mp3\nlength: 3 MB\nduration: soon") == [("media-length", 4), ("media-duration", 5)]
    assert media("audio: /a.mp3\nlength: 3 MB\nduration: soon").enclosures == (
        Enclosure(f"{ROOT}/a.mp3", "audio/mpeg"),
    )


def test_without_a_file_such_words_mean_something_else() -> None:
    front = "length: long\nduration: soon\nepisode: zero\nexplicit: maybe\nitunes: {season: x}"
    assert (media(front), codes(front)) == (Media(), [])


def test_a_mapping_that_names_no_file() -> None:
    assert codes("audio: {ogg: x.ogg}") == [("media-url", 3)]


def test_types_are_the_same_on_any_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mimetypes, "guess_type", None)
    assert media_type("https://e.org/A.B/c.MP3?x.pdf#y.zip") == "audio/mpeg"
    assert media_type("https://e.org/mp3") == media_type("https://e.org/c.wat") == ""


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("754", 754),
        ("754.9", 754),
        ("12:34", 754),
        ("90:00", 5400),
        ("1:02:03", 3723),
        ("01:02:03.5", 3723),
        ("PT1H2M3S", 3723),
        ("pt45m", 2700),
        ("1h 2m", 3720),
        ("45 min", 2700),
        ("30 seconds", 30),
    ],
)
def test_durations(written: str, expected: int) -> None:
    assert seconds(written) == expected


@given(st.text(max_size=20))
def test_any_text_is_a_duration_or_is_not(written: str) -> None:
    try:
        assert seconds(written) >= 0
    except ValueError:
        pass
    else:
        assert any(char.isdigit() for char in written)


@pytest.mark.parametrize("written", ["", "PT", "h", "1:60", "1:2:3:4", "一小时", "-5", "1d", "٣"])
def test_no_durations(written: str) -> None:
    with pytest.raises(ValueError, match=f"^{written}$"):
        seconds(written)


# ------------------------------------------------------------------ episodes


def test_a_file_alone_is_no_episode() -> None:
    assert media("audio: /a.mp3\nimage: /x.png").episode is None


WHOLE = Episode(3, 2, "bonus", explicit=True, title="三", subtitle="短", summary="长", author="甲 A", block=True)


@pytest.mark.parametrize(
    "front",
    [
        """itunes: {episode: 3, season: '02', episodeType: Bonus, explicit: yes, title: 三, subtitle: 短, summary: 长,
  author: 甲 A, block: Yes}""",
        """itunes_episode: 3\nitunes_season: 2\nitunes_episode_type: bonus\nitunes_explicit: true\nitunes_title: 三
itunes_subtitle: 短\nitunes_summary: 长\nitunes_author: 甲 A\nitunes_block: yes""",
        """itunes:episode: 3\nitunes:season: 2\nitunes:episodeType: bonus\nitunes:explicit: true\nitunes:title: 三
itunes:subtitle: 短\nitunes:summary: 长\nitunes:author: 甲 A\nitunes:block: yes""",
        """episode: 3\nseason: 2\nepisode_type: bonus\nexplicit: yes\nsubtitle: 短
podcast: {title: 三, description: 长, author: 甲 A, block: true}""",
        """episode: 9\npodcast: {episode: 8, season: 2, type: bonus}\nitunes_explicit: explicit\nsubtitle: 短
itunes: {number: 3, title: 三, summary: 长, author: 甲 A, block: on}""",
    ],
)
def test_an_episode_in_every_form(front: str) -> None:
    assert episode(front) == WHOLE
    assert not codes(f"audio: /a.mp3\n{front}")


def test_a_duration_makes_an_episode() -> None:
    assert episode("duration: 5") == Episode()


def test_texts_of_an_episode_are_plain_and_within_bounds() -> None:
    found = episode(f"itunes: {{title: '<b>R&D</b> &amp; 5 < 6', subtitle: '{'长' * 300}', summary: '{'x' * 5000}'}}")
    assert found.title == "R&D & 5 < 6"
    assert (len(found.subtitle), found.subtitle[-1]) == (255, "…")
    assert len(found.summary) == 4000


def test_the_summary_of_an_episode_is_that_of_its_post_unless_it_has_one() -> None:
    front = "audio: /a.mp3\nitunes: {summary: 一集}"
    summaries = [post.summary for more in ("", "\ndescription: 自己") if (post := read(front + more).post)]
    assert summaries == ["一集", "自己"]


def test_the_picture_of_an_episode() -> None:
    assert episode("itunes: {image: {href: /x.jpg}}").image == f"{ROOT}/x.jpg"
    assert episode("itunes_image: x.jpg").image == f"{ROOT}/x.jpg"
    assert codes("audio: /a.mp3\nitunes_image: 'mailto:x'") == [("media-url", 4)]


@pytest.mark.parametrize(
    "front", ["episode: zero", "season: 0", "itunes: {type: special}", "explicit: maybe", "itunes_episode: ３"]
)
def test_what_an_episode_cannot_say(front: str) -> None:
    assert codes(f"audio: /a.mp3\n{front}") == [("media-episode", 4)]
    assert episode(front) == Episode()


def test_an_episode_that_apples_directory_does_not_take() -> None:
    assert codes("audio: /a.ogg\nduration: 5") == [("media-podcast", 4)]
    assert media("audio: /a.ogg\nduration: 5").episode == Episode()
    assert codes("audio: /a.ogg") == []


@given(
    st.sampled_from(["image", "enclosure", "enclosures", "audio", "itunes", "duration", "length"]), st.text(max_size=30)
)
def test_any_value_is_read_or_told(key: str, value: str) -> None:
    written = value.replace("'", "''").replace("\x00", "")
    parsed = parse(
        f"---\ntitle: x\naudio: /a.mp3\n{key}: '{written}'\n---\nx".encode(errors="replace"), PATH, JEKYLL, SITE, SEEN
    )
    assert parsed.post is not None
    assert all(each.url.startswith("http") and each.url.isascii() for each in parsed.post.media.enclosures)
