"""Publishing with four eyes: who is asked, who signs, who must not; from which day; out of use, and back."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta

import pytest

from tests.support import office
from tests.support.releases import publish, sign_all
from tests.webapp.browsing import Browser
from webapp.catalogue import current_releases, release_files
from webapp.clock import frozen_at
from webapp.errors import Incomplete, NotFound, NotYours, ReleaseRefused
from webapp.queries import releases as queries
from webapp.queries.audit import verify_all
from webapp.queries.release_life import life_of
from webapp.queries.release_sign_offs import sign_offs_of, waiting_for
from webapp.services import publishing, releases, working_copies
from webapp.services.publishing import publish_release, put_due_in_force, restore_release, stop_bundle
from webapp.services.release_sign_offs import LEGAL, sign
from webapp.unit_of_work import sql

DESIGNER, PUBLISHER, LAWYER, SUPERVISOR = "taoran", "jiangwen", "qixin", "xieguang"
#: The signboard item's decider, another department's, and the head of the bureau that leads the bundle.
SIGNBOARDS, POLICE, HEAD = "zhudefu", "xuzhigang", "gaozhiyuan"
UNIT = "urban-management"
#: Monday, ten in the morning in the office.
MONDAY = datetime(2026, 11, 30, 2, 0, tzinfo=UTC)


def published() -> int:
    return current_releases()[office.BUNDLE]


def drafted(path: str = "items/P6.toml", old: str = "value = ", new: str = "value = 1") -> int:
    """The bundle with one text of one file replaced: at first, a longer limit of the signboard item."""
    files = release_files(published())
    text = files[path].decode()
    assert old in text
    return releases.draft_from_files(
        office.BUNDLE, {**files, path: text.replace(old, new, 1).encode()}, by=office.person(DESIGNER)
    )


def submitted(path: str = "items/P6.toml", old: str = "value = ", new: str = "value = 1") -> int:
    """The same, submitted."""
    release_id = drafted(path, old, new)
    releases.submit_release(release_id, by=office.person(DESIGNER))
    return release_id


def to_sign(screen: Browser) -> str:
    """What the first page says of what waits for a signature."""
    return " ".join(screen.page.xpath("string(//section[@aria-labelledby='to-sign'])").split())


def states_of(screen: Browser) -> dict[str, str]:
    """Release -> what the page's list of releases says of its state."""
    rows = screen.page.xpath("//tr[th/a[contains(@href, '/releases/')]]")
    return {row.xpath("string(th)").strip(): " ".join(row.xpath("string(td[1])").split()) for row in rows}


def asked(release_id: int) -> list[str]:
    return [one.party for one in sign_offs_of(release_id, office.person(SUPERVISOR)) if not one.ended]


def agree(release_id: int, party: str, login: str, comment: str = "同意。", **more: str) -> None:
    sign(release_id, party, agrees=True, comment=comment, by=office.person(login), **more)


def told(login: str) -> list[str]:
    rows = sql().execute(
        "select kind from notice where user_id = %s and kind like 'release-%%' order by id",
        (office.person(login).user_id,),
    )
    return [row[0] for row in rows]


def unread(login: str) -> list[str]:
    """What somebody is still asked to do with a release."""
    rows = sql().execute(
        "select kind from notice where user_id = %s and read_at is null and kind = any(%s) order by id",
        (office.person(login).user_id, ["release-to-sign", "release-signed"]),
    )
    return [row[0] for row in rows]


@contextmanager
def refusal(said: str) -> Iterator[None]:
    """The act is refused with these words."""
    with pytest.raises(ReleaseRefused) as refused:
        yield
    assert said in refused.value.words.zh
    assert refused.value.words.en


# ---------------------------------------------------------------- who signs


def test_whose_limit_changes_is_asked_with_legal_review_and_told(db):
    before = len(told(SIGNBOARDS)), len(told(POLICE))
    release_id = submitted()
    assert asked(release_id) == [LEGAL, UNIT]
    assert told(SIGNBOARDS)[before[0] :] == ["release-to-sign"]
    assert len(told(POLICE)) == before[1]
    ((one, parts),) = waiting_for(office.person(SIGNBOARDS))
    assert (one.id, [each.party for each in parts]) == (release_id, [UNIT])
    assert parts[0].parts[0][1] == ("limits",)
    assert waiting_for(office.person(POLICE)) == []
    assert waiting_for(office.person(DESIGNER)) == []


