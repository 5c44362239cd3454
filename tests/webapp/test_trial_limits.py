"""What a trial refuses: what cannot be read, what has no end, what is somebody else's."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tests.engine.runtime.diagrams import diagram
from tests.support import office
from tests.webapp.browsing import Browser
from tests.webapp.trying import LEAVE, act, acts, section, tried
from webapp import clock
from webapp.catalogue import current_releases
from webapp.services import trials
from webapp.services.cleaning import clean
from webapp.services.trials import MOST_ACTS, MOST_TRIALS
from webapp.unit_of_work import sql

DESIGNER, PUBLISHER = "taoran", "jiangwen"


def published() -> int:
    return current_releases()[office.BUNDLE]


@pytest.fixture
def designer(client) -> Browser:
    return Browser.of(client, DESIGNER)


# ---------------------------------------------------------------- what is typed, and what is too much


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("granted", "写在一对花括号里"),
        ('"text"', "写在一对花括号里"),
        ("{granted: }", "第 1 行第 11 列"),
        ("{granted: other}", "不能引用“other”"),
    ],
)
def test_variables_that_cannot_be_read_are_refused_beside_their_field(designer, typed, reason):
    tried(designer, LEAVE, '{"days": 3}')
    act(designer, "complete", "review", variables=typed)
    assert designer.status == 422
    assert reason in designer.errors()[0]
    (field,) = designer.page.xpath("//textarea[@aria-invalid='true']")
    assert field.text.strip() == typed
    assert designer.page.xpath(f"//*[@id='{field.get('aria-describedby')}']")
    assert len(acts(designer)) == 1


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        *((typed, "请填写大于零的整数。") for typed in ("", "0", "-1", "1.5", "x")),
        *((typed, "一次最多前进十年。") for typed in ("3661", "100000", "9999999", "99999999", "9" * 5_000)),
    ],
)
def test_the_clock_moves_forward_by_whole_numbers_of_ten_years_at_most(designer, typed, reason):
    tried(designer, LEAVE)
    act(designer, "advance", amount=typed, unit="days")
    assert designer.status == 422
    assert reason in designer.errors()[0]


def test_a_beginning_without_a_moment_is_refused(designer):
    designer.open(f"/studio/releases/{published()}/trial")
    for at in ("", "yesterday", "0001-01-01T00:00"):
        designer.submit("/trial", {"at": at})
        assert designer.status == 422
        assert "开始的时间" in designer.errors()[0]


def test_an_act_without_end_is_refused_and_nothing_of_it_is_kept(designer):
    tried(
        designer, diagram("start s\nuser a\ntask b\nxor x\nend e\ns -> a -> x\nx -> b if true\nb -> x\nx -> e default")
    )
    act(designer, "complete", "a")
    assert designer.status == 422
    assert "超出模拟的限度" in designer.text
    assert len(acts(designer)) == 1
    assert section(designer, "人工任务（1）")


def test_a_timer_that_never_stops_is_bounded_too(designer):
    tried(designer, diagram("start s timer R/PT1S\nend e\ns -> e"), process="")
    act(designer, "advance", amount="1", unit="days")
    assert designer.status == 422
    assert "一步触发的定时器数不得超过" in designer.text


def test_a_page_that_is_older_than_the_trial_changes_nothing(designer):
    tried(designer, LEAVE, '{"days": 3}')
    seen = designer.form("/act").fields["seen"]
    act(designer, "jump")
    address = designer.url
    for way in ("/act", "/take-back", "/start-over"):
        designer.send(f"{address}{way}", {"csrf_token": designer.token(), "kind": "jump", "seen": seen})
        assert designer.status in (409, 422), way
    designer.open(address)
    assert len(acts(designer)) == 2


def test_a_forged_act_is_refused(designer):
    tried(designer, LEAVE, '{"days": 3}')
    address, seen = designer.url, designer.form("/act").fields["seen"]
    for values in ({"kind": "drop"}, {"kind": "complete", "element": "nothing"}, {"kind": "cancel", "instance": "9"}):
        designer.send(f"{address}/act", {"csrf_token": designer.token(), "seen": seen, **values})
        assert designer.status == 422, values
    assert len(acts(designer.open(address))) == 1


def test_a_trial_may_have_so_many_acts(designer, monkeypatch):
    monkeypatch.setitem(MOST_ACTS, "ours", 2)
    tried(designer, LEAVE)
    act(designer, "advance", amount="1", unit="minutes")
    act(designer, "advance", amount="1", unit="minutes")
    act(designer, "advance", amount="1", unit="minutes")
    assert designer.status == 409
    assert "最多 2 步" in designer.text


def test_the_other_core_is_not_given_more_acts_than_it_plays(designer, monkeypatch):
    tried(designer, LEAVE, '{"days": 3}')
    act(designer, "jump")
    act(designer, "complete", "remind")
    trial = designer.url
    designer.open(f"{trial}/compare")
    monkeypatch.setitem(MOST_ACTS, "reference", 1)
    designer.submit("/core")
    assert designer.status == 409
    assert "最多 1 步" in designer.text
    assert len(acts(designer.open(trial))) == 3


def test_a_trial_may_hold_so_many_values(designer, monkeypatch):
    monkeypatch.setattr(trials, "LARGEST", 500)
    tried(designer, LEAVE)
    act(designer, "set", variables=f'{{"text": "{"x" * 600}"}}')
    assert designer.status == 409
    assert "填写的变量太多" in designer.text
    assert len(acts(designer)) == 1


def test_half_a_character_is_no_value(designer):
    tried(designer, LEAVE)
    act(designer, "set", variables='{"text": "\\uD800"}')
    assert designer.status == 422
    assert len(acts(designer)) == 1


# ---------------------------------------------------------------- whose they are


def test_a_trial_is_its_makers_alone(client, designer):
    tried(designer, LEAVE)
    address = designer.url
    publisher = Browser.of(client.application.test_client(), PUBLISHER)
    for way in ("", "/compare", "/beginning", "/diagram?path=leave.bpmn"):
        assert publisher.open(f"{address}{way}").status == 404
    for way in ("/act", "/take-back", "/start-over", "/core", "/discard", "/beginning"):
        publisher.send(f"{address}{way}", {"csrf_token": publisher.token(), "kind": "jump", "seen": "0"})
        assert publisher.status == 404, way
    publisher.open("/studio/trials")
    assert "还没有流程模拟" in publisher.text


def test_ones_own_trials_are_listed_and_deleted(designer):
    tried(designer, LEAVE)
    act(designer, "jump")
    designer.open("/studio/trials")
    (row,) = designer.page.xpath("//tbody/tr")
    assert "leave.bpmn" in row.text_content()
    assert row.xpath("string(td[2])").strip() == "1"
    designer.submit("/discard")
    assert "已删除" in designer.text
    assert "还没有流程模拟" in designer.text


def test_trials_that_nobody_touches_go(designer):
    tried(designer, LEAVE)
    with clock.frozen_at(datetime.now(UTC) + timedelta(days=29)):
        clean()
    assert sql().execute("select count(*) from trial").fetchone() == (1,)
    with clock.frozen_at(datetime.now(UTC) + timedelta(days=31)):
        clean()
    assert sql().execute("select count(*) from trial").fetchone() == (0,)


def test_one_person_has_so_many_trials(designer):
    tried(designer, LEAVE)
    columns = "by_id, release_id, file_path, file_content, process, core, jobs, variables, begins_at, acts"
    sql().execute(
        f"insert into trial ({columns}, created_at, changed_at)"
        f" select {columns}, created_at, changed_at from trial, generate_series(2, %s)",
        (MOST_TRIALS,),
    )
    designer.open(f"/studio/releases/{published()}/trial")
    designer.submit("/trial", {"at": "2026-11-27T09:00"})
    assert designer.status == 409
    assert f"已有 {MOST_TRIALS} 次模拟" in designer.text


def test_a_release_that_is_not_there_has_no_trial(designer):
    assert designer.open("/studio/releases/999/trial").status == 404
    assert designer.open("/studio/trials/999").status == 404
