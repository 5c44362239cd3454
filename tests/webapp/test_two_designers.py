"""Two designers on one working copy: each sees the other, and what both did is put together; nothing is lost."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy

from engine import Finding
from engine.merging import Side
from tests.support import office
from tests.support.designers import SECOND
from tests.support.office import person
from tests.webapp.browsing import Browser
from webapp import clock
from webapp.catalogue import current_releases
from webapp.errors import NotFound, NotYours
from webapp.queries.working_copies import changes_of, digests_of, file_of
from webapp.services import asides, cleaning, copy_ending, copy_presence, working_copies
from webapp.services.asides import MergedBroken, StillChanging, StillOpen, aside_of
from webapp.services.working_copies import CopyEnded

FIRST, REVIEWER = "taoran", "zhaolin"
LICENCE, ITEM = "_shared/item-licence.bpmn", "items/P2.toml"
NAME = 'name="补正材料"'


@pytest.fixture
def copy_id(db: SQLAlchemy) -> int:
    return working_copies.begin(current_releases()[office.BUNDLE], "两人同改", by=person(FIRST))


def text_of(copy_id: int, path: str = LICENCE) -> str:
    return file_of(copy_id, path)[0].decode()


def late(copy_id: int, theirs: tuple[str, str], mine: tuple[str, str], path: str = LICENCE) -> int:
    """Both open the file, the first saves `theirs`, the second comes too late with `mine`; the id of what is kept."""
    before, base = text_of(copy_id, path), digests_of(copy_id)[path]
    assert theirs[0] in before
    assert mine[0] in before
    working_copies.save(copy_id, path, before.replace(*theirs, 1).encode(), base, by=person(FIRST))
    return asides.set_aside(copy_id, path, before.replace(*mine, 1).encode(), base, by=person(SECOND))


def test_what_was_done_at_different_places_is_saved_together(copy_id: int) -> None:
    kept = late(copy_id, (NAME, 'name="补齐材料"'), ('name="审查意见"', 'name="提出意见"'))
    assert aside_of(kept, by=person(SECOND)).merged().conflicts == ()
    asides.merge(kept, by=person(SECOND))
    assert 'name="补齐材料"' in text_of(copy_id)
    assert 'name="提出意见"' in text_of(copy_id)
    assert [(one.by, one.note) for one in changes_of(copy_id)] == [("顾研", "合并两人的修改"), ("陶然", "")]


def test_only_what_both_changed_is_asked_and_a_choice_is_kept(copy_id: int) -> None:
    kept = late(copy_id, (NAME, 'name="补齐材料"'), (NAME, 'name="补交材料"'))
    (conflict,) = aside_of(kept, by=person(SECOND)).merged().open
    assert (conflict.element, conflict.mine, conflict.theirs) == ("correct", "补交材料", "补齐材料")
    with pytest.raises(StillOpen, match="differently: 1"):
        asides.merge(kept, by=person(SECOND))
    asides.choose(kept, {conflict.mark: Side.MINE, "of another file": Side.MINE}, by=person(SECOND))
    assert aside_of(kept, by=person(SECOND)).choices == {conflict.mark: Side.MINE}
    asides.merge(kept, by=person(SECOND))
    assert 'name="补交材料"' in text_of(copy_id)


def test_a_choice_counts_no_more_when_the_colleague_saves_again(copy_id: int) -> None:
    kept = late(copy_id, (NAME, 'name="补齐材料"'), (NAME, 'name="补交材料"'))
    (conflict,) = aside_of(kept, by=person(SECOND)).merged().open
    asides.choose(kept, {conflict.mark: Side.THEIRS}, by=person(SECOND))
    now = text_of(copy_id)
    saved = now.replace('name="补齐材料"', 'name="补全材料"').encode()
    working_copies.save(copy_id, LICENCE, saved, digests_of(copy_id)[LICENCE], by=person(FIRST))
    (again,) = aside_of(kept, by=person(SECOND)).merged().open
    assert again.theirs == "补全材料"


def test_what_is_saved_while_the_merged_file_is_checked_is_not_overwritten(
    copy_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = late(copy_id, (NAME, 'name="补齐材料"'), ('name="审查意见"', 'name="提出意见"'))
    later, check = text_of(copy_id).replace('name="作出决定"', 'name="决定"', 1), asides.check_files
    assert later != text_of(copy_id)

    def checked(key: str, files: dict[str, bytes]) -> list[Finding]:
        working_copies.save(copy_id, LICENCE, later.encode(), digests_of(copy_id)[LICENCE], by=person(FIRST))
        return check(key, files)

    monkeypatch.setattr(asides, "check_files", checked)
    asides.merge(kept, by=person(SECOND))
    for name in ("补齐材料", "提出意见", "决定"):
        assert f'name="{name}"' in text_of(copy_id)


def test_a_merge_gives_up_where_the_copy_is_saved_each_time(copy_id: int, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = late(copy_id, (NAME, 'name="补齐材料"'), ('name="审查意见"', 'name="提出意见"'))
    texts = iter(range(100))

    def checked(key: str, files: dict[str, bytes]) -> list[Finding]:
        text = f"# {next(texts)}\n".encode()
        working_copies.save(copy_id, "guide/zh.md", text, digests_of(copy_id)["guide/zh.md"], by=person(FIRST))
        return []

    monkeypatch.setattr(asides, "check_files", checked)
    with pytest.raises(StillChanging):
        asides.merge(kept, by=person(SECOND))
    assert 'name="提出意见"' not in text_of(copy_id)


def test_what_comes_of_it_passes_the_checks_or_does_not_replace(copy_id: int) -> None:
    group = '<zeebe:assignmentDefinition candidateGroups="window.clerk" />'
    kept = late(copy_id, (NAME, 'name="补齐材料"'), (group, ""))
    now = digests_of(copy_id)
    with pytest.raises(MergedBroken) as refused:
        asides.merge(kept, by=person(SECOND))
    assert [(one.code, one.element) for one in refused.value.findings] == [("no-candidate-group", "correct")]
    assert digests_of(copy_id) == now
    assert aside_of(kept, by=person(SECOND)).state == "open"


def test_instead_it_becomes_a_working_copy_of_its_own(copy_id: int) -> None:
    kept = late(copy_id, (NAME, 'name="补齐材料"'), (NAME, 'name="补交材料"'))
    made = asides.copy_apart(kept, by=person(SECOND))
    assert 'name="补交材料"' in text_of(made)
    assert 'name="补齐材料"' in text_of(copy_id)
    assert digests_of(made).keys() == digests_of(copy_id).keys()


def test_what_was_let_be_can_be_taken_up_again(copy_id: int) -> None:
    kept = late(copy_id, (NAME, 'name="补齐材料"'), (NAME, 'name="补交材料"'))
    asides.drop(kept, by=person(SECOND))
    with pytest.raises(NotFound):
        asides.merge(kept, by=person(SECOND))
    asides.take_up(kept, by=person(SECOND))
    assert 'name="补交材料"' in aside_of(kept, by=person(SECOND)).mine.decode()


def test_a_page_that_sends_more_takes_the_place_of_what_it_sent(copy_id: int) -> None:
    base = digests_of(copy_id)[ITEM]
    working_copies.save(copy_id, ITEM, b"theirs = 1\n", base, by=person(FIRST))
    first = asides.set_aside(copy_id, ITEM, b"a", base, by=person(SECOND))
    assert asides.set_aside(copy_id, ITEM, b"ab", base, by=person(SECOND), former=first) == first
    assert asides.set_aside(copy_id, ITEM, b"ab", base, by=person(SECOND)) == first
    other = asides.set_aside(copy_id, ITEM, b"from another page", base, by=person(SECOND))
    assert other != first
    assert aside_of(first, by=person(SECOND)).mine == b"ab"


def test_a_file_that_the_colleague_removed_is_asked(copy_id: int) -> None:
    base = digests_of(copy_id)["guide/zh.md"]
    working_copies.remove(copy_id, "guide/zh.md", base, by=person(FIRST))
    kept = asides.set_aside(copy_id, "guide/zh.md", "新的指南".encode(), base, by=person(SECOND))
    (conflict,) = aside_of(kept, by=person(SECOND)).merged().open
    asides.choose(kept, {conflict.mark: Side.MINE}, by=person(SECOND))
    asides.merge(kept, by=person(SECOND))
    assert text_of(copy_id, "guide/zh.md") == "新的指南"


def test_it_belongs_to_whoever_made_it(copy_id: int) -> None:
    kept = late(copy_id, (NAME, 'name="补齐材料"'), (NAME, 'name="补交材料"'))
    with pytest.raises(NotFound):
        aside_of(kept, by=person(FIRST))
    with pytest.raises(NotYours):
        aside_of(kept, by=person(REVIEWER))
    copy_ending.end(copy_id, by=person(FIRST))
    with pytest.raises(CopyEnded):
        asides.merge(kept, by=person(SECOND))


# Who is there


def test_the_second_sees_the_first_by_name_and_since_when(copy_id: int) -> None:
    at = clock.now()
    with clock.frozen_at(at):
        copy_presence.around(copy_id, LICENCE, by=person(FIRST))
    (seen,) = copy_presence.around(copy_id, LICENCE, by=person(SECOND)).others
    assert (seen.name, seen.path, seen.since) == ("陶然", LICENCE, at)
    assert [one.path for one in copy_presence.around(copy_id, by=person(SECOND)).others] == [LICENCE]
    assert copy_presence.around(copy_id, ITEM, by=person(SECOND)).others == ()


def test_silence_ends_it_and_coming_back_begins_anew(copy_id: int) -> None:
    copy_presence.around(copy_id, LICENCE, by=person(FIRST))
    with clock.frozen_at(clock.now() + timedelta(minutes=2)):
        assert copy_presence.around(copy_id, LICENCE, by=person(SECOND)).others == ()
        copy_presence.around(copy_id, LICENCE, by=person(FIRST))
        (seen,) = copy_presence.around(copy_id, LICENCE, by=person(SECOND)).others
        assert clock.now() - seen.since < timedelta(minutes=1)
    with clock.frozen_at(clock.now() + timedelta(days=2)):
        assert cleaning.clean() >= 2


def test_who_only_reads_is_in_nobodys_way(copy_id: int) -> None:
    copy_presence.around(copy_id, LICENCE, by=person("xieguang"))
    assert copy_presence.around(copy_id, LICENCE, by=person(SECOND)).others == ()
    with pytest.raises(NotFound):
        copy_presence.around(999_999, by=person(FIRST))


def test_a_page_learns_that_a_colleague_has_saved(copy_id: int) -> None:
    base = digests_of(copy_id)[ITEM]
    assert copy_presence.around(copy_id, ITEM, base, by=person(SECOND)).saved is None
    mine = working_copies.save(copy_id, ITEM, b"a = 1\n", base, by=person(FIRST))
    saved = copy_presence.around(copy_id, ITEM, base, by=person(SECOND)).saved
    assert saved is not None
    assert saved.name == "陶然"
    assert copy_presence.around(copy_id, ITEM, mine, by=person(SECOND)).saved is None


# As people see it


def type_text(browser: Browser, address: str, text: str) -> None:
    """Save another text in the form that the browser shows."""
    (base,) = browser.page.xpath("//form//input[@name='base']/@value")
    browser.send(address, {"csrf_token": browser.token(), "text": text, "base": base})


def test_the_page_of_the_late_one_leads_to_merging(client: FlaskClient, copy_id: int) -> None:
    page = f"/studio/copies/{copy_id}/edit?path={ITEM}"
    second, first = Browser.of(client, SECOND), Browser.of(client.application.test_client(), FIRST)
    second.open(page)
    first.open(page)
    assert "顾研自" in first.text
    read = text_of(copy_id, ITEM)
    type_text(first, page, read.replace("value = 12", "value = 10"))
    type_text(second, page, read.replace("value = 12", "value = 8").replace("immediate = false", "immediate = true"))
    assert second.status == 409
    (address,) = second.links(containing="/asides/")
    second.open(address)
    assert second.heading == "合并两人的修改"
    for said in ("有 1 处两人的修改不一致", "[limits] promised", "value = 10", "value = 8", "用陶然的"):
        assert said in second.text
    second.submit(address, press=("then", "merge"))
    assert second.status == 422
    assert "请先逐处选择" in second.text
    (name,) = set(second.page.xpath("//input[@type='radio']/@name"))
    second.submit(address, {name: "mine"}, press=("then", "note"))
    assert "不一致的地方都已选择" in second.text
    second.submit(address, press=("then", "merge"))
    assert "两人的修改都在" in second.text
    assert "value = 8" in text_of(copy_id, ITEM)
    assert "immediate = true" in text_of(copy_id, ITEM)


def test_an_editors_refused_save_tells_where_it_is_merged(client: FlaskClient, copy_id: int) -> None:
    read, base = text_of(copy_id), digests_of(copy_id)[LICENCE]
    second = Browser.of(client, SECOND)
    second.open(f"/studio/copies/{copy_id}")
    working_copies.save(copy_id, LICENCE, read.replace(NAME, 'name="补齐"').encode(), base, by=person(FIRST))
    values = {"csrf_token": second.token(), "text": read.replace(NAME, 'name="补交"'), "base": base}
    second.send(f"/studio/copies/{copy_id}/file?path={LICENCE}", values)
    said = json.loads(second.response.get_data())
    assert second.status == 409
    second.send(f"/studio/copies/{copy_id}/file?path={LICENCE}", {**values, "text": read, "aside": str(said["aside"])})
    assert json.loads(second.response.get_data())["aside"] == said["aside"]
    second.open(said["merge"])
    assert "可以直接合并" in second.text
    second.open(f"/studio/copies/{copy_id}")
    assert f"您对 {LICENCE} 的修改" in second.text
    second.open(said["merge"])
    second.submit("/copy")
    assert "已另存为新的工作稿" in second.text


def test_the_page_asks_again_without_work(client: FlaskClient, copy_id: int) -> None:
    browser = Browser.of(client, SECOND)
    browser.open(f"/studio/copies/{copy_id}/edit?path={ITEM}")
    answer = client.get(f"/studio/copies/{copy_id}/around?path={ITEM}")
    again = client.get(
        f"/studio/copies/{copy_id}/around?path={ITEM}", headers={"If-None-Match": answer.headers["ETag"]}
    )
    assert (answer.status_code, again.status_code) == (200, 304)


def test_nobody_is_said_to_be_in_a_file_that_there_is_not(client: FlaskClient, copy_id: int) -> None:
    Browser.of(client, SECOND)
    name = "".join(f"{number:x}" for number in range(2_000))  # longer than an index takes
    for path in (name, "items/none.toml"):
        assert client.get(f"/studio/copies/{copy_id}/around?path={path}").status_code == 200
    assert copy_presence.around(copy_id, by=person(FIRST)).others == ()


def test_nobody_elses_page_is_found(client: FlaskClient, copy_id: int) -> None:
    kept = late(copy_id, (NAME, 'name="补齐材料"'), (NAME, 'name="补交材料"'))
    first = Browser.of(client, FIRST)
    first.open(f"/studio/copies/{copy_id}/asides/{kept}")
    assert first.status == 404
    second = Browser.of(client.application.test_client(), SECOND)
    other = working_copies.begin(current_releases()[office.BUNDLE], "另一份", by=person(FIRST))
    second.open(f"/studio/copies/{other}/asides/{kept}")
    assert second.status == 404
