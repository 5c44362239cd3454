"""The boards of supervision: from a figure to the work behind it; signals and what is said to them; CSV as shown."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime, timedelta

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.journeys.test_procedures import order
from tests.support import office
from tests.support.pages import Browser, Page
from webapp.catalogue import rules_in_force
from webapp.clock import frozen_at
from webapp.models import ItemCase, SupervisionSignal
from webapp.models.figures import WHOLE_UNIT
from webapp.pages.supervision.sheets import harmless
from webapp.queries import signals, supervision, supervision_figures
from webapp.queries.supervision import Wanted
from webapp.services import figures, signal_watch
from webapp.services.clock_moves import Why, move_clocks
from webapp.services.locked_case import on_case
from webapp.unit_of_work import sql, unit_of_work

#: Monday 7 September 2026, ten in the morning in the office. No holiday lies before the 25th.
MONDAY = datetime(2026, 9, 7, 2, 0, tzinfo=UTC)
LATE = MONDAY + timedelta(days=8)  # Tuesday of the week after: the signboard's five days ended on Monday


@pytest.fixture
def case(db: object) -> office.Handle:
    """Accepted on the Monday: the drug licence (12 days promised) and the signboard (5)."""
    with frozen_at(MONDAY):
        received = office.received("ordinary", ways={})
        office.act(received.id, "backfill", "P1")
        office.act(received.id, "accept", "P2")
        office.act(received.id, "accept", "P6")
        _, holder = office.claimed(received.id, "review", "P6")
    assert holder.login == "hanlei"
    return received


def table(page: Page, caption: str) -> list[list[str]]:
    """Heads and rows of a table, as words."""
    found = page.tree.xpath(f"//table[caption[contains(., '{caption}')]]")[0]
    return [[" ".join(cell.text_content().split()) for cell in row.xpath("./th|./td")] for row in found.xpath(".//tr")]


def lines(answer: TestResponse) -> list[list[str]]:
    text = answer.get_data().decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text)))


def line(page: Page, caption: str, name: str) -> dict[str, str]:
    """A row of a table by its first cell, under its heads."""
    heads, *rows = table(page, caption)
    return dict(zip(heads, next(row for row in rows if row[0] == name), strict=True))


def href(page: Page, caption: str, name: str, head: str) -> str:
    """Where a figure leads."""
    heads = table(page, caption)[0]
    row = next(
        r
        for r in page.tree.xpath(f"//table[caption[contains(., '{caption}')]]//tbody/tr")
        if name in r.xpath("string(./th)")
    )
    return str(row.xpath("./th|./td")[heads.index(head)].xpath("string(.//a/@href)"))


def test_every_figure_leads_to_the_work_behind_it(case: office.Handle, client: FlaskClient) -> None:
    with frozen_at(LATE):
        screen = Browser(client, "xieguang")
        page = screen.open("/supervision")
        unit = line(page, "各单位时限", "江城市城市管理局")
        assert (unit["在办"], unit["已逾期"], unit["临期"]) == ("1", "1", "0")
        listed = screen.open(href(page, "各单位时限", "江城市城市管理局", "已逾期"))
        assert listed.heading == "江城市城市管理局：时限看板"
        work = table(listed, "在办清单")[1:]
        assert [row[1] for row in work] == [case.number]
        assert work[0][6].startswith("逾期 1 个工作日")
        assert "法定至" in work[0][5]
        person = line(listed, "本单位人员", "韩磊")
        assert person["已逾期"] == "1"
        of_person = screen.open(href(listed, "本单位人员", "韩磊", "已逾期"))
        assert of_person.heading == "江城市城市管理局 · 韩磊：时限看板"
        assert [row[7] for row in table(of_person, "在办清单")[1:]] == ["韩磊"]
        assert screen.open("/supervision?unit=urban-management&state=near").words().count(case.number) == 0
        assert client.get("/supervision?unit=nobody").status_code == 404
        assert client.get("/supervision?unit=urban-management&person=999999").status_code == 404


def test_work_that_stands_still_for_a_legal_pause_is_neither_near_nor_late(
    case: office.Handle, client: FlaskClient
) -> None:
    with unit_of_work():
        sql().execute(
            "insert into clock_pause (clock_id, kind, basis_zh, basis_en, started_on)"
            " select l.id, 'testing', '第四十五条', 'art. 45', %s from legal_clock l"
            " join item_case i on i.id = l.item_case_id where i.case_id = %s and i.item_key = 'P6'",
            (MONDAY.date(), case.id),
        )
    with frozen_at(LATE):
        screen = Browser(client, "xieguang")
        unit = line(screen.open("/supervision"), "各单位时限", "江城市城市管理局")
        assert (unit["在办"], unit["已逾期"], unit["暂停计时"]) == ("1", "0", "1")
        assert case.number not in screen.open("/supervision?unit=urban-management&state=overdue").words()
        paused = table(screen.open("/supervision?unit=urban-management&state=paused"), "在办清单")[1:]
        assert [row[6][:4] for row in paused] == ["暂停计时"]


def test_the_hearing_of_an_item_that_stands_still_is_counted_so_and_by_its_own_limit(
    case: office.Handle, client: FlaskClient
) -> None:
    with frozen_at(MONDAY + timedelta(days=1)):
        order(case.id, "hearing", on_application=True)
        screen = Browser(client, "xieguang")
        unit = line(screen.open("/supervision"), "各单位时限", "江城市城市管理局")
        assert (unit["在办"], unit["已逾期"], unit["暂停计时"]) == ("1", "0", "1")
        still = table(screen.open("/supervision?unit=urban-management&state=paused"), "在办清单")[1:]
        assert [row[1] for row in still] == [case.number]
        assert "听证申请" in " ".join(still[0])


def test_a_pause_that_begins_on_the_due_day_leaves_that_day_to_the_office_on_every_page(
    case: office.Handle, client: FlaskClient
) -> None:
    """The due day itself still runs: whoever does not rule on it is late, on the board as in the signals."""
    with unit_of_work():
        sql().execute(
            "insert into clock_pause (clock_id, item_case_id, kind, basis_zh, basis_en, started_on)"
            " select l.id, i.id, 'testing', '第四十五条', 'art. 45', l.due_on from legal_clock l"
            " join item_case i on i.id = l.item_case_id where i.case_id = %s and i.item_key = 'P6'",
            (case.id,),
        )
    with frozen_at(LATE):
        screen = Browser(client, "xieguang")
        unit = line(screen.open("/supervision"), "各单位时限", "江城市城市管理局")
        assert (unit["在办"], unit["已逾期"], unit["暂停计时"]) == ("1", "1", "0")
        late = table(screen.open("/supervision?unit=urban-management&state=overdue"), "在办清单")[1:]
        assert [row[6][:2] for row in late] == ["逾期"]
        assert screen.open("/supervision?unit=urban-management&state=paused").words().count(case.number) == 0
        signal_watch.sweep()
        kinds = sql().execute("select kind from supervision_signal where case_id = %s", (case.id,)).fetchall()
        assert ("promise-overdue",) in kinds


def test_days_taken_stand_against_days_promised(case: office.Handle, client: FlaskClient) -> None:
    with frozen_at(MONDAY + timedelta(days=1)):
        office.act(case.id, "review", "P6", by=office.person("hanlei"))
    with frozen_at(MONDAY + timedelta(days=3)):
        office.act(case.id, "decide", "P6")
        figures.refresh()
        figures.refresh()
        screen = Browser(client, "xieguang")
        page = screen.open("/supervision")
        unit = line(page, "各单位时限", "江城市城市管理局")
        assert (unit["已决定"], unit["平均用时（工作日）"], unit["平均承诺（工作日）"]) == ("1", "3.0", "5.0")
        assert unit["按期办结率"] == "100%"
        assert "平均用时截至 09-10 10:00" in page.words()
        people = screen.open("/supervision?unit=urban-management")
        assert line(people, "本单位人员", "韩磊")["平均用时（工作日）"] == "3.0"
        assert line(people, "本单位人员", "朱德福")["已决定"] == "1"
    with frozen_at(MONDAY + timedelta(days=60)):
        screen.sign_in("xieguang")
        assert line(screen.open("/supervision?period=30"), "各单位时限", "江城市城市管理局")["已决定"] == "0"
        assert line(screen.open("/supervision?period=90"), "各单位时限", "江城市城市管理局")["已决定"] == "1"


def test_a_day_on_which_two_procedures_ran_is_taken_out_once(case: office.Handle, db: object) -> None:
    two = (("testing", 1, 3), ("expert-review", 2, 4))  # Tuesday to Thursday, Wednesday to Friday
    with unit_of_work():
        for kind, began, ended in two:
            sql().execute(
                "insert into clock_pause (clock_id, item_case_id, kind, basis_zh, basis_en, started_on, ended_on)"
                " select l.id, i.id, %s, '第四十五条', 'art. 45', %s, %s from legal_clock l"
                " join item_case i on i.id = l.item_case_id where i.case_id = %s and i.item_key = 'P6'",
                (kind, MONDAY + timedelta(days=began), MONDAY + timedelta(days=ended), case.id),
            )
    with frozen_at(MONDAY + timedelta(days=7)), on_case(case.id) as held:
        move_clocks(held, Why.RESUMED, None)
    with frozen_at(MONDAY + timedelta(days=8)):
        office.act(case.id, "review", "P6", by=office.person("hanlei"))
        office.act(case.id, "decide", "P6")
        figures.refresh()
    # Six working days after Monday 7 to Tuesday 15 September; Wednesday, Thursday and Friday stood still.
    taken = "select used, promised, late from ruled_day where person_id = %s and unit = 'urban-management'"
    assert sql().execute(taken, (WHOLE_UNIT,)).fetchall() == [(3, 5, 0)]


def test_a_large_office_shows_the_workers_count_with_its_time(
    case: office.Handle, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    with frozen_at(LATE):
        figures.refresh()
        by_hand = supervision_figures.count(rules_in_force())
        assert by_hand.at is None
        monkeypatch.setattr(supervision_figures, "MANY", "select true")
        kept = supervision_figures.count(rules_in_force())
        assert kept.at == LATE
        assert kept.by == by_hand.by
        screen = Browser(client, "xieguang")
        assert "在办统计于" in screen.open("/supervision").words()


def test_the_list_pages_through_all_work_once(case: office.Handle, monkeypatch: pytest.MonkeyPatch) -> None:
    everything = supervision.board(rules_in_force(), Wanted())
    monkeypatch.setattr(supervision, "PAGE_SIZE", 2)
    seen, after = [], ""
    while True:
        page = supervision.board(rules_in_force(), Wanted(), after=after)
        seen += [row.task_id for row in page.rows]
        if page.following is None:
            break
        after = page.following
    assert seen == [row.task_id for row in everything.rows]
    assert len(seen) == len(set(seen)) > 3


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_csv_file_holds_exactly_what_is_on_the_screen(
    case: office.Handle, client: FlaskClient, language: str
) -> None:
    client.set_cookie("language", language)
    with frozen_at(LATE):
        signal_watch.sweep()
        screen = Browser(client, "xieguang")
        for address in ("/supervision", "/supervision?unit=urban-management&state=overdue", "/supervision/signals"):
            page = screen.open(address)
            files = [str(link) for link in page.tree.xpath("//a[@download]/@href")]
            tables = page.tree.xpath("//main//table/caption")
            assert len(files) == len(tables) > 0
            for file, caption in zip(files, tables, strict=True):
                answer = client.get(file)
                assert answer.headers["Content-Type"].startswith("text/csv")
                assert "attachment" in answer.headers["Content-Disposition"]
                assert lines(answer) == table(page, caption.text_content())


@pytest.mark.parametrize("text", ["=1+1", "+86", "-3", "@sum", "\tx", "＝1", "＠x"])
def test_what_a_spreadsheet_would_compute_is_made_harmless(text: str) -> None:
    assert harmless(text) == f"'{text}"


def test_an_applicant_cannot_put_a_formula_into_the_file(case: office.Handle, client: FlaskClient) -> None:
    with unit_of_work():
        sql().execute("update cases set subject_name = %s where id = %s", ('=HYPERLINK("x","同心")', case.id))
    Browser(client, "xieguang")
    rows = lines(client.get("/supervision/work.csv"))
    assert {row[0] for row in rows[1:]} == {'\'=HYPERLINK("x","同心")'}
    assert harmless("同心大药房") == "同心大药房"
    assert harmless("—") == "—"


def raised(case: office.Handle) -> SupervisionSignal:
    with frozen_at(LATE):
        signal_watch.sweep()
    return (
        SupervisionSignal.query.join(ItemCase, ItemCase.id == SupervisionSignal.item_case_id)
        .filter(ItemCase.case_id == case.id, ItemCase.item_key == "P6", SupervisionSignal.kind == "promise-overdue")
        .one()
    )


def test_a_unit_sees_its_own_signals_and_answers_them(case: office.Handle, client: FlaskClient) -> None:
    signal = raised(case)
    with frozen_at(LATE):
        reviewer = Browser(client, "hanlei")
        assert "监察信号" in reviewer.open("/inbox").words("//header")
        listed = reviewer.open("/supervision/signals")
        assert {row[5] for row in table(listed, "监察信号")[1:]} == {"江城市城市管理局"}
        page = reviewer.open(f"/supervision/signals/{signal.id}")
        assert page.heading == "超过承诺时限"
        assert "韩磊" in page.words()
        assert "电子监察办法" in page.words()
        empty = reviewer.post(f"/supervision/signals/{signal.id}/answer", text=" ", key="k1", act="answer")
        assert empty.status_code == 422
        assert "请写明理由" in empty.get_data(as_text=True)
        reviewer.post(
            f"/supervision/signals/{signal.id}/answer", text="申请人当日补充了效果图。", key="k2", act="answer"
        )
        page = reviewer.open(f"/supervision/signals/{signal.id}")
        assert "申请人当日补充了效果图。" in page.words()
        assert not page.tree.xpath("//button[@value='answer']")
        reviewer.post(f"/supervision/signals/{signal.id}/answer", text="请予撤销。", key="k3", act="appeal")
        assert reviewer.post(f"/supervision/signals/{signal.id}/settle", text="x", key="k4").status_code == 403
    with frozen_at(LATE + timedelta(hours=1)):
        supervisor = Browser(client, "xieguang")
        waiting = supervisor.open("/supervision/signals?state=appealed")
        assert [row[0] for row in table(waiting, "监察信号")[1:]] == ["超过承诺时限"]
        supervisor.post(f"/supervision/signals/{signal.id}/settle", text="情况属实。", key="k5", act="withdraw")
        page = supervisor.open(f"/supervision/signals/{signal.id}")
        assert "监察撤销" in page.words()
        assert not page.tree.xpath("//main//form")
        again = supervisor.post(f"/supervision/signals/{signal.id}/settle", text="改为维持。", key="k6", act="uphold")
        assert again.status_code == 409
        assert "已有处理决定" in again.get_data(as_text=True)
        figure = line(supervisor.open("/supervision"), "各单位时限", "江城市城市管理局")
        assert figure["黄牌"] == str(len(signals.signals(signals.Wanted(), units=["urban-management"]).rows))


def test_another_unit_does_not_find_the_signal(case: office.Handle, client: FlaskClient) -> None:
    signal = raised(case)
    elsewhere = Browser(client, "zhaolin")
    assert client.get(f"/supervision/signals/{signal.id}").status_code == 404
    assert case.number not in elsewhere.open("/supervision/signals?unit=urban-management&state=all").words()
    answer = elsewhere.post(f"/supervision/signals/{signal.id}/answer", text="代答", key="k", act="answer")
    assert answer.status_code == 403
    assert client.get("/supervision").status_code == 403
    Browser(client, "taoran")
    assert client.get("/supervision/signals").status_code in (403, 404)


def test_signals_are_narrowed_by_colour_kind_and_person_and_paged(
    case: office.Handle, monkeypatch: pytest.MonkeyPatch
) -> None:
    raised(case)
    with frozen_at(LATE + timedelta(days=60)):
        signal_watch.sweep()
    units = ["urban-management", "approval-bureau", "market-supervision", "service-centre"]
    everything = signals.signals(signals.Wanted(), units=units).rows
    assert {row.colour for row in everything} == {"yellow", "red"}
    red = signals.signals(signals.Wanted(colour="red"), units=units).rows
    assert {row.colour for row in red} == {"red"}
    of_kind = signals.signals(signals.Wanted(kind="promise-overdue", state="open"), units=units).rows
    assert {row.kind for row in of_kind} == {"promise-overdue"}
    han = office.person("hanlei").user_id
    assert {row.person for row in signals.signals(signals.Wanted(person=han), units=units).rows} == {"韩磊"}
    assert signals.signals(signals.Wanted(state="settled"), units=units).rows == ()
    monkeypatch.setattr(signals, "PAGE_SIZE", 2)
    seen, after = [], ""
    while True:
        page = signals.signals(signals.Wanted(), units=units, after=after)
        seen += [row.id for row in page.rows]
        if page.following is None:
            break
        after = page.following
    assert seen == [row.id for row in everything]


def test_a_reviewer_does_not_see_the_board(db: object, client: FlaskClient) -> None:
    Browser(client, "qianwei")
    for address in ("/supervision", "/supervision/units.csv", "/supervision/people.csv", "/supervision/work.csv"):
        assert client.get(address).status_code == 403


def test_what_the_applicant_owes_is_nobodys_delay(db: object, client: FlaskClient) -> None:
    """A correction that has not come is open work of the window, neither near its end nor late."""
    with frozen_at(MONDAY):
        received = office.received("ordinary", ways={})
        office.act(received.id, "backfill", "P1")
        office.act(received.id, "accept", "P6", intake_outcome="correction")
    with frozen_at(MONDAY + timedelta(days=40)):
        waiting = supervision.board(rules_in_force(), Wanted(unit="service-centre")).rows
        assert "补正材料" in {row.step.zh for row in waiting}
        late = supervision.board(rules_in_force(), Wanted(unit="service-centre", state="overdue")).rows
        assert "补正材料" not in {row.step.zh for row in late}
        window = supervision_figures.count(rules_in_force()).by["service-centre", WHOLE_UNIT]
        assert (window.running, window.overdue) == (len(waiting), len(late))


def test_who_is_named_by_a_signal_is_not_asked_to_judge_it(db: object, client: FlaskClient) -> None:
    """In the county the unit judges itself: its head, where its decider is named, in words that speak of the unit."""
    case = raised_in_the_county()
    named, other = office.person("heyongyi"), office.person("luozheng")
    with unit_of_work():
        sql().execute("update supervision_signal set person_id = %s where id = %s", (named.user_id, case))
    with frozen_at(LATE + timedelta(days=30)):
        screen = Browser(client, named.login)
        page = screen.open(f"/supervision/signals/{case}")
        assert not page.tree.xpath("//button[@value='uphold']")
        assert "不能对其作出决定" in page.words()
        refused = screen.post(f"/supervision/signals/{case}/settle", text="当日系统故障。", key="own", act="withdraw")
        assert refused.status_code == 403
        told = refused.get_data(as_text=True)
        assert "信号列明的责任人" in told
        assert "当日系统故障。" in told
        with client.session_transaction() as session:
            session.clear()
        screen = Browser(client, other.login)
        page = screen.open(f"/supervision/signals/{case}")
        assert "本单位处理决定" in page.words()
        assert "监察决定" not in page.words()
        screen.post(f"/supervision/signals/{case}/settle", text="情况属实。", key="other", act="withdraw")
        assert "本单位撤销" in screen.open(f"/supervision/signals/{case}").words()


def test_who_may_answer_and_decide_has_a_form_for_each_and_only_the_tried_one_is_marked(
    db: object, client: FlaskClient
) -> None:
    case = raised_in_the_county()
    with frozen_at(LATE + timedelta(days=21)):
        screen = Browser(client, "heyongyi")
        page = screen.open(f"/supervision/signals/{case}")
        assert page.tree.xpath("//textarea/@id") == ["f-answer", "f-settle"]
        refused = screen.post(f"/supervision/signals/{case}/settle", text="", key="none", act="withdraw")
        assert refused.status_code == 422
        again = Page(refused)
        assert again.tree.xpath("//textarea[@aria-invalid]/@id") == ["f-settle"]
        assert again.tree.xpath("//*[contains(@class, 'error-summary')]//a/@href") == ["#f-settle"]


def raised_in_the_county() -> int:
    """A signal of an item of the county's market unit that is late; its id."""
    with frozen_at(MONDAY):
        case = office.received("ordinary", ways={}, place="fictional-county")
        office.act(case.id, "backfill", "P1")
        office.act(case.id, "accept", "P2")
    with frozen_at(LATE + timedelta(days=20)):
        signal_watch.sweep()
    return int(
        SupervisionSignal.query.join(ItemCase, ItemCase.id == SupervisionSignal.item_case_id)
        .filter(ItemCase.case_id == case.id, ItemCase.item_key == "P2", SupervisionSignal.kind == "promise-overdue")
        .one()
        .id
    )
