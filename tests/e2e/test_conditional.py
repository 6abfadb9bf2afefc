"""Conditional requests, codings and methods over raw sockets, from two workers that must answer alike."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from email.utils import formatdate, parsedate_to_datetime

import brotli
import pytest

from tests.e2e.server import Answer, Server, Site, post

ADDRESS = "/category/%E8%A6%81%E9%97%BB/rss.xml"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("conditional")
    site = Site.make(folder / "site")
    for number in range(5):
        site.write(f"p{number}", post(f"题 {number}", body="好 words " * 200), old=True)
    with Server(site.root, folder / "state", workers=2) as made:
        yield made


def test_both_workers_answer_alike(server: Server) -> None:
    server.wait_workers(2)
    before = server.answered()
    answers: list[Answer] = []
    for _ in range(400):
        answers += [server.get(ADDRESS), server.get(ADDRESS, {"Accept-Encoding": "gzip"})]
        after = server.answered()
        if all(now - then > 10 for now, then in zip(after, before, strict=True)):
            break
    else:
        pytest.fail(f"one worker got all the requests: {before} {after}")
    assert len({(answer.body, answer.validators) for answer in answers[0::2]}) == 1
    assert len({(answer.body, answer.validators) for answer in answers[1::2]}) == 1


def status(server: Server, *lines: str, method: str = "GET", version: str = "1.1") -> tuple[int, bytes, bytes]:
    """Status, head and body of a request with these header lines."""
    head = "".join(f"{line}\r\n" for line in ("Host: x", "Connection: close", *lines))
    answer = server.raw(f"{method} {ADDRESS} HTTP/{version}\r\n{head}\r\n".encode())
    top, _, body = answer.partition(b"\r\n\r\n")
    return int(top.split()[1]), top.lower(), body


@pytest.mark.parametrize("coding", ["identity", "gzip", "br"])
def test_if_none_match(server: Server, coding: str) -> None:
    accept = f"Accept-Encoding: {coding}"
    tag = server.get(ADDRESS, {"Accept-Encoding": coding}).headers["etag"]
    for lines in (
        [f"If-None-Match: {tag}"],
        [f"If-None-Match: W/{tag}"],
        [f'If-None-Match: "a,b", {tag}, "c"'],
        ['If-None-Match: "a"', f"If-None-Match: {tag}"],
        ["If-None-Match: *"],
        [f"If-None-Match: {tag}", "If-Modified-Since: Thu, 01 Jan 1970 00:00:00 GMT"],
    ):
        code, head, body = status(server, accept, *lines)
        assert (code, body) == (304, b""), lines
        assert b"content-length" not in head
        assert b"vary: accept-encoding" in head
        assert b"cache-control: public" in head
        assert f"etag: {tag}".encode() in head
    for lines in (
        ['If-None-Match: "other"'],
        ['If-None-Match: "other"', f"If-Modified-Since: {formatdate(4e9, usegmt=True)}"],
        ['If-None-Match: "*"'],
    ):
        assert status(server, accept, *lines)[0] == 200, lines


def test_each_coding_has_a_tag_of_its_own(server: Server) -> None:
    answers = {coding: server.get(ADDRESS, {"Accept-Encoding": coding}) for coding in ("identity", "gzip", "br")}
    assert len({answer.headers["etag"] for answer in answers.values()}) == 3
    assert all(not answer.headers["etag"].startswith("W/") for answer in answers.values())
    assert gzip.decompress(answers["gzip"].body) == answers["identity"].body
    assert brotli.decompress(answers["br"].body) == answers["identity"].body
    assert len({answer.headers["last-modified"] for answer in answers.values()}) == 1
    gzip_tag = answers["gzip"].headers["etag"]
    assert server.get(ADDRESS, {"If-None-Match": gzip_tag}).status == 200
    assert server.get(ADDRESS, {"If-None-Match": gzip_tag, "Accept-Encoding": "gzip"}).status == 304
    refused = server.get(ADDRESS, {"Accept-Encoding": "gzip;q=0, br;q=0"})
    assert refused.headers["etag"] == answers["identity"].headers["etag"]


def test_if_modified_since(server: Server) -> None:
    modified = parsedate_to_datetime(server.get(ADDRESS).headers["last-modified"])
    same, before = modified.timestamp(), modified.timestamp() - 1
    asctime = modified.strftime("%a %b %e %H:%M:%S %Y")
    rfc850 = modified.strftime("%A, %d-%b-%y %H:%M:%S GMT")
    for date, expected in (
        (formatdate(same, usegmt=True), 304),
        (formatdate(same + 999, usegmt=True), 304),
        (formatdate(before, usegmt=True), 200),
        (asctime, 304),
        (rfc850, 304),
        ("yesterday", 200),
        ("0", 200),
    ):
        assert status(server, f"If-Modified-Since: {date}")[0] == expected, date


def test_preconditions(server: Server) -> None:
    tag = server.get(ADDRESS).headers["etag"]
    assert status(server, f"If-Match: {tag}")[0] == 200
    assert status(server, 'If-Match: "other"')[0] == 412
    assert status(server, "If-Unmodified-Since: Thu, 01 Jan 1970 00:00:00 GMT")[0] == 412


def test_head_is_get_without_a_body(server: Server) -> None:
    for sent in ({}, {"Accept-Encoding": "br"}, {"If-None-Match": "*"}):
        get, head = server.get(ADDRESS, sent), server.ask("HEAD", ADDRESS, sent)
        for answer in (get, head):
            answer.headers.pop("date", None)
        assert (head.status, head.headers, head.body) == (get.status, get.headers, b"")


def test_other_methods(server: Server) -> None:
    preflight = {"Origin": "https://reader.example", "Access-Control-Request-Method": "GET"}
    options = server.ask("OPTIONS", ADDRESS, preflight)
    assert (options.status, options.body) == (204, b"")
    assert options.headers["allow"] == "GET, HEAD, OPTIONS"
    assert "If-None-Match" in options.headers["access-control-allow-headers"]
    for method in ("POST", "PUT", "DELETE", "PATCH"):
        refused = server.ask(method, ADDRESS)
        assert refused.status == 405
        assert "GET" in refused.headers["allow"]
        assert refused.json()["error"]["code"] == "method_not_allowed"
    assert server.get("/rebuild").status == 405


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/tag/none/rss.xml", (404,)),
        ("/nowhere", (404,)),
        ("/category/%E8%A6%81%E9%97%BB/rss.xml?utm_source=x", (200,)),
        ("/category/%e8%a6%81%e9%97%bb/rss.xml", (200,)),
        ("/category/%ff/rss.xml", (400, 404)),
        ("/category/%zz/rss.xml", (400, 404)),
        ("/tag/%00/rss.xml", (400, 404)),
        ("/tag/../rss.xml", (400, 404)),
        ("/" + "a" * 9000, (404, 414)),
        ("/builds/99999999999999999999999", (401, 404)),
        ("//rss.xml", (200, 404)),
    ],
)
def test_addresses_that_are_odd(server: Server, path: str, expected: tuple[int, ...]) -> None:
    answer = server.raw(f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
    assert int(answer.split()[1]) in expected


def test_requests_in_a_row_on_one_connection(server: Server) -> None:
    tag = server.get(ADDRESS).headers["etag"]
    plain = f"GET {ADDRESS} HTTP/1.1\r\nHost: x\r\n\r\n".encode()
    known = f"GET {ADDRESS} HTTP/1.1\r\nHost: x\r\nIf-None-Match: {tag}\r\n\r\n".encode()
    missing = b"GET /none HTTP/1.1\r\nHost: x\r\n\r\n"
    last = b"HEAD /atom.xml HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    answer = server.raw(plain + known + missing + known + plain + last)
    parts = answer.split(b"HTTP/1.1 ")[1:]
    assert [int(part[:3]) for part in parts] == [200, 304, 404, 304, 200, 200]
    body = server.get(ADDRESS).body
    assert parts[0].endswith(body)
    assert parts[4].endswith(body)


def test_http_1_0_is_answered(server: Server) -> None:
    answer = server.raw(f"GET {ADDRESS} HTTP/1.0\r\n\r\n".encode())
    assert answer.startswith(b"HTTP/1.0 200")
    assert answer.partition(b"\r\n\r\n")[2] == server.get(ADDRESS).body


def test_what_the_client_says_of_hosts_gets_in_nowhere(server: Server) -> None:
    sent = {"Host": "evil.example", "X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "ftp"}
    for path in (ADDRESS, "/", "/feeds.opml", "/feed", "/feed.xml", "/category/%E8%A6%81%E9%97%BB"):
        answer = server.get(path, sent)
        assert "evil.example" not in str(answer.headers) + answer.text
        assert answer.status in (200, 301)
