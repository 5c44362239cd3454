"""Many running cases go on with the next release: chosen, tried, confirmed by another, taken back."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.person import PHONE, Person
from tests.browser.site import Site
from tests.support import machines, office
from tests.webapp.test_migration_pages import renamed
from webapp.catalogue import current_releases, release_files
from webapp.extensions import db

DESIGNER, PUBLISHER, LEAD = "taoran", "jiangwen", "weixiaohong"
Somebody = Callable[..., Person]
HEADING = re.compile("^批量迁移：")


def next_release(site: Site) -> None:
    """The next release, in which one task has another id."""
    with site.app.app_context():
        files = release_files(current_releases()[office.BUNDLE])
        file = "_shared/item-licence.bpmn"
        files[file] = renamed(files[file])
        machines.publish_files(files)
        db.session.remove()


@pytest.mark.parametrize("script", [True, False])
def test_from_the_choice_of_cases_to_taking_them_back(site: Site, somebody: Somebody, script: bool) -> None:
    cases = [site.received("commitment") for _ in range(4)]
    next_release(site)
    designer = somebody(DESIGNER, script=script)
    page = designer.page
    designer.open(f"/studio/bundles/{office.BUNDLE}", re.compile("."))
    designer.follow("迁移在办件")
    designer.arrives(HEADING)
    expect(page.locator("main")).to_contain_text(f"选中 {len(cases)} 件")
    expect(page.locator("main")).to_contain_text("同名同位置")
    designer.picture("migration-choose")
    designer.picture("migration-choose-phone", size=PHONE)
    designer.picture("migration-diagram", at="#diagram-1")
    designer.press("开始试算")
    designer.arrives(HEADING)
    expect(page.locator(".error-summary")).to_contain_text("请填写原因")
    page.get_by_label("迁移原因").fill("审查环节改名")
    designer.press("开始试算")
    designer.arrives(HEADING, look=False)
    expect(page.get_by_role("heading", name=re.compile("迁移到第"))).to_be_visible()
    site.work_off()
    if script:  # the page asks by itself
        expect(page.get_by_role("button", name="提请确认")).to_be_visible(timeout=10_000)
    else:
        page.reload()
    designer.press("提请确认")
    designer.arrives(HEADING)
    address = re.sub(r"^https?://[^/]+", "", page.url)

    publisher = somebody(PUBLISHER, script=script)
    publisher.open(address, HEADING)
    publisher.page.get_by_label("先迁移").fill("1")
    publisher.press("确认并迁移首批")
    publisher.arrives(HEADING, look=False)
    publisher.picture("migration-first")
    site.work_off()
    publisher.page.reload()
    publisher.picture("migration-looked")
    publisher.picture("migration-looked-phone", size=PHONE)
    publisher.press("继续迁移其余 3 件")
    site.work_off()
    lead = somebody(LEAD, script=script)
    lead.open(address, HEADING)
    expect(lead.page.locator("main")).to_contain_text("已完成")
    lead.page.get_by_label("撤销原因").fill("新版有误")
    lead.press("撤销已迁移的 4 件")
    site.work_off()
    lead.page.reload()
    expect(lead.page.locator("main")).to_contain_text("已撤销 4")
    lead.look_over()
    lead.picture("migration-undone")
