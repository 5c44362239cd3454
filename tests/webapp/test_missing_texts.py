"""A text without English: the editor leads to the line where it is written, and says when it saved in office time."""

from __future__ import annotations

import pytest

from tests.support.office import person
from tests.webapp.browsing import Browser
from tests.webapp.test_examples import DESIGNER, copy_id
from webapp import clock, moments
from webapp.queries.missing_texts import texts_file, with_line
from webapp.queries.working_copies import digests_of
from webapp.services import working_copies

PATH = "open-pharmacy.bpmn"
__all__ = ["copy_id"]


@pytest.mark.parametrize(
    ("text", "made", "line"),
    [
        ("", '\n["a.bpmn"]\n"x.name" = ""\n', 3),
        ('["a.bpmn"]\n"y.name" = "Y"\n\n["b"]\n', '["a.bpmn"]\n"y.name" = "Y"\n"x.name" = ""\n\n["b"]\n', 3),
        ('["a.bpmn"]\n"x.name" = "X"\n', '["a.bpmn"]\n"x.name" = "X"\n', 2),
    ],
)
def test_the_line_stands_among_those_of_its_file(text: str, made: str, line: int) -> None:
    assert with_line(text, "a.bpmn", "x.name") == (made, line)


def test_shared_files_have_their_english_among_the_shared_texts() -> None:
    assert texts_file("_shared/item-licence.bpmn") == "_shared/texts/en.toml"
    assert texts_file(PATH) == "texts/en.toml"


def test_a_saving_leads_to_the_english_that_is_missing(client, copy_id) -> None:
    designer = Browser.of(client, DESIGNER)
    content = working_copies.files_of(copy_id)[PATH]
    node = b'<bpmn:endEvent id="end-new" name="\xe6\x96\xb0\xe7\x9a\x84" />'
    at = content.index(b"</bpmn:process>")
    base = digests_of(copy_id)[PATH]
    working_copies.save(copy_id, PATH, content[:at] + node + content[at:], base, by=person(DESIGNER))
    now = digests_of(copy_id)[PATH]
    designer.open(f"/studio/copies/{copy_id}/design?path={PATH}")
    text = working_copies.files_of(copy_id)[PATH].decode()
    token = designer.page.xpath("//meta[@name='csrf-token']/@content")[0]
    said = client.post(
        f"/studio/copies/{copy_id}/file?path={PATH}", data={"text": text, "base": now, "csrf_token": token}
    ).get_json()
    (one,) = [found for found in said["findings"] if found["element"] == "end-new.name"]
    assert one["name"] == "“新的”"
    assert said["at"] == f"{moments.local(clock.now()):%H:%M}"
    designer.open(one["link"]["url"])
    assert '"end-new.name" = ""' in designer.text or '"end-new.name" = ""' in designer.page.xpath("//textarea")[0].text
    assert "行等着填写英文" in designer.text
