"""A zip with many bundles: the worker makes a draft of each, one bad one spoils none, and hostile zips are refused."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy

from engine import Words
from tests.support import machines, office
from tests.support.office import person
from tests.webapp.browsing import Browser
from tests.webapp.test_bundle_commands import counted, renamed
from webapp import clock, file_store
from webapp.catalogue import current_releases, release_files
from webapp.clock import frozen_at
from webapp.errors import FileRefused, NotFound, NotYours
from webapp.queries import bundle_imports as queries
from webapp.services import bundle_imports, cleaning, forgotten_batches
from webapp.services.bundle_archives import has_many, read_archive
from webapp.services.files import Upload
from webapp.services.release_uploads import zip_of
from webapp.services.turns import CLAIMED_FOR
from webapp.unit_of_work import sql

DESIGNER, LEGAL = "taoran", "qixin"


def bundle(key: str) -> dict[str, bytes]:
    return renamed(release_files(current_releases()[office.BUNDLE]), key)


def zipped(files: Mapping[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, content in files.items():
            archive.writestr(path, content)
    return target.getvalue()


def in_folders(*keys: str, before: str = "") -> dict[str, bytes]:
    """Each bundle in a folder of its own."""
    return {f"{before}{key}/{path}": content for key in keys for path, content in bundle(key).items()}


def imported(content: bytes, name: str = "many.zip", note: str = "") -> int:
    run = bundle_imports.begin(name, content, by=person(DESIGNER), note=note)
    while queries.import_of(run).ended_at is None:
        bundle_imports.work(run)
    return run


def told(run: int) -> list[tuple[str, str, str]]:
    return [(one.name, one.state, one.key) for one in queries.parts_of(run)]


def test_each_bundle_of_the_zip_becomes_a_draft_with_its_findings(db: SQLAlchemy) -> None:
    broken = {**bundle("b-two"), "items/P2.toml": b"broken ="}
    files = in_folders("a-one") | {f"b-two/{path}": content for path, content in broken.items()}
    run = imported(zipped(files), note="全市同批")
    assert told(run) == [("a-one", "drafted", "a-one"), ("b-two", "drafted", "b-two")]
    good, bad = queries.parts_of(run)
    assert good.errors == 0
    assert bad.errors > 0
    assert good.release_id is not None
    assert release_files(good.release_id) == bundle("a-one")
    row = sql().execute("select note from release where id = %s", (good.release_id,)).fetchone()
    assert row == ("全市同批",)


def test_one_bad_bundle_spoils_none(db: SQLAlchemy) -> None:
    files = in_folders("a-one", "d-four", before="一件事/")
    files |= {"一件事/b-two/bundle.toml": b"key = 5", "一件事/c-three.zip": b"no zip", "一件事/README.md": b"# Read me"}
    files |= {"一件事/e-five/bundle.toml": b'key = "e-five"', "一件事/e-five/run.exe": b"MZ"}
    run = imported(zipped(files))
    assert told(run) == [
        ("一件事/a-one", "drafted", "a-one"),
        ("一件事/b-two", "refused", ""),
        ("一件事/c-three.zip", "refused", ""),
        ("一件事/d-four", "drafted", "d-four"),
        ("一件事/e-five", "refused", ""),
        ("一件事/README.md", "refused", ""),
    ]
    why = [one.why.zh for one in queries.parts_of(run)]
    for number, said in ((1, "bundle.toml"), (2, "不是压缩包"), (4, "run.exe"), (5, "不属于任何一件事")):
        assert said in why[number]


def test_zips_inside_are_bundles_as_they_were_exported(db: SQLAlchemy) -> None:
    run = imported(zipped({f"{key}.zip": zip_of(bundle(key)) for key in ("a-one", "b-two")}))
    assert told(run) == [("a-one.zip", "drafted", "a-one"), ("b-two.zip", "drafted", "b-two")]
    again = imported(zipped(in_folders("a-one", "c-three")))
    assert told(again) == [("a-one", "same", "a-one"), ("c-three", "drafted", "c-three")]


def test_what_a_bundle_costs_does_not_grow_with_their_number(db: SQLAlchemy) -> None:
    costs = []
    for number in (2, 6):
        run = bundle_imports.begin(
            "many.zip", zipped(in_folders(*(f"n{number}-{each}" for each in range(number)))), by=person(DESIGNER)
        )
        with counted(sql()) as statements:
            bundle_imports.work(run)
        costs.append((len(statements), number))
    (few, two), (many, six) = costs
    assert (many - few) % (six - two) == 0
    assert few < (many - few) // (six - two) * two + 30  # beside the bundles there is next to nothing


def test_the_names_of_all_its_bundles_are_read_at_once(db: SQLAlchemy) -> None:
    costs = []
    for number in (2, 5):
        run = imported(zipped(in_folders(*(f"m{number}-{each}" for each in range(number)))))
        with counted(sql()) as statements:
            parts = queries.parts_of(run)
        assert [one.called and one.called.zh for one in parts] == ["开办药店"] * number
        costs.append(len(statements))
    assert costs == [2, 2]


def test_a_bundle_that_breaks_the_checks_again_and_again_is_left_out(
    db: SQLAlchemy, monkeypatch: pytest.MonkeyPatch
) -> None:
    check = bundle_imports.check_files

    def breaking(key: str, files: Mapping[str, bytes]) -> object:
        if key == "a-one":
            raise RuntimeError("a fault of ours")
        return check(key, files)

    monkeypatch.setattr(bundle_imports, "check_files", breaking)
    run = bundle_imports.begin("many.zip", zipped(in_folders("a-one", "b-two")), by=person(DESIGNER))
    moment = clock.now()
    for _ in range(3):
        with frozen_at(moment):
            bundle_imports.work(run)
        moment += timedelta(minutes=1)
    with frozen_at(moment):
        bundle_imports.work(run)
    assert told(run) == [("a-one", "refused", ""), ("b-two", "drafted", "b-two")]
    assert queries.parts_of(run)[0].why == Words(
        "处理这件事时程序出错 3 次，没有处理", "working on this bundle failed with an error, 3 times: not done"
    )
    assert queries.import_of(run).ended_at is not None


def test_a_job_that_comes_late_takes_nothing_back(db: SQLAlchemy, monkeypatch: pytest.MonkeyPatch) -> None:
    run = bundle_imports.begin("many.zip", zipped(in_folders("a-one", "b-two")), by=person(DESIGNER))
    check = bundle_imports.check_files

    def overtaken(key: str, files: Mapping[str, bytes]) -> object:
        if key == "a-one" and counting.pop():  # its claim has lapsed, and another job has done what it was at
            with frozen_at(clock.now() + CLAIMED_FOR + timedelta(seconds=1)):
                bundle_imports.work(run)
            raise FileRefused("a-one", Words("太迟", "too late"))
        return check(key, files)

    counting = [False, True]
    monkeypatch.setattr(bundle_imports, "check_files", overtaken)
    bundle_imports.work(run)
    assert told(run) == [("a-one", "drafted", "a-one"), ("b-two", "drafted", "b-two")]


def test_a_zip_that_is_gone_ends_its_import_in_words(client: FlaskClient) -> None:
    content = zipped(in_folders("a-one", "b-two"))
    run = bundle_imports.begin("many.zip", content, by=person(DESIGNER))
    file_store.remove_if_unused_since(file_store.put(content), clock.now() + timedelta(days=1))
    bundle_imports.work(run)
    assert queries.import_of(run).ended_at is not None
    assert told(run) == [("a-one", "refused", ""), ("b-two", "refused", "")]
    assert {one.why for one in queries.parts_of(run)} == {bundle_imports.GONE}
    bundle_imports.work(run)
    machines.taken()
    assert forgotten_batches.defer_forgotten() == 0
    browser = Browser.of(client, DESIGNER)
    browser.open("/notices")
    assert browser.text.count(f"批量导入 {run} 没有做完：压缩包在文件库中找不到或者已经损坏，没有导入。") == 1


LINK = 0o120777 << 16


def linked() -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("a-one/bundle.toml", b'key = "a-one"')
        archive.writestr("b-two/bundle.toml", b'key = "b-two"')
        entry = zipfile.ZipInfo("b-two/secret.md")
        entry.external_attr = LINK
        archive.writestr(entry, "/etc/passwd")
    return target.getvalue()


def bomb() -> bytes:
    """Two folders and 1.1 GB of nothing."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for key in ("a-one", "b-two"):
            archive.writestr(f"{key}/bundle.toml", f'key = "{key}"')
        with archive.open("a-one/guide/zh.md", "w", force_zip64=True) as file:
            for _ in range(1100):
                file.write(bytes(1024 * 1024))
    return target.getvalue()


