"""The check of a bundle with its examples played: what they say otherwise is a finding."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, time

from engine.bpmn import Programs
from engine.bundles import Example, check_bundle, form_file, read_bundle, read_forms
from engine.errors import DefinitionInvalid
from engine.findings import Finding, Severity, errors_in
from engine.law import Profile
from engine.runtime import Budgets, Context
from engine.runtime.step import OFFICE_ZONE
from engine.trial.answers import Review, reviewed
from engine.trial.differences import ANSWER, GUIDE, GUIDED_ANSWER, WAY, Difference
from engine.trial.examples import Covered, ExampleRun, run_examples
from engine.words import Words

#: Of one act of an example: examples are played while somebody draws.
BUDGETS = Budgets(activations=4_000, tokens=2_000, payload_bytes=256_000, expression_steps=50_000)
#: An example tells one story whenever it is played: in the morning of the day from which the place's rules hold.
MORNING = time(9)
LONGEST = 300

#: What differs -> how people say it; the rest is told by its first words (`_KEYED`).
_SAID = {
    "results": Words("各事项的办理结果", "outcomes of the items"),
    "path": Words("主流程的经过", "way through the main process"),
    "never opened": Words("不应出现的环节", "step that should not open"),
    "left open": Words("没有办完的环节", "steps left open"),
    "incident": Words("流程异常", "incident"),
    "beginning": Words("开始", "beginning"),
    "acts of all examples": Words("全部示例的步数", "acts of all examples"),
    "guide: items": Words("引导得出的事项", "items of the guide"),
    "guide: asked_materials": Words("要交的材料份数", "materials to hand in"),
    "guide: separate_materials": Words("分开办理的材料份数", "materials if each item were asked for alone"),
}
_KEYED = {
    "act ": Words("第 {key} 步", "act {key}"),
    GUIDED_ANSWER: Words("引导问题 {key} 的答案", "guided answer {key}"),
    ANSWER: Words("申请表 {key} 的答案", "answer {key}"),
    WAY: Words("事项 {key} 的办理方式", "way of {key}"),
    GUIDE: Words("引导：{key}", "guide: {key}"),
}
#: Words that stand for a value.
_VALUES = {
    "possible": Words("可以开始", "possible"),
    "valid": Words("可用", "valid"),
    "usable": Words("可用", "usable"),
    "it was opened": Words("出现了", "it was opened"),
    "ordinary": Words("一般程序", "ordinary procedure"),
    "commitment": Words("告知承诺", "commitment"),
    "granted": Words("准予", "granted"),
    "refused": Words("不予", "refused"),
    "not-accepted": Words("不予受理", "not accepted"),
    "withdrawn": Words("已撤回", "withdrawn"),
}
_NOT_ELIGIBLE = re.compile(r"not eligible \((.*)\)")


def check_with_examples(
    files: Mapping[str, bytes],
    key: str | None = None,
    *,
    known_groups: Collection[str] | None = None,
    known_departments: Collection[str] | None = None,
    posts: Mapping[str, str] | None = None,
    profile: Profile | None = None,
    calendar: object | None = None,
) -> list[Finding]:
    """What `check_bundle` finds, and where the bundle does not do what its examples say, errors first.

    Examples are played by the place's rules, so not without a profile, and not while there are errors.
    """
    programs = Programs(files)
    found = check_bundle(
        files,
        key,
        known_groups=known_groups,
        known_departments=known_departments,
        posts=posts,
        profile=profile,
        programs=programs,
    )
    if profile is None or errors_in(found):
        return found
    try:
        runs, _ = play_examples(files, profile, calendar, programs)
    except DefinitionInvalid as refused:
        return [*refused.findings, *found]
    return [*example_findings(runs), *found]


def play_examples(
    files: Mapping[str, bytes], profile: Profile, calendar: object | None, programs: Programs | None = None
) -> tuple[list[ExampleRun], list[Covered]]:
    """The examples by the rules of a place, and the flows that they cover. Raises DefinitionInvalid."""
    return run_examples(files, _context(profile, calendar), profile, programs)


def review_answers(files: Mapping[str, bytes], example: Example, profile: Profile, calendar: object | None) -> Review:
    """What of an example's answers the bundle as it is would refuse, by the rules of a place. Raises EngineError."""
    bundle = read_bundle(files)
    path = form_file(bundle.form_key, files)
    form = None if path is None else read_forms(files, bundle)[path]
    return reviewed(bundle, form, example, _context(profile, calendar))


