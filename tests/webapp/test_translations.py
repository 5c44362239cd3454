"""English beside Chinese: a complete catalogue, and pages on which nothing of the interface stays Chinese.

After a change of words: `pybabel extract` (the command stands in `webapp/translations/babel.cfg`), then
`pybabel update`, translate, and `scripts/set_up.py` compiles.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po
from flask import Flask
from flask.testing import FlaskClient
from lxml import html

from tests.support import office
from tests.webapp.day import Day, begun, pages_of
from webapp.catalogue import current_releases, release_files
from webapp.languages import COOKIE, counted
from webapp.queries.masking import masked_applicant, masked_person
from webapp.settings import PROJECT_FOLDER
from webapp.unit_of_work import sql

WEBAPP = PROJECT_FOLDER / "webapp"
TRANSLATIONS = WEBAPP / "translations"
CATALOGUE = TRANSLATIONS / "en" / "LC_MESSAGES" / "messages.po"
CHINESE = re.compile(r"[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]")
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|\{\w+\}|%%")


# The catalogue


@lru_cache(maxsize=1)
def extracted() -> frozenset[str]:
    """Every message that pages and commands say."""
    with (TRANSLATIONS / "babel.cfg").open(encoding="utf-8") as mapping:
        methods, options = parse_mapping_cfg(mapping)
    found = extract_from_dir(
        WEBAPP, methods, options, directory_filter=lambda folder: Path(folder).name not in {"node_modules", "static"}
    )
    return frozenset(_forms(message)[0] for _, _, message, _, _ in found)


def _forms(text: str | Sequence[str]) -> tuple[str, ...]:
    """A text, or the forms that it has for one and for several."""
    return (text,) if isinstance(text, str) else tuple(text)


@lru_cache(maxsize=1)
def english() -> Catalog:
    with CATALOGUE.open("rb") as file:
        return read_po(file, locale="en")


def test_there_are_messages_in_python_and_in_macros() -> None:
    assert {"流程工作室", "快捷键", "一窗"} <= extracted()


def test_every_message_has_its_english() -> None:
    known = {_forms(message.id)[0] for message in english() if all(_forms(message.string)) and not message.fuzzy}
    assert sorted(extracted() - known) == []


def test_the_catalogue_has_no_words_that_nobody_says() -> None:
    assert sorted({_forms(message.id)[0] for message in english() if message.id} - extracted()) == []
    assert list(english().obsolete) == []


def test_english_keeps_the_places_of_the_chinese() -> None:
    different = [
        (message.id, form)
        for message in english()
        for form in _forms(message.string)
        if message.id and sorted(PLACEHOLDER.findall(_forms(message.id)[0])) != sorted(PLACEHOLDER.findall(form))
    ]
    assert different == []


def test_english_is_english() -> None:
    said = [form for message in english() if message.id for form in _forms(message.string)]
    assert [form for form in said if CHINESE.search(form)] == []


def test_one_thing_is_told_otherwise_than_several(app: Flask) -> None:
    words = "挂起 %(count)s 件"
    with app.test_request_context(headers={"Cookie": f"{COOKIE}=en"}):
        assert counted(words, words, 1) == "Suspend 1 case"
        assert counted(words, words, 12) == "Suspend 12 cases"
    with app.test_request_context():
        assert counted(words, words, 1) == "挂起 1 件"


def test_what_is_shown_is_what_the_catalogue_says() -> None:
    with CATALOGUE.with_suffix(".mo").open("rb") as file:
        compiled = {_forms(message.id): _forms(message.string) for message in read_mo(file) if message.id}
    written = {_forms(message.id): _forms(message.string) for message in english() if message.id}
    assert compiled == written, "compile: make set-up"


# The pages

#: Where people type: what stands there is shown as it was typed, in every language.
TYPED = {
    "app_user": "name authorisation_number authorisation_scope",
    "visit": "person_name ticket",
    "cases": "applicant_name subject_name",
    "answer": "value",
    "stored_file": "name",
    "submitted_material": "provided_by",
    "commitment": "signer_name",
    "item_case": "intake_note",
    "review": "opinion",
    "ruling": "facts reasons",
    "correction": "faults note again_reason reply",
    "document_delivery": "recipient reference",
    "verification_photo": "place",
    "verification_draw": "reason",
    "compared_fact": "declared source found",
    "supervision_handover": "receiver result_note",
    "publication": "subject licence_number",
    "signal_word": "text",
    "document": "number",
    "comment": "body",
    "licence": "number holder facts",
    "collection": "collector_name",
    "release": "note",
    "credit_record": "subject_name source source_number facts",
    "credit_request": "person statement opinion reasons",
}
PEOPLE = {
    "clerk": "lixiaoyun",
    "issuer": "duanfang",
    "drug reviewer": "zhaolin",
    "drug decider": "wujianhua",
    "device decider": "chuyan",
    "food decider": "shenping",
    "sign reviewer": "hanlei",
    "visit officer": "kongliang",
    "verifier": "huaqiang",
    "lead": "weixiaohong",
    "designer": "taoran",
    "publisher": "jiangwen",
    "supervisor": "xieguang",
    "helper": "zousanbao",
}
SAID = ("aria-label", "alt", "title", "placeholder", "label", "content")


@dataclass(frozen=True)
class Said:
    """Chinese that a page says in English: where, and what."""

    url: str
    text: str


def typed() -> list[str]:
    """Everything Chinese that people typed, the longest first."""
    found: set[str] = set()
    for table, columns in TYPED.items():
        for row in sql().execute(f"select {columns.replace(' ', ', ')} from {table}"):
            for value in row:
                found.update(_strings(value))
    found.update([mask(one) for one in found if one for mask in (masked_person, masked_applicant)])
    return _longest_first(found)


def drawn() -> list[str]:
    """What a designer drew and wrote, as the studio quotes it: names, labels and texts of the release's files."""
    found: set[str] = set()
    for content in release_files(current_releases()[office.BUNDLE]).values():
        found.update(re.findall(r'(?<=")[^"\n]{2,}(?=")|(?<=>)[^<>]{2,}(?=<)', content.decode()))
    return _longest_first(found)


