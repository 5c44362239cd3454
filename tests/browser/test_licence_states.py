"""On the screen: what another system did with its licence, a result that cannot be handed over, a licence reused."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.person import Person
from tests.browser.site import Site
from tests.journeys import test_second_bundle as follow_up
from tests.support import office
from webapp import clock, moments
from webapp.models import Licence
from webapp.services import licence_acts

Somebody = Callable[..., Person]


def test_what_is_no_longer_in_force_is_noted_withheld_and_reused_by_nobody(site: Site, somebody: Somebody) -> None:
    with site.app.app_context():
        case = office.received("pre-review", ways={"P2": "commitment"})
        office.act(case.id, "backfill", "P1")
        office.act(case.id, "immediate", "P2")
        draft = follow_up.draft()
        business = Licence.query.filter_by(type_key="business-licence").one().id
        drug = Licence.query.filter_by(type_key="drug-retail").one().id
        officer = office.member_of("registration.review").login
    clerk = somebody(office.CLERK)
    clerk.open(f"/application/{draft}/materials", "提交材料")
    expect(clerk.page.get_by_text("证照库中已有药品经营许可证").first).to_be_visible()
    clerk.picture("reused-licences")
    _note(somebody(officer), business)
    with site.app.app_context():
        by = office.member_of("drug.decide")
        licence_acts.cancel(drug, by=by, reason="歇业。", basis="《行政许可法》第七十条", key="cancel")
        follow_up.hand_in(draft, "drug-licence")
    clerk.open(f"/application/{draft}/check", "核对并收件")
    expect(clerk.page.get_by_text("已注销，不能代替“药品经营许可证”").first).to_be_visible()
    _withheld(somebody(office.ISSUER), case.id)


def _note(officer: Person, business: int) -> None:
    page = officer.page
    officer.open(f"/licence-registry/{business}", "营业执照")
    officer.follow("登记核发系统的处理")
    officer.arrives("登记核发系统的处理")
    page.get_by_label("暂停").check()
    page.get_by_label("作出处理的机关").fill("江城市市场监督管理局")
    officer.press("登记")
    officer.arrives("登记核发系统的处理")
    expect(page.locator(".error-summary")).to_contain_text("请填写文书或者通知的编号")
    page.get_by_label("文书或者通知编号").fill("江市监〔2026〕9号")
    page.get_by_label("生效日期").fill(clock.today(moments.OFFICE_ZONE).isoformat())
    officer.press("登记")
    officer.arrives("营业执照")
    expect(page.get_by_text("江城市市场监督管理局 江市监〔2026〕9号")).to_be_visible()


def _withheld(issuer: Person, case_id: int) -> None:
    page = issuer.page
    page.goto(f"/window/cases/{case_id}")
    issuer.look_over()
    expect(page.get_by_text("该证照已注销，不再出件、交付，请结束出件。")).to_be_visible()
    issuer.picture("licence-withheld")
    issuer.press("不再交付，结束出件")
    expect(page.get_by_text("已记录：该结果不再交付。")).to_be_visible()
