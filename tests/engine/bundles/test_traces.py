"""What a change touches has a trace of it: looking for traces first leaves nothing out, and most places unread."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.bundles import (
    ArticleChanges,
    Limit,
    LimitChanges,
    MaterialChanges,
    Place,
    PlaceKind,
    Subject,
    Unit,
    inspect_bundle,
    limits_of,
    places_of_bundle,
    places_of_rules,
    without_spaces,
)
from engine.law import citations_in, names_in_pairs, read_profile
from engine.words import Words

PROCESSES, FORMS = Path("processes"), Path("forms")
BUNDLE = "open-pharmacy"
NOWHERE = Words("", "")


def files() -> dict[str, bytes]:
    own = PROCESSES / BUNDLE
    found = {path.relative_to(own).as_posix(): path.read_bytes() for path in own.rglob("*") if path.is_file()}
    shared = [*(PROCESSES / "_shared").glob("*.bpmn"), *(PROCESSES / "_shared" / "documents").glob("*.md")]
    found |= {path.relative_to(PROCESSES).as_posix(): path.read_bytes() for path in shared}
    return found | {f"forms/{path.name}": path.read_bytes() for path in (FORMS / BUNDLE).glob("*.form")}


@pytest.fixture(scope="module")
def places() -> list[Place]:
    profile = PROCESSES / "_shared" / "profiles" / "fictional-city.toml"
    return [*places_of_bundle(files()), *places_of_rules(profile.name, profile.read_bytes())]


def subjects(places: list[Place]) -> Iterator[Subject]:
    """Every law and article that is cited, every material, every limit and parameter."""
    said = [words for place in places for words in place.says]
    english = names_in_pairs((words.zh, words.en) for words in said if words.zh and words.en)
    cited = {one.article for words in said for one in citations_in(words.zh)}
    for article in {*cited, *(one.whole for one in cited)}:
        yield ArticleChanges(article, english)
    bundle = inspect_bundle(files()).bundle
    assert bundle is not None
    for material in bundle.materials:
        yield MaterialChanges(material.key, frozenset({material.name.zh, material.name.en}))
    for key, (_, limit) in limits_of(bundle).items():
        item, _, clock = key.rpartition(".")
        yield LimitChanges(key, BUNDLE, frozenset({item} if item else ()), frozenset({clock}), limit)
    profile = PROCESSES / "_shared" / "profiles" / "fictional-city.toml"
    for one in read_profile(profile.read_bytes()).parameters.values():
        if one.unit in tuple(Unit) and isinstance(one.value, int):
            yield LimitChanges(
                one.key, "", frozenset(), frozenset({one.key}), Limit(one.value, Unit(one.unit), one.basis)
            )


def test_everything_that_is_touched_has_a_trace_and_most_places_have_none(places: list[Place]) -> None:
    read = [" ".join(map(without_spaces, (*place.refs, *place.texts))) for place in places]
    asked = list(subjects(places))
    assert len(asked) > 60
    looked_at = 0
    for subject in asked:
        traces = subject.traces
        with_traces = [any(trace in text for trace in traces) for text in read]
        looked_at += sum(with_traces)
        missed = [
            place.element
            for place, has in zip(places, with_traces, strict=True)
            if not has and subject.touch(place) is not None
        ]
        assert missed == [], subject
    assert looked_at < len(asked) * len(places) / 10


@pytest.mark.parametrize(
    ("limit", "text"),
    [
        (Limit(12, Unit.WORKING_DAYS, NOWHERE), "十二个工作日内办结"),
        (Limit(12, Unit.WORKING_DAYS, NOWHERE), "12\n个工作日"),
        (Limit(12, Unit.WORKING_DAYS, NOWHERE), "12\u3000个工作日"),
        (Limit(1, Unit.WORKING_DAYS, NOWHERE), "within 1 working day"),
        (Limit(30, Unit.CALENDAR_DAYS, NOWHERE), "三十日内"),
        (Limit(30, Unit.CALENDAR_DAYS, NOWHERE), "30天"),
        (Limit(30, Unit.CALENDAR_DAYS, NOWHERE), "30个自然日"),
        (Limit(30, Unit.CALENDAR_DAYS, NOWHERE), "within 30 calendar days"),
        (Limit(30, Unit.CALENDAR_DAYS, NOWHERE), "within 30 days"),
        (Limit(60, Unit.MONTHS, NOWHERE), "五年内有效"),
        (Limit(60, Unit.MONTHS, NOWHERE), "valid for 5 years"),
        (Limit(60, Unit.MONTHS, NOWHERE), "60 个月"),
    ],
)
def test_a_figure_has_a_trace_however_it_is_written(limit: Limit, text: str) -> None:
    place = Place(PlaceKind.GUIDE, "guide/zh.md", "/1", NOWHERE, (Words(text, ""),))
    subject = LimitChanges("P2.promised", "b", frozenset({"P2"}), frozenset({"promised"}), limit)
    assert subject.touch(place) is not None
    assert any(trace in without_spaces(text) for trace in subject.traces)