HOSTILE = {
    "climbing": (lambda: zipped({"a/bundle.toml": b"", "b/bundle.toml": b"", "b/../../x.md": b"x"}), "文件路径"),
    "absolute": (lambda: zipped({"a/bundle.toml": b"", "b/bundle.toml": b"", "/etc/x.md": b"x"}), "文件路径"),
    "a link": (linked, "是链接"),
    "a bomb": (bomb, "解压后超过"),
    "10,000 entries": (
        lambda: zipped({"bundle.toml": b'key = "a-one"', **{f"documents/{n}.md": b"x" for n in range(10_000)}}),
        "1000 个文件",
    ),
    "10,000 folders": (lambda: zipped({f"b{n}/bundle.toml": b"" for n in range(10_000)}), "超过 1000 件事"),
    "no zip": (lambda: b"PK\x03\x04 nothing", "不是压缩包"),
    "nothing of a bundle": (lambda: zipped({"a.txt": b"", "b/c.md": b""}), "不是一件事的文件"),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_zips_are_refused_in_words_through_the_page(client: FlaskClient, kind: str) -> None:
    made, said = HOSTILE[kind]
    before = sql().execute("select count(*) from bundle_import").fetchone()
    browser = Browser.of(client, DESIGNER)
    browser.open("/studio/new")
    browser.submit("/new", {"note": "全市"}, files={"file": [Upload("many.zip", made())]})
    assert browser.status == 422
    (error,) = browser.errors()
    assert "many.zip" in error
    assert said in error
    assert browser.form("/new").fields["note"] == "全市"
    assert sql().execute("select count(*) from bundle_import").fetchone() == before


def test_one_folder_with_too_many_files_is_refused_alone(db: SQLAlchemy) -> None:
    files = in_folders("a-one") | {"b-two/bundle.toml": b'key = "b-two"'}
    files |= {f"b-two/documents/{number}.md": b"x" for number in range(1001)}
    run = imported(zipped(files))
    assert told(run) == [("a-one", "drafted", "a-one"), ("b-two", "refused", "")]


def test_a_zip_of_one_bundle_is_none_of_many(db: SQLAlchemy) -> None:
    assert not has_many(zip_of(bundle("a-one")))
    assert not has_many(zipped(in_folders("a-one")))
    assert not has_many(b"")
    assert has_many(zipped(in_folders("a-one", "b-two")))
    inner = zipped({"a-one/bundle.toml": b"", "a-one/part/bundle.toml": b"", "b.zip": b""})
    assert list(read_archive("x.zip", inner).bundles) == ["a-one/", "b.zip"]


def test_only_a_designer_imports(db: SQLAlchemy) -> None:
    with pytest.raises(NotYours):
        bundle_imports.begin("many.zip", zipped(in_folders("a-one", "b-two")), by=person(LEGAL))
    with pytest.raises(FileRefused):
        bundle_imports.begin("many.zip", b"", by=person(DESIGNER))


def test_the_page_tells_how_far_it_is_and_what_became_of_each(client: FlaskClient) -> None:
    browser = Browser.of(client, DESIGNER)
    browser.open("/studio/new")
    content = zipped(in_folders("a-one", "b-two") | {"c-three/bundle.toml": b"key = 5"})
    browser.submit("/new", {"note": "全市同批"}, files={"file": [Upload("many.zip", content)]})
    assert browser.heading == "批量导入：many.zip"
    assert "已处理 0 / 3 件事" in browser.text
    address = browser.url
    (progress,) = browser.page.xpath("//*[@id='import']/@hx-get")
    tag = client.get(progress).headers["ETag"]
    assert client.get(progress, headers={"If-None-Match": tag}).status_code == 304
    bundle_imports.work(int(address.rpartition("/")[2]))
    answer = client.get(progress, headers={"If-None-Match": tag})
    assert "已处理 3 / 3 件事" in answer.get_data(as_text=True)
    browser.open(address)
    for said in ("已完成", "已存为草稿 2", "没有导入 1", "开办药店 第 1 版 a-one", "其中没有可读的 bundle.toml"):
        assert said in browser.text
    assert not browser.page.xpath("//*[@hx-get and @id='import']")
    browser.open("/studio/imports")
    assert "3 / 3" in browser.text
    browser.open("/studio/imports/999999")
    assert browser.status == 404


def test_the_zip_goes_when_it_has_served_its_time(db: SQLAlchemy) -> None:
    content = zipped(in_folders("a-one", "b-two"))
    imported(content)
    digest = file_store.put(content)
    with clock.frozen_at(clock.now() + timedelta(days=30)):
        cleaning.clean()
    assert sql().execute("select digest from bundle_import").fetchall() == [("",)]
    with pytest.raises(NotFound):
        file_store.get(digest)