def test_a_notice_whose_matter_is_settled_counts_as_read(db):
    release_id = submitted()
    assert unread(LAWYER) == unread(SIGNBOARDS) == ["release-to-sign"]
    agree(release_id, LEGAL, LAWYER)
    assert (unread(LAWYER), unread(SIGNBOARDS)) == ([], ["release-to-sign"])
    agree(release_id, UNIT, SIGNBOARDS)
    assert (unread(SIGNBOARDS), unread(PUBLISHER)) == ([], ["release-signed"])
    publish_release(release_id, by=office.person(PUBLISHER))
    assert unread(PUBLISHER) == []


def test_a_page_says_what_of_an_item_changes_without_a_gap_behind_its_name(db, app):
    release_id, screen = submitted(), Browser.of(app.test_client(), LAWYER)
    screen.open(f"/studio/releases/{release_id}")
    assert "“户外招牌设置许可”的时限" in screen.text
    screen.client.set_cookie("language", "en")
    screen.open(f"/studio/releases/{release_id}")
    assert "limits of “Signboard permit”" in " ".join(screen.text.split())


def test_the_department_whose_post_reviews_is_asked_too(db):
    release_id = submitted(old='review = "sign.review"', new='review = "food.review"')
    assert sorted(asked(release_id)) == [LEGAL, "approval-bureau", UNIT]


def test_it_is_published_once_everybody_signed_and_the_refusal_names_who_did_not(db):
    release_id = submitted()
    with refusal("法制审核、江城市城市管理局"):
        publish_release(release_id, by=office.person(PUBLISHER))
    agree(release_id, LEGAL, LAWYER)
    with refusal("城市管理局"):
        publish_release(release_id, by=office.person(PUBLISHER))
    before = len(told(PUBLISHER))
    agree(release_id, UNIT, SIGNBOARDS)
    assert told(PUBLISHER)[before:] == ["release-signed"]
    publish_release(release_id, by=office.person(PUBLISHER))
    assert published() == release_id
    kinds = [line.kind for line in queries.history(office.BUNDLE, 4)]
    assert kinds == ["published", "signed", "signed", "submitted"]
    assert list(verify_all()) == []
    with pytest.raises(ReleaseRefused):  # its signatures stay, and nobody adds one
        agree(release_id, UNIT, SIGNBOARDS)


def test_an_objection_returns_it_with_the_words_and_a_new_round_begins(db):
    release_id = submitted()
    agree(release_id, LEGAL, LAWYER)
    sign(release_id, UNIT, agrees=False, comment="时限须经局务会研究。", by=office.person(SIGNBOARDS))
    assert queries.release(release_id).state == "draft"
    assert queries.history(office.BUNDLE, 1)[0].reason == "时限须经局务会研究。"
    assert told(DESIGNER)[-1] == "release-returned"
    releases.submit_release(release_id, by=office.person(DESIGNER))
    assert asked(release_id) == [LEGAL, UNIT]
    rounds = [(one.ended, one.agrees) for one in sign_offs_of(release_id, office.person(LAWYER))]
    assert rounds == [(True, True), (True, False), (False, None), (False, None)]
    assert list(verify_all()) == []


def test_nobody_else_signs_for_a_department(db):
    release_id = submitted()
    for login in (POLICE, HEAD, LAWYER, DESIGNER, PUBLISHER, SUPERVISOR, "hanlei"):
        with pytest.raises(NotYours):
            agree(release_id, UNIT, login)
    with pytest.raises(NotYours):
        agree(release_id, LEGAL, SIGNBOARDS)
    with pytest.raises(NotFound):
        agree(release_id, "public-security", POLICE)
    assert all(one.agrees is None for one in sign_offs_of(release_id, office.person(LAWYER)))


def test_a_signature_needs_words_and_is_given_once(db):
    release_id = submitted()
    for comment in ("", "   ", "长" * 501):
        with pytest.raises(Incomplete) as refused:
            agree(release_id, UNIT, SIGNBOARDS, comment)
        assert refused.value.field == "comment"
    agree(release_id, UNIT, SIGNBOARDS)
    with refusal("朱德福"):
        agree(release_id, UNIT, SIGNBOARDS)


