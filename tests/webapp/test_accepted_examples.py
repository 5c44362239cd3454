"""Examples are played when a release is submitted: one that differs is mended, or accepted by name with a reason."""

from __future__ import annotations

import hashlib
import json

import pytest

from tests.support import office
from tests.support.releases import publish
from tests.webapp.browsing import Browser
from webapp.catalogue import current_releases, release_files
from webapp.errors import Incomplete
from webapp.queries import releases as queries
from webapp.queries.audit import verify_all
from webapp.queries.release_examples import accepted_examples
from webapp.services import releases, working_copies
from webapp.services.release_examples import differing_examples
from webapp.services.release_sign_offs import LEGAL, sign
from webapp.unit_of_work import sql

DESIGNER, LAWYER = "taoran", "qixin"
EXAMPLE, OTHER = "examples/ordinary.json", "examples/refused-item.json"
REASON = "示例里的结果按新规定已经过时，下月重录。"


def without_result(content: bytes) -> bytes:
    """The example says that no item has a result, which is not what happens."""
    told = json.loads(content)
    told["expect"]["results"] = {}
    return json.dumps(told, ensure_ascii=False).encode()


def drafted(*changed: str) -> int:
    files = release_files(current_releases()[office.BUNDLE])
    files |= {path: without_result(files[path]) for path in changed}
    return releases.draft_from_files(office.BUNDLE, files, by=office.person(DESIGNER), note="改示例")


def test_a_differing_example_keeps_a_release_from_being_submitted_and_is_named(db):
    release_id = drafted(EXAMPLE, OTHER)
    with pytest.raises(Incomplete) as missing:
        releases.submit_release(release_id, by=office.person(DESIGNER), accepted={EXAMPLE: REASON})
    assert list(missing.value.faults) == [f"accept:{OTHER}"]
    name = json.loads(release_files(release_id)[OTHER])["name"]["zh"]
    assert name in missing.value.words.zh
    assert queries.release(release_id).state == "draft"
    assert accepted_examples(release_id) == []


def test_a_reason_of_blanks_is_none(db):
    with pytest.raises(Incomplete):
        releases.submit_release(drafted(EXAMPLE), by=office.person(DESIGNER), accepted={EXAMPLE: "  "})


def test_an_accepted_example_is_kept_with_its_differences_and_stands_in_the_chain(db):
    release_id = drafted(EXAMPLE)
    releases.submit_release(release_id, by=office.person(DESIGNER), accepted={EXAMPLE: REASON, "examples/x.json": "?"})
    (kept,) = accepted_examples(release_id)
    assert (kept.file, kept.reason, kept.who, kept.ended) == (EXAMPLE, REASON, office.person(DESIGNER).name, False)
    assert "结果" in kept.differences[0].zh
    body = (
        sql().execute("select body from release_event where kind = 'submitted' order by at desc, seq desc").fetchone()
    )
    assert body is not None
    assert json.loads(body[0])["examples"] == {EXAMPLE: REASON}
    assert list(verify_all()) == []
    publish(release_id)
    assert not accepted_examples(release_id)[0].ended


def test_the_next_round_asks_again_and_the_former_stays_to_be_read(db):
    release_id = drafted(EXAMPLE)
    releases.submit_release(release_id, by=office.person(DESIGNER), accepted={EXAMPLE: REASON})
    sign(release_id, LEGAL, agrees=False, comment="理由不成立。", by=office.person(LAWYER))
    with pytest.raises(Incomplete):
        releases.submit_release(release_id, by=office.person(DESIGNER))
    releases.submit_release(release_id, by=office.person(DESIGNER), accepted={EXAMPLE: "已与法制审核核对。"})
    assert [one.ended for one in accepted_examples(release_id)] == [True, False]


def test_examples_that_hold_ask_for_nothing(db):
    files = release_files(current_releases()[office.BUNDLE])
    release_id = releases.draft_from_files(
        office.BUNDLE, {**files, "guide/zh.md": files["guide/zh.md"] + b"\n"}, by=office.person(DESIGNER)
    )
    assert differing_examples(release_id) == ()
    releases.submit_release(release_id, by=office.person(DESIGNER))
    assert accepted_examples(release_id) == []


def test_a_working_copy_that_mends_the_example_can_be_submitted(db):
    designer = office.person(DESIGNER)
    copy = working_copies.begin(drafted(EXAMPLE), "重录示例", by=designer)
    good = release_files(current_releases()[office.BUNDLE])[EXAMPLE]
    bad = working_copies.files_of(copy)[EXAMPLE]
    digest = hashlib.sha256(bad).hexdigest()
    working_copies.save(copy, EXAMPLE, good, digest, by=designer)
    # the same files as the release in force: that is what the page says too
    files = {**working_copies.files_of(copy), "guide/zh.md": "# 指南\n".encode()}
    release_id = releases.draft_from_files(office.BUNDLE, files, by=designer)
    releases.submit_release(release_id, by=designer)
    assert queries.release(release_id).state == "submitted"


def test_the_page_asks_for_each_reason_keeps_what_was_typed_and_shows_it_to_who_signs(app, db):
    release_id = drafted(EXAMPLE, OTHER)
    designer = Browser.of(app.test_client(), DESIGNER)
    designer.open(f"/studio/releases/{release_id}")
    assert "有 2 个示例与这一版不符" in designer.text
    designer.submit(f"/releases/{release_id}/submit", {f"accept:{EXAMPLE}": REASON})
    assert designer.status == 422
    assert REASON in designer.text
    assert "确认接受的，写明理由" in designer.text
    designer.submit(f"/releases/{release_id}/submit", {f"accept:{OTHER}": "同上。"})
    assert "已提交" in designer.text
    lawyer = Browser.of(app.test_client(), LAWYER)
    lawyer.open(f"/studio/releases/{release_id}")
    assert "与示例不符，提交时已接受" in lawyer.text
    assert REASON in lawyer.text
