"""Every page of the application: which address shows it with something on it, and who may see it there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.browser.further_pages import further_pages
from tests.browser.visits import Visit
from tests.support import office
from tests.webapp.day import Day
from tests.webapp.test_every_route import address, rules
from webapp import clock
from webapp.identity import Identity
from webapp.pages.public import OPEN_FOR, SESSION_KEY
from webapp.permissions import Permission, may_at_all
from webapp.unit_of_work import sql

#: The first of these who may see a page sees it.
LOGINS = (
    "zhaolin",
    "lixiaoyun",
    "duanfang",
    "wujianhua",
    "weixiaohong",
    "chuyan",
    "shenping",
    "hanlei",
    "kongliang",
    "huaqiang",
    "taoran",
    "jiangwen",
    "xieguang",
    "zousanbao",
    "qianwei",
)
#: Answers of a page that stays open: a part of it, shown within it.
PARTS = frozenset(
    {
        "application.signing_state",
        "inbox.part",
        "inbox.counts",
        "task.others",
        "task.visit_photo_list",
        "notices.count",
        "migration.progress",
        "operation.progress",
        "studio.copy_around",
        "studio.import_progress",
    }
)

#: Routes that only lead to a page of another route.
LEADS_ON = frozenset({"application.resume", "inbox.following"})
#: Routes that answer with a file, of which the day has none.
FILES = frozenset(
    {
        "application.file",
        "comments.file",
        "credit.evidence",
        "licence_check.demo_root",
        "paper.signature",
        "repair.token_diagram",
        "studio.bundle_picture",
        "studio.catalogue_export",
        "studio.change_list_file",
        "studio.changes_file",
        "studio.copy_file",
        "studio.copy_paper_pdf",
        "studio.diagram",
        "studio.examples_picture",
        "studio.heat_picture",
        "studio.release_examples_picture",
        "studio.download",
        "studio.download_aside",
        "studio.export_copy",
        "studio.release_paper_pdf",
        "studio.trial_diagram",
    }
)


@dataclass
class Browsers:
    """Somebody's browser without a screen, each signed in once."""

    app: Flask
    known: dict[tuple[str, int], FlaskClient] = field(default_factory=dict)

    def of(self, login: str, case_id: int = 0) -> FlaskClient:
        if (login, case_id) not in self.known:
            client = self.known[login, case_id] = self.app.test_client()
            if login:
                office.sign_in(client, login)
            if case_id:
                with client.session_transaction() as session:
                    session[SESSION_KEY] = [case_id, int((clock.now() + OPEN_FOR).timestamp())]
        return self.known[login, case_id]

    def cookie(self, login: str, case_id: int) -> str:
        """What stands in the cookie of the session."""
        name = str(self.app.config["SESSION_COOKIE_NAME"])
        found = self.of(login, case_id).get_cookie(name)
        return found.value if found else ""


@dataclass(frozen=True)
class Found:
    """The pages that were found, and the rules of pages that nobody could open."""

    visits: tuple[Visit, ...]
    missing: tuple[str, ...]


def every_page(app: Flask, day: Day, browsers: Browsers) -> Found:
    """A visit of every route that shows a page, and of what it shows differently by what it is about."""
    people = [office.person(login) for login in LOGINS]
    opening = [
        one for one in rules(app) if "GET" in (one[0].methods or ()) and one[0].endpoint not in PARTS | FILES | LEADS_ON
    ]
    visits: list[Visit] = []
    missing: list[str] = []
    for rule, permission in sorted(opening, key=lambda one: one[0].rule):
        addresses = list(dict.fromkeys(address(rule, one) for one in day.offices))
        tries = _tries(rule.rule, addresses, [one for one in people if _may(one, permission)], permission, day)
        answers = ((visit, answer_of(browsers, visit)) for visit in tries)
        known = next(((visit, answer) for visit, answer in answers if answer.status_code == 200), None)
        if known is None:
            missing.append(rule.rule)
        elif known[1].mimetype == "text/html":
            visits.append(known[0])
    differently = list(_differently(browsers, day))
    further = further_pages(day)
    shown = {one.page for one in further}
    return Found(
        tuple({one.page: one for one in (*visits, *differently, *further)}.values()),
        tuple(rule for rule in missing if rule not in {page.partition(" (")[0] for page in shown}),
    )


def answer_of(browsers: Browsers, visit: Visit) -> TestResponse:
    return browsers.of(*visit.who).get(visit.url)


def _may(by: Identity, permission: Permission | None) -> bool:
    return permission is None or may_at_all(by, permission)


def _tries(
    rule: str, addresses: list[str], people: list[Identity], permission: Permission | None, day: Day
) -> Iterator[Visit]:
    """Who could see the page of a rule where: the applicants of the day, the public, or its people."""
    for url in addresses:
        if rule.startswith("/track/"):
            yield from (Visit(rule, url, case_id=one.case) for one in day.offices)
        elif permission is None:
            yield Visit(rule, url)
        else:
            yield from (Visit(rule, url, by.login) for by in people)


def _differently(browsers: Browsers, day: Day) -> Iterator[Visit]:
    """What one route shows differently: a task by its step, a further act by its kind, a release by its view."""
    rows = sql().execute(
        "select distinct on (t.step, t.state) t.id, t.step, t.state, u.login, c.group_key from user_task t"
        " left join app_user u on u.id = coalesce(t.assignee_id, t.closed_by)"
        " left join task_candidate c on c.task_id = t.id"
        " where u.login is not null or c.group_key is not null"
        " order by t.step, t.state, t.assignee_id nulls last, t.id"
    )
    for task, step, state, login, group in rows.fetchall():
        who = login or office.member_of(group).login
        yield Visit(f"/tasks/<int:task_id> ({step}, {state})", f"/tasks/{task}", who)
    for url in day.further:
        if url.startswith("/studio/"):
            yield Visit(f"/studio/releases/<int:release_id> ({url.partition('?')[2]})", url, "taoran")