def test_who_made_it_neither_signs_nor_publishes_and_a_working_copy_has_many_makers(db):
    designer, base = office.person(DESIGNER), published()
    copy = working_copies.begin(base, "延长时限", by=designer)
    text = release_files(base)["items/P6.toml"].decode().replace("value = ", "value = 1", 1).encode()
    digest = (
        sql()
        .execute("select digest from working_file where copy_id = %s and path = 'items/P6.toml'", (copy,))
        .fetchone()[0]
    )
    working_copies.save(copy, "items/P6.toml", text, digest, by=designer)
    for login in (PUBLISHER, LAWYER, SIGNBOARDS):  # as if each had drawn a part of it
        sql().execute(
            "insert into working_change (copy_id, path, before, after, by_id, at) select copy_id, path, before, after,"
            " %s, at from working_change where copy_id = %s limit 1",
            (office.person(login).user_id, copy),
        )
    release_id = working_copies.keep(copy, "", by=designer)
    releases.submit_release(release_id, by=designer)
    with refusal("自己制作"):
        agree(release_id, LEGAL, LAWYER)
    with refusal("自己制作"):
        publish_release(release_id, by=office.person(PUBLISHER))
    with refusal("自己制作"):  # nobody else of the department can sign: its letter is entered, by others than him
        agree(release_id, UNIT, SIGNBOARDS)


def test_a_department_of_which_nobody_is_here_answers_by_letter(db):
    sql().execute("update app_user set active = false where login = %s", (SIGNBOARDS,))
    release_id = submitted()
    (waits,) = [one for one in sign_offs_of(release_id, office.person(LAWYER)) if one.party == UNIT]
    assert (waits.by_letter, waits.may_sign) == (True, True)
    with pytest.raises(Incomplete) as refused:
        agree(release_id, UNIT, LAWYER)
    assert refused.value.field == "letter_number"
    agree(release_id, UNIT, LAWYER, letter_number="江城管函〔2026〕12号")
    (signed,) = [one for one in sign_offs_of(release_id, office.person(LAWYER)) if one.party == UNIT]
    assert signed.letter_number == "江城管函〔2026〕12号"


def test_who_signed_does_not_publish(db):
    release_id = submitted()
    sign_all(release_id)
    sql().execute(
        "insert into membership (user_id, group_id) select %s, id from candidate_group where key = 'studio.publish'",
        (office.person(LAWYER).user_id,),
    )
    with refusal("会签人"):
        publish_release(release_id, by=office.person(LAWYER))


def test_what_was_signed_is_the_difference_to_one_release(db):
    first = submitted()
    second = submitted("items/P6.toml", "value = ", "value = 2")
    sign_all(first)
    publish(second)
    with refusal("现行版本已经变化"):
        publish_release(first, by=office.person(PUBLISHER))
    releases.return_release(first, by=office.person(PUBLISHER), reason="重新核对")
    releases.submit_release(first, by=office.person(DESIGNER))
    publish(first)
    assert published() == first


# ---------------------------------------------------------------- from a day


def test_it_comes_in_force_on_its_day_and_not_before(db):
    with frozen_at(MONDAY):
        former, release_id = published(), submitted()
        publish(release_id, effective_on=date(2026, 12, 3))
        assert (queries.release(release_id).state, published()) == ("approved", former)
    with frozen_at(MONDAY + timedelta(days=2)):
        assert put_due_in_force() == 0
    with frozen_at(MONDAY + timedelta(days=2, hours=14, minutes=30)):  # Thursday, half past midnight in the office
        assert put_due_in_force() == 1
        assert put_due_in_force() == 0
    row = queries.release(release_id)
    assert (published(), row.publisher, row.state) == (release_id, "姜雯", "published")
    assert queries.release(former).state == "retired"
    assert list(verify_all()) == []


@pytest.mark.parametrize("on", [date(2026, 11, 29), date(1, 1, 1), date(2099, 1, 1)])
def test_a_day_that_has_passed_or_is_far_away_is_refused(db, on):
    with frozen_at(MONDAY):
        release_id = submitted()
        with pytest.raises(Incomplete) as refused:
            publish(release_id, effective_on=on)
        assert refused.value.field == "effective_on"
        assert queries.release(release_id).state == "submitted"


