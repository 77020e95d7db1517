import gzip
import os
from pathlib import Path

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

PAGE = "<!DOCTYPE html><title>shop</title>"
SCRIPT = "export const fresh = true\n" * 100


@pytest.fixture
def built(tmp_path: Path, settings: Settings) -> Path:
    """A small H5 build beside a file that nobody may read."""
    build = tmp_path / "h5"
    (build / "assets").mkdir(parents=True)
    (build / "static" / "tab").mkdir(parents=True)
    (build / "index.html").write_text(PAGE)
    (build / "assets" / "index-Bx3.js").write_text(SCRIPT)
    (build / "assets" / "uni.4f.css").write_text("body{}")
    (build / "static" / "tab" / "home.png").write_bytes(b"\x89PNG")
    (tmp_path / "secret.txt").write_text("secret")
    settings.MINIAPP_H5 = build
    return build


def test_the_page_is_asked_for_each_time(client: Client, built: Path) -> None:
    answer = client.get("/h5/")
    assert (answer.status_code, answer.content.decode()) == (200, PAGE)
    assert answer["Content-Type"] == "text/html; charset=utf-8"
    assert answer["Cache-Control"] == "no-cache"


def test_an_unchanged_page_is_not_sent_again(client: Client, built: Path) -> None:
    etag = client.get("/h5/")["ETag"]
    again = client.get("/h5/", headers={"If-None-Match": etag})
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", etag)
    (built / "index.html").write_text("<!DOCTYPE html><title>new build</title>")
    renewed = client.get("/h5/", headers={"If-None-Match": etag})
    assert (renewed.status_code, renewed.content) == (200, b"<!DOCTYPE html><title>new build</title>")


@pytest.mark.parametrize(
    ("name", "kind", "cache"),
    [
        ("assets/index-Bx3.js", "text/javascript; charset=utf-8", "public, max-age=31536000, immutable"),
        ("assets/uni.4f.css", "text/css; charset=utf-8", "public, max-age=31536000, immutable"),
        ("static/tab/home.png", "image/png", "no-cache"),
        ("index.html", "text/html; charset=utf-8", "no-cache"),
    ],
)
def test_files_have_their_type_and_hashed_ones_are_kept_for_ever(
    client: Client, built: Path, name: str, kind: str, cache: str
) -> None:
    answer = client.get(f"/h5/{name}")
    assert (answer.status_code, answer["Content-Type"], answer["Cache-Control"]) == (200, kind, cache)
    assert answer.content == (built / name).read_bytes()


def test_large_text_is_zipped_for_who_accepts_it(client: Client, built: Path) -> None:
    zipped = client.get("/h5/assets/index-Bx3.js", headers={"Accept-Encoding": "gzip, br"})
    assert zipped["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in zipped["Vary"]
    assert gzip.decompress(zipped.content).decode() == SCRIPT
    for refused in ("identity", "gzip;q=0"):
        plain = client.get("/h5/assets/index-Bx3.js", headers={"Accept-Encoding": refused})
        assert "Content-Encoding" not in plain
        assert plain.content.decode() == SCRIPT


@pytest.mark.parametrize(
    "name",
    [
        "../secret.txt",
        "..%2fsecret.txt",
        "assets/../../secret.txt",
        "assets/%2e%2e/%2e%2e/secret.txt",
        "/etc/passwd",
        "%00",
        "a" * 5000,
        "assets",
        "missing.js",
    ],
)
def test_nothing_but_files_of_the_build_is_served(client: Client, built: Path, name: str) -> None:
    answer = client.get(f"/h5/{name}")
    assert answer.status_code == 404
    assert b"secret" not in answer.content


def test_a_link_out_of_the_build_is_not_followed(client: Client, built: Path) -> None:
    os.symlink(built.parent / "secret.txt", built / "assets" / "link.txt")
    assert client.get("/h5/assets/link.txt").status_code == 404


def test_without_a_build_the_page_says_how_to_make_one(
    client: Client, tmp_path: Path, settings: Settings
) -> None:
    settings.MINIAPP_H5 = tmp_path / "nothing"
    for address in ("/h5/", "/h5/index.html"):
        answer = client.get(address)
        assert answer.status_code == 503
        assert "make run" in answer.content.decode()
        assert answer["Cache-Control"] == "no-store"
    assert client.get("/h5/assets/index-Bx3.js").status_code == 404


def test_files_are_only_read(client: Client, built: Path) -> None:
    assert client.post("/h5/").status_code == 405
    assert client.head("/h5/").status_code == 200


def test_a_file_costs_no_question_to_the_database(
    client: Client, built: Path, db: None, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(0):
        client.get("/h5/assets/index-Bx3.js")