def _longest_first(found: set[str]) -> list[str]:
    return sorted((one for one in found if CHINESE.search(one)), key=len, reverse=True)


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        try:
            yield from _strings(json.loads(value)) if value[:1] in "[{" else [value, *value.splitlines()]
        except ValueError:
            yield value
    elif isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list | tuple):
        for one in value:
            yield from _strings(one)


def chinese_on(page: html.HtmlElement, url: str, typed_words: Iterable[str]) -> Iterator[Said]:
    """Chinese that the page calls English: outside elements marked as Chinese, without what people typed."""
    for element in page.iter():
        if not isinstance(element.tag, str) or element.tag in ("script", "style", "textarea"):
            continue
        texts = [element.text, *(child.tail for child in element)]
        texts += [element.get(name) for name in SAID]
        texts += [value for name, value in element.attrib.items() if name.startswith("data-") and "{" in value]
        if element.tag == "input" and element.get("type") in ("submit", "button"):
            texts.append(element.get("value"))
        for text in texts:
            if text and CHINESE.search(text) and _language(element) == "en":
                left = _without(text, typed_words)
                if CHINESE.search(left):
                    yield Said(url, " ".join(left.split())[:120])


def _language(element: html.HtmlElement) -> str:
    marked = element.xpath("ancestor-or-self::*[@lang][1]/@lang")
    return str(marked[-1]) if marked else ""


def _without(text: str, words: Iterable[str]) -> str:
    for one in words:
        text = text.replace(one, "")
    return text


@pytest.fixture
def day(db: Any) -> Day:
    """Cases at every step, drafts before and after signing, a draft release with findings."""
    return begun()


@pytest.mark.parametrize("role", PEOPLE)
def test_a_page_in_english_says_nothing_in_chinese(app: Flask, client: FlaskClient, day: Day, role: str) -> None:
    office.sign_in(client, PEOPLE[role])
    client.set_cookie(COOKIE, "en")
    words = typed()
    names = _longest_first({*words, *drawn()})
    seen, said = 0, set()
    for url in pages_of(app, day):
        response = client.get(url)
        if response.mimetype == "text/html" and response.status_code != 302 and response.data:
            seen += response.status_code == 200
            page = html.fromstring(response.get_data(as_text=True))
            said.update(chinese_on(page, url, names if url.startswith("/studio") else words))
    assert seen > 5
    assert sorted({one.text: one.url for one in said}.items()) == []


def test_the_applicant_follows_the_case_in_english(client: FlaskClient, day: Day) -> None:
    client.set_cookie(COOKIE, "en")
    token = office.csrf_token(client)
    values = {"number": day.handle.number, "code": day.handle.code, "csrf_token": token}
    words = typed()
    refused = client.post("/track", data={"number": "", "code": "", "csrf_token": token})
    progress = client.post("/track", data=values, follow_redirects=True)
    assert day.handle.number in progress.get_data(as_text=True)
    for response in (refused, progress, client.get("/"), client.get("/sign-in")):
        page = html.fromstring(response.get_data(as_text=True))
        assert list(chinese_on(page, response.request.path, words)) == []


def test_an_unfinished_act_is_refused_in_english(client: FlaskClient, day: Day) -> None:
    client.set_cookie(COOKIE, "en")
    words = typed()
    open_tasks = sql().execute(
        "select t.id, t.revision, g.group_key from user_task t join task_candidate g on g.task_id = t.id"
        " where t.state = 'open' and t.assignee_id is null and g.group_key not like 'window.%'"
    )
    for task, revision, group in open_tasks.fetchall():
        with client.session_transaction() as session:
            session.clear()
        office.sign_in(client, office.member_of(group).login)
        token = office.csrf_token(client)
        client.post(f"/tasks/{task}/claim", data={"csrf_token": token, "revision": revision})
        refused = client.post(f"/tasks/{task}/act", data={"csrf_token": token, "revision": revision + 1, "key": "k"})
        assert refused.status_code == 422, (task, group, refused.status_code)
        page = html.fromstring(refused.get_data(as_text=True))
        assert list(chinese_on(page, f"/tasks/{task}/act", words)) == []