def test_what_has_errors_on_its_day_stays_out_and_nothing_is_lost(db):
    with frozen_at(MONDAY):
        former, release_id = published(), submitted()
        publish(release_id, effective_on=date(2026, 12, 1))
    sql().execute("update candidate_group set key = 'sign.gone' where key = 'sign.decide'")
    with frozen_at(MONDAY + timedelta(days=1)):
        assert put_due_in_force() == 1
        assert put_due_in_force() == 0
    assert (queries.release(release_id).state, published()) == ("submitted", former)
    assert told(PUBLISHER)[-1] == "release-kept-back"
    line = queries.history(office.BUNDLE, 1)[0]
    assert (line.kind, line.who) == ("kept-back", "")
    assert "个错误" in line.reason
    sql().execute("update candidate_group set key = 'sign.decide' where key = 'sign.gone'")
    publish_release(release_id, by=office.person(PUBLISHER))  # the signatures stand
    assert published() == release_id


def test_an_approved_release_is_told_to_have_been_overtaken_on_both_pages_and_by_notice(client):
    with frozen_at(MONDAY):
        former, first = published(), submitted()
        second = submitted("items/P6.toml", "value = ", "value = 2")
        publish(first, effective_on=date(2026, 12, 1))
        assert told(DESIGNER)[-1] == "release-approved"
        numbers = [queries.release(one).number for one in (former, first, second)]
        screen = Browser.of(client, PUBLISHER)
        approved = f"第 {numbers[1]} 版已核准，2026-12-01 起生效。"
        assert f"{approved}此版先成为现行的" in screen.open(f"/studio/releases/{second}").text
        assert "须退回" not in screen.open("/studio").text
        before = len(told(DESIGNER)), len(told(PUBLISHER))
        publish(second)
        assert "release-overtaken" in told(DESIGNER)[before[0] :]
        assert "release-published" in told(DESIGNER)[before[0] :]
        assert told(PUBLISHER)[before[1] :] == ["release-signed", "release-overtaken"]
        overtaken = screen.open(f"/studio/releases/{second}").text
        assert f"第 {numbers[1]} 版已核准，原定 2026-12-01 起生效。会签之后现行版本已经变化" in overtaken
        draft = drafted(new="value = 3")
        assert "起生效" not in screen.open(f"/studio/releases/{draft}").text
        screen.open("/studio?kind=overtaken")
        assert states_of(screen)[f"第 {numbers[1]} 版"] == "待生效 须退回"
        assert "1 个版本须退回" in screen.text
        screen.open(f"/studio/bundles/{office.BUNDLE}")
        assert states_of(screen)[f"第 {numbers[1]} 版"] == "待生效 须退回"
        page = screen.open(f"/studio/releases/{first}")
        assert f"会签的是与第 {numbers[0]} 版的差异。现在第 {numbers[2]} 版已经现行，会签不再成立" in page.text
        assert "2026-12-01 起生效。到时再核对一次" not in page.text
        page.submit(f"/releases/{first}/return", {"reason": "与第 6 版核对"})
        assert queries.release(first).state == "draft"
        assert "会签不再成立" not in screen.open(f"/studio/releases/{second}").text


def test_a_submitted_release_that_was_overtaken_offers_no_publishing(client):
    first, second = submitted(), submitted("items/P6.toml", "value = ", "value = 2")
    sign_all(first)
    assert told(DESIGNER)[-1] == "release-agreed"
    publish(second)
    screen = Browser.of(client, PUBLISHER)
    screen.open("/studio?kind=waiting")
    assert not screen.links(containing=f"/bundles/{office.BUNDLE}")
    assert "个版本待发布" not in screen.text
    screen.open("/studio?kind=overtaken")
    assert states_of(screen)[f"第 {queries.release(first).number} 版"] == "待发布 须退回"
    page = screen.open(f"/studio/releases/{first}")
    assert "会签不再成立" in page.text
    assert not page.page.xpath("//form[contains(@action, '/publish')]")
    assert page.page.xpath("//form[contains(@action, '/return')]")


def test_whoever_has_yet_to_sign_sees_that_it_was_overtaken(client):
    unsigned, other = submitted(), submitted("items/P6.toml", "value = ", "value = 2")
    screen = Browser.of(client, LAWYER)
    assert f"第 {queries.release(unsigned).number} 版" in to_sign(screen.open("/studio"))
    assert "须退回" not in to_sign(screen)
    publish(other)
    assert f"第 {queries.release(unsigned).number} 版 须退回" in to_sign(screen.open("/studio"))