def _context(profile: Profile, calendar: object | None) -> Context:
    begins = datetime.combine(profile.valid_from, MORNING, OFFICE_ZONE)
    return Context(begins, calendar=calendar, budgets=BUDGETS)


def example_findings(runs: Sequence[ExampleRun]) -> Iterator[Finding]:
    """A warning for each difference; it stops nobody, since the example may be what is out of date."""
    for run in runs:
        for one in run.differences:
            yield _finding(run, one)


def difference_words(one: Difference) -> Words:
    """What is otherwise than the example says."""
    what, expected, found = _what(one.what), _told(one.expected), _unended(_told(one.found))
    if one.what.startswith((ANSWER, GUIDED_ANSWER)):  # a whole sentence says what is wrong with it
        return Words(f"{what.zh}：{found.zh}", f"{what.en}: {found.en}")
    return Words(
        f"{what.zh}：示例为{_apart(expected.zh)}，实际为{_apart(found.zh)}",
        f"{what.en}: the example says {expected.en}, found {found.en}",
    )


def _unended(said: Words) -> Words:
    """Without the full stop of a sentence: another follows, or none."""
    return Words(said.zh.removesuffix("。"), said.en.removesuffix("."))


def _apart(said: str) -> str:
    """A space between Chinese words and a value that begins otherwise."""
    return said if said[:1] >= "\u2e80" else f" {said}"


def _what(what: str) -> Words:
    if what in _SAID:
        return _SAID[what]
    for beginning, words in _KEYED.items():
        if what.startswith(beginning):
            return words.fill(key=what.removeprefix(beginning))
    return Words(what, what)


def _finding(run: ExampleRun, one: Difference) -> Finding:
    name, said = run.example.name, difference_words(one)
    return Finding(
        Severity.WARNING,
        "example-differs",
        run.example.file,
        "",
        Words(f"与示例“{name.zh}”不符。{said.zh}。", f"Not as the example “{name.en or name.zh}” says. {said.en}."),
        _remedy(one),
    )


def _remedy(one: Difference) -> Words:
    """A trial tells otherwise what is done and what comes of it, not what the example answers or chooses."""
    if one.is_chosen:
        return Words(
            "改正决策表；示例过时的，在它的文本里改正 ways 里的办理方式。",
            "Correct the decision; where the example is out of date, correct its ways in its text.",
        )
    if one.is_answered:
        return Words(
            "改正表单或引导；示例过时的，在示例页选“改答案”。",
            "Correct the form or the guide; where the example is out of date, amend its answers on the page Examples.",
        )
    return Words(
        "改正流程；示例过时的，在示例页重新模拟，再更新它。",
        "Correct the bundle; where the example is out of date, try it again from the page Examples, then tell it anew.",
    )


def _told(value: object) -> Words:
    """A value as people read it: steps with their items, outcomes by item, the way in its order."""
    words = _words_of(value)
    return Words(_short(words.zh), _short(words.en))


def _words_of(value: object) -> Words:
    if isinstance(value, Words):
        return Words(value.zh, value.en or value.zh)
    if isinstance(value, str):
        barred = _NOT_ELIGIBLE.fullmatch(value)
        said = Words(f"不能告知承诺（规则 {barred[1]}）", value) if barred else Words(value, value)
        return _VALUES.get(value, said)
    if value is None or value in ([], {}, ()):
        return Words("没有", "none")
    if isinstance(value, tuple) and len(value) == 2 and isinstance(value[0], (str, Words)):
        step, item = _words_of(value[0]), value[1]
        return Words(f"{step.zh}（{item}）", f"{step.en} ({item})") if item else step
    if isinstance(value, Mapping):
        return _joined(Words(f"{key} = {told.zh}", f"{key} = {told.en}") for key, told in _entries(value))
    if isinstance(value, (list, tuple)):
        return _joined(map(_words_of, value))
    return Words(str(value), str(value))


def _entries(value: Mapping[object, object]) -> Iterator[tuple[object, Words]]:
    return ((key, _words_of(each)) for key, each in value.items())


def _joined(several: Iterable[Words]) -> Words:
    listed = list(several)
    return Words("、".join(one.zh for one in listed), ", ".join(one.en for one in listed))


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
