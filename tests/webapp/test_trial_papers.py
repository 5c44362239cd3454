"""文书 in a trial: what its acts would have issued, each to be looked at with the trial's own variables."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy

from tests.support import office
from tests.webapp.browsing import Browser
from tests.webapp.trying import LEAVE, act, section, tried
from webapp.unit_of_work import sql

DESIGNER = "taoran"


@pytest.fixture
def designer(client: FlaskClient) -> Browser:
    return Browser.of(client, DESIGNER)


@pytest.fixture
def trial_id(db: SQLAlchemy) -> int:
    """On the variables of a worked example, after the registration was filled in."""
    return office.trial(DESIGNER)


def papers(browser: Browser) -> list[str]:
    return [
        " ".join(one.text_content().split())
        for one in browser.page.xpath("//section[@aria-labelledby='papers-title']//li")
    ]


def test_a_trial_tells_what_its_acts_would_have_issued(designer: Browser, trial_id: int) -> None:
    documents = sql().execute("select count(*) from document").fetchone()
    designer.open(f"/studio/trials/{trial_id}")
    told = papers(designer)
    assert told[0].startswith("材料接收凭证")
    assert "营业执照 P1" in told[1]
    assert "backfill" in told[1]
    assert "模拟不出具文书" in section(designer, "文书")
    assert sql().execute("select count(*) from document").fetchone() == documents


def test_a_correction_and_a_refusal_are_told_when_they_happen(designer: Browser, trial_id: int) -> None:
    designer.open(f"/studio/trials/{trial_id}")
    act(designer, "done", "record-outside-result")
    act(designer, "complete", "accept", variables='{"intake_outcome": "correction"}')
    assert "补正材料一次性告知书" in papers(designer)[-1]
    assert "accept" in papers(designer)[-1]
    designer.submit("/take-back")
    assert "补正材料一次性告知书" not in section(designer, "文书")


def test_a_paper_of_a_trial_is_filled_with_its_variables_and_its_example(designer: Browser, trial_id: int) -> None:
    designer.open(f"/studio/trials/{trial_id}")
    (link,) = designer.links(containing=f"/trials/{trial_id}/papers/1")
    designer.open(link)
    assert designer.heading == "材料接收凭证"
    assert "江城安济堂药店有限公司" in designer.text  # of the example that it began with
    assert "预览，无效力" in designer.text
    assert designer.client.get(f"{link}.pdf").mimetype == "application/pdf"
    designer.open(f"{link}?language=en&example=none")
    assert "江城安济堂药店有限公司" not in designer.text
    assert "这里为空，不打印" in designer.text


def test_what_was_not_issued_is_not_found(designer: Browser, trial_id: int) -> None:
    assert designer.open(f"/studio/trials/{trial_id}/papers/99").status == 404
    assert designer.open(f"/studio/trials/{trial_id}/papers/0").status == 404


def test_nobody_sees_the_papers_of_another_persons_trial(client: FlaskClient, trial_id: int) -> None:
    publisher = Browser.of(client, "jiangwen")
    assert publisher.open(f"/studio/trials/{trial_id}/papers/1").status == 404
    assert publisher.open(f"/studio/trials/{trial_id}/papers/1.pdf").status == 404


def test_a_diagram_alone_has_no_catalogue(designer: Browser) -> None:
    tried(designer, LEAVE, '{"days": 3}')
    assert "没有目录" in section(designer, "文书")