def test_an_approved_release_can_be_returned_before_its_day(db):
    with frozen_at(MONDAY):
        release_id = submitted()
        publish(release_id, effective_on=date(2026, 12, 1))
        releases.return_release(release_id, by=office.person(PUBLISHER), reason="暂缓")
    with frozen_at(MONDAY + timedelta(days=2)):
        assert put_due_in_force() == 0
    assert queries.release(release_id).state == "draft"


# ---------------------------------------------------------------- out of use, and back


def test_a_bundle_out_of_use_takes_no_applications_and_its_cases_go_on(db):
    case, release_id = office.received("commitment"), published()
    with pytest.raises(Incomplete):
        stop_bundle(release_id, by=office.person(PUBLISHER), reason=" ")
    with pytest.raises(NotYours):
        stop_bundle(release_id, by=office.person(DESIGNER), reason="停办")
    stop_bundle(release_id, by=office.person(PUBLISHER), reason="改由省级系统办理。")
    assert office.BUNDLE not in current_releases()
    with pytest.raises(NotFound):
        office.draft("commitment")
    office.play(case.id, office.example("commitment")["acts"][:1])
    with refusal("已经停用"):
        stop_bundle(release_id, by=office.person(PUBLISHER), reason="再停一次")
    restore_release(release_id, by=office.person(PUBLISHER), reason="省级系统延期上线。")
    assert published() == release_id
    assert list(verify_all()) == []


def test_the_page_tells_all_that_became_of_a_release_and_one_word_says_its_state(client):
    with frozen_at(MONDAY):
        first, second, third = published(), submitted(), submitted("items/P6.toml", "value = ", "value = 2")
        case = office.received("commitment")
        publish(second)
        stop_bundle(second, by=office.person(PUBLISHER), reason="停办")
        restore_release(first, by=office.person(PUBLISHER), reason="先用原版")
        releases.return_release(third, by=office.person(PUBLISHER), reason="重新核对")
        releases.submit_release(third, by=office.person(DESIGNER))
        publish(third)
    kinds = [line.kind for line in life_of(first, office.BUNDLE)]
    assert kinds == ["published", "replaced", "restored", "replaced"]
    assert [line.by and line.by[0] for line in life_of(first, office.BUNDLE)][1::2] == [second, third]
    assert [line.kind for line in life_of(second, office.BUNDLE)] == ["published", "stopped"]
    with frozen_at(MONDAY):
        screen = Browser.of(client, PUBLISHER)
        page = screen.open(f"/studio/releases/{first}").text
    for said in (
        "恢复为现行 · 姜雯",
        "先用原版",
        f"被替代 · 姜雯 · 11-30 10:00 · 第 {queries.release(third).number} 版",
    ):
        assert said in page
    screen.submit("/sign-out")
    choices = Browser.of(client, "weixiaohong").open(f"/cases/{case.id}/repair/release").text
    assert re.search(rf"第 {queries.release(second).number} 版 · \S+ \S+ · 已停用", choices), choices


def test_going_back_needs_a_publisher_and_a_reason_and_no_signatures(db):
    former, release_id = published(), submitted()
    publish(release_id)
    with pytest.raises(Incomplete):
        restore_release(former, by=office.person(PUBLISHER), reason="")
    with pytest.raises(ReleaseRefused):
        restore_release(release_id, by=office.person(PUBLISHER), reason="它就是现行版")
    restore_release(former, by=office.person(PUBLISHER), reason="新版时限有误。")
    assert (published(), queries.release(release_id).state) == (former, "retired")
    assert queries.history(office.BUNDLE, 1)[0].kind == "restored"


def test_the_very_files_of_a_former_release_need_a_reason_only(db):
    former, release_id = published(), submitted()
    publish(release_id)
    again = releases.draft_from_files(office.BUNDLE, release_files(former), by=office.person(DESIGNER))
    assert again not in (former, release_id)
    releases.submit_release(again, by=office.person(DESIGNER))
    assert asked(again) == []
    with pytest.raises(Incomplete):
        publish_release(again, by=office.person(PUBLISHER))
    publish_release(again, by=office.person(PUBLISHER), reason="恢复原时限。")
    assert published() == again


def test_what_cannot_be_put_in_force_twice(db):
    with pytest.raises(ReleaseRefused):
        publish_release(published(), by=office.person(PUBLISHER))
    with pytest.raises(NotFound):
        publishing.restore_release(999999, by=office.person(PUBLISHER), reason="x")
