"""A user task without a name, as an old release may have one: the office calls it by its step, nothing is headless."""

from __future__ import annotations

from flask.testing import FlaskClient

from tests.support import office
from tests.support.pages import Browser
from tests.support.releases import publish
from webapp.catalogue import current_releases, published, release_files
from webapp.languages import COOKIE
from webapp.services import releases

DIAGRAM, REVIEW, LICENCE = "_shared/item-licence.bpmn", "审查意见", "制作证照"


def without_a_name(called: str = REVIEW) -> int:
    """The bundle in force from now on, in which what is `called` so in the process of an item has no name."""
    files, named = release_files(current_releases()[office.BUNDLE]), f' name="{called}"'.encode()
    assert named in files[DIAGRAM]
    changed = {**files, DIAGRAM: files[DIAGRAM].replace(named, b"")}
    release_id = releases.draft_from_files(office.BUNDLE, changed, by=office.person("taoran"))
    releases.submit_release(release_id, by=office.person("taoran"))
    publish(release_id)
    return release_id


def test_its_page_the_inbox_and_the_record_of_the_case_call_it_by_its_step(db: object, client: FlaskClient) -> None:
    release = published(without_a_name())
    case = office.received("mixed-ways")
    office.act(case.id, "accept", "P3")
    office.act(case.id, "examine", "P3", visit_needed=False)
    task, who = office.claimed(case.id, "review", "P3")
    screen = Browser(client, who.login)
    page = screen.open(f"/tasks/{task.id}")
    assert page.words("//h1").startswith("审查：")
    assert page.words("//aside//h2").startswith("审查")
    record = screen.open(f"/cases/{case.id}").words("//ol[@class='history']/li[1]/span[2]")
    assert record.startswith("认领“审查” · ")
    told = release.element_name("item-licence", "review")
    assert (told.zh, told.en) == ("审查", "Review")
    client.set_cookie(COOKIE, "en")
    assert screen.open(f"/tasks/{task.id}").words("//h1").startswith("Review: ")


def test_what_has_no_name_is_not_called_as_something_else_of_its_id_in_another_process(db: object) -> None:
    release = published(without_a_name(LICENCE))
    assert release.element_name("item-filing", "issue-licence").zh == "制作备案凭证"
    assert release.element_name("item-licence", "issue-licence").zh.startswith("“")
    assert "备案" not in release.element_name("item-licence", "issue-licence").zh
    assert release.element_name("refused-item", "issue-licence").zh == "制作备案凭证"  # where it is not at all


def test_a_new_release_with_it_is_warned_of_in_the_studio(db: object, client: FlaskClient) -> None:
    release_id = without_a_name()
    page = Browser(client, "taoran").open(f"/studio/releases/{release_id}")
    assert "人工任务“review”没有名称，待办、办件页面和办理经过里只能称作“审查”" in page.words()
