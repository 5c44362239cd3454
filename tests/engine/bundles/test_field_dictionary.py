"""The shared field dictionary: what it declares, what deviates from it, and the names that expressions may read."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from engine.bundles import (
    DICTIONARY_FILE,
    bundle_files,
    bundle_keys,
    check_bundle,
    declared_fields,
    known_names,
    read_bundle,
    read_forms,
)
from engine.bundles.case import OF_ITEM
from engine.findings import Severity
from engine.words import Words

REPOSITORY = Path(__file__).parents[3]
FORM = "forms/application.form"
MOBILE = {
    "type": "textfield", "id": "mobile", "key": "mobile", "label": "手机号码", "description": "用来接收通知",
    "validate": {"required": True, "minLength": 11, "maxLength": 11}, "properties": {"format": "mobile"},
}  # fmt: skip
FUEL = {
    "type": "radio", "id": "heat", "key": "heat", "label": "热源",
    "values": [{"value": "gas", "label": "煤气"}, {"value": "coal", "label": "木炭"}],
}  # fmt: skip


@pytest.fixture
def with_fields(files):
    """The bundle's files with a dictionary, and with these further components in its form."""

    def made(*components):
        dictionary = {"components": [{"type": "group", "id": "g", "label": "联系", "components": [MOBILE, FUEL]}]}
        form = json.loads(files[FORM])
        form["components"] += components
        texts = '["_shared/fields.form"]\n"mobile.label" = "Mobile"\n"heat.options.gas" = "Gas"\n'
        return {
            **files,
            DICTIONARY_FILE: json.dumps(dictionary).encode(),
            FORM: json.dumps(form).encode(),
            "_shared/texts/en.toml": texts.encode(),
        }

    return made


def deviating(files):
    return [one for one in check_bundle(files, "open-stall") if one.code == "field-deviates"]


def test_the_dictionary_declares_fields_under_their_headings(with_fields):
    declared = declared_fields(with_fields())
    assert list(declared) == ["mobile", "heat"]
    assert (declared["mobile"].group, declared["mobile"].content["type"]) == ("联系", "textfield")


def test_a_field_as_declared_is_no_finding_whatever_one_form_alone_knows(with_fields):
    mine = {**MOBILE, "id": "other", "description": "", "conditional": {"hide": "=sign = true"}}
    mine["validate"] = {"minLength": 11, "maxLength": 11}
    mine["properties"] = {"format": "mobile", "items": "A"}
    reordered = {**FUEL, "values": FUEL["values"][::-1]}
    assert deviating(with_fields(mine, reordered)) == []


def test_a_field_that_deviates_is_told_with_all_that_differs(with_fields):
    number = {"type": "number", "id": "m", "key": "mobile", "label": "手机"}
    more = {**FUEL, "values": [*FUEL["values"], {"value": "wood", "label": "木柴"}]}
    first, second = deviating(with_fields(number, more))
    assert (first.severity, first.file, first.element) == (Severity.WARNING, FORM, "mobile")
    assert first.message.zh == "与共用字段“手机号码”（mobile）不一致：类型、名称、格式、最少字数、最多字数。"
    assert second.message.en == "Differs from the shared field “heat”: choices."


def test_a_least_value_of_nought_is_not_none_at_all(with_fields):
    files = with_fields({"type": "number", "id": "n", "key": "count", "label": "数量", "validate": {"min": 0}})
    files[DICTIONARY_FILE] = json.dumps(
        {"components": [{"type": "number", "id": "n", "key": "count", "label": "数量"}]}
    ).encode()
    assert [one.message.en for one in deviating(files)] == ["Differs from the shared field “count”: minimum."]


def test_a_field_from_the_dictionary_brings_its_translation(with_fields):
    files = with_fields(MOBILE, {**FUEL, "label": "用什么加热"})
    form = read_forms(files, read_bundle(files))[FORM]
    assert form.field("mobile").label == Words("手机号码", "Mobile")
    assert form.field("heat").label == Words("用什么加热", "")  # says something else: the translation is another's
    assert form.field("heat").options[0].label == Words("煤气", "Gas")


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"components": 3}', b'{"components": [3, {"type": "group"}]}'])
def test_a_dictionary_that_cannot_be_read_declares_nothing(with_fields, content):
    files = {**with_fields(), DICTIONARY_FILE: content}
    assert declared_fields(files) == {}
    assert deviating(files) == []


def test_a_fault_in_the_dictionary_is_a_finding_of_its_file(with_fields):
    files = {**with_fields(), DICTIONARY_FILE: b'{"components": [{"type": "iframe", "id": "x"}]}'}
    found = [(one.code, one.element) for one in check_bundle(files, "open-stall") if one.file == DICTIONARY_FILE]
    assert found == [("unsupported-component", "x")]


def test_the_shipped_bundles_ask_as_the_shipped_dictionary_declares():
    tree = {
        str(path.relative_to(REPOSITORY)): path.read_bytes()
        for folder in ("processes", "forms")
        for path in (REPOSITORY / folder).rglob("*")
        if path.is_file()
    }
    for key in bundle_keys(tree):
        files = bundle_files(tree, key)
        assert declared_fields(files)
        assert [one for one in check_bundle(files, key) if one.code == "field-deviates"] == []


def test_names_for_expressions_have_type_and_label(files):
    known = {one.name: one for one in known_names(files)}
    assert (known["kinds"].type, known["kinds"].label.zh) == ("list", "卖什么？")
    assert known["fire"].type == "boolean"
    assert (known["applicant"].type, known["applicant"].label) == ("string", Words("姓名", "Name"))
    assert known["items"].label.en == "Variable of a diagram"


def test_of_a_context_it_is_known_what_is_in_it(files):
    known = {one.name: one for one in known_names(files)}
    [item, *_] = known["items"].entries
    assert item.type == "context"
    told = {one.name: one for one in item.entries}
    assert told.keys() == OF_ITEM
    assert (told["applies"].type, told["groups"].type) == ("boolean", "context")
    assert {one.name for one in told["groups"].entries} >= {"review"}


def test_names_of_broken_files_are_left_out():
    assert known_names({"a.bpmn": b"<x", "b.dmn": b"<x><inputExpression><text>a +</text></inputExpression></x>"}) == ()
