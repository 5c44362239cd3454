"""What a change of an article, a material or a limit touches in a bundle."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.bundles import (
    ArticleChanges,
    LimitChanges,
    MaterialChanges,
    Place,
    PlaceKind,
    Subject,
    Why,
    bundle_files,
    limits_of,
    places_of_bundle,
    places_of_rules,
    read_bundle,
    touched,
)
from engine.law import names_in_pairs, read_article
from tests.support.shipped import TREE

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def files() -> dict[str, bytes]:
    return bundle_files(TREE, "open-pharmacy")


@pytest.fixture(scope="module")
def places(files: dict[str, bytes]) -> list[Place]:
    return places_of_bundle(files)


def found(places: list[Place], subject: Subject) -> dict[tuple[PlaceKind, str], Why]:
    return {(one.place.kind, one.place.element): one.why for one in touched(places, subject)}


def article(places: list[Place], typed: str) -> ArticleChanges:
    read = read_article(typed)
    assert read is not None
    pairs = [(words.zh, words.en) for place in places for words in place.says]
    return ArticleChanges(read, names_in_pairs(pairs))


def test_an_article_is_found_where_the_item_the_source_and_its_english_name_it(places: list[Place]) -> None:
    hits = found(places, article(places, "行政许可法第34条"))
    assert hits[PlaceKind.ITEM, "P2.basis"] is Why.CITES
    assert (PlaceKind.BUNDLE, "basis.licensing-34") in hits
    assert (PlaceKind.TRANSLATION, "bundle.toml#basis.licensing-34") in hits


def test_an_article_is_found_in_letters_forms_tables_and_diagrams(files: dict[str, bytes]) -> None:
    """Each written in another way."""
    path, form, table = "open-pharmacy.bpmn", "forms/application.form", "commitment.dmn"
    changed = {
        **files,
        path: files[path].replace(b'name="', 'name="依行政许可法第 31 条：'.encode(), 3),
        form: files[form].replace("与营业执照或者名称申报结果一致".encode(), "见行政许可法第31条".encode()),
        table: files[table].replace("信用不良者不适用".encode(), "《行政许可法》第三十一条第二款".encode()),
        "documents/drug-licence.md": files["documents/drug-licence.md"]
        + "\n\n依据行政许可法第三十、三十一条。\n".encode(),
    }
    places = places_of_bundle(changed)
    hits = found(places, article(places, "行政许可法 第三十一条"))
    assert (PlaceKind.FORM, "applicant_name") in hits
    assert (PlaceKind.RULE, "rule-credit") in hits
    assert any(kind is PlaceKind.ELEMENT for kind, _ in hits)
    letters = [
        one for one in touched(places, article(places, "行政许可法 第三十一条")) if one.place.kind is PlaceKind.LETTER
    ]
    assert any(one.place.items == {"P2"} for one in letters)


def test_a_material_is_found_by_key_and_by_name(files: dict[str, bytes], places: list[Place]) -> None:
    name = read_bundle(files).material("health-certificates").name
    hits = found(places, MaterialChanges("health-certificates", frozenset({name.zh, name.en})))
    assert hits[PlaceKind.MATERIAL, "materials.health-certificates.required.P5"] is Why.NAMES
    assert hits[PlaceKind.ITEM, "P2.commitment"] is Why.NAMES
    assert hits[PlaceKind.RULE, "rule-proof-health"] is Why.NAMES
    assert (PlaceKind.MATERIAL, "materials.application-form") not in hits


def test_a_limit_is_found_where_it_stands_where_its_clock_is_waited_for_and_where_its_figure_is_told(
    files: dict[str, bytes],
) -> None:
    told = {**files, "guide/zh.md": files["guide/zh.md"] + "\n\n药品经营许可承诺十二个工作日办结。\n".encode()}
    bundle, places = read_bundle(files), places_of_bundle(told)
    _, limit = limits_of(bundle)["P2.promised"]
    hits = found(places, LimitChanges("P2.promised", bundle.key, frozenset({"P2"}), frozenset({"promised"}), limit))
    assert hits[PlaceKind.ITEM, "P2.limits.promised"] is Why.NAMES
    assert (PlaceKind.ITEM, "P3.limits.promised") not in hits
    assert hits[PlaceKind.ELEMENT, "promise-mark"] is Why.CLOCK
    assert Why.FIGURE in {why for (kind, _), why in hits.items() if kind is PlaceKind.GUIDE}


def test_a_task_that_runs_by_several_clocks_is_touched_by_each() -> None:
    files = bundle_files(TREE, "open-pharmacy")
    bundle, places = read_bundle(files), places_of_bundle(files)
    for clock in ("hand-up", "promised"):
        hits = found(places, LimitChanges(f"P2.{clock}", bundle.key, frozenset({"P2"}), frozenset({clock}), None))
        assert hits[PlaceKind.ELEMENT, "review"] is Why.CLOCK


@pytest.mark.parametrize("said", ["promised", "what was promised", "hand-up is what was promised"])
def test_a_text_with_the_name_of_a_clock_in_it_is_no_list_of_clocks(files: dict[str, bytes], said: str) -> None:
    path, end = "open-pharmacy.bpmn", b"</bpmn:process>"
    task = f'<bpmn:userTask id="told" name="{said}"><bpmn:documentation>{said}</bpmn:documentation></bpmn:userTask>'
    assert files[path].count(end) == 1
    places = places_of_bundle({**files, path: files[path].replace(end, task.encode() + end)})
    assert any((one.kind, one.element) == (PlaceKind.ELEMENT, "told") for one in places)
    hits = found(places, LimitChanges("P2.promised", "b", frozenset({"P2"}), frozenset({"promised"}), None))
    assert (PlaceKind.ELEMENT, "told") not in hits
    assert hits[PlaceKind.ELEMENT, "review"] is Why.CLOCK


def test_the_rules_of_a_place_have_places_too() -> None:
    content = (ROOT / "processes/_shared/profiles/fictional-city.toml").read_bytes()
    places = places_of_rules("fictional-city", content)
    hits = found(places, article(places, "行政许可法第45条"))
    assert hits[PlaceKind.PROFILE, "pauses.hearing"] is Why.CITES
    verified = found(places, LimitChanges("verification-limit", "", frozenset(), frozenset({"verification"}), None))
    assert verified[PlaceKind.PROFILE, "parameters.verification-limit"] is Why.NAMES


def test_files_that_cannot_be_read_are_left_out(files: dict[str, bytes]) -> None:
    broken = dict.fromkeys(files, b"\xff<not")
    assert all(isinstance(one, Place) for one in places_of_bundle(broken))
