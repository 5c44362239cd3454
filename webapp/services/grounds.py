"""查明的事实和理由: nothing is refused or undone on words that say nothing; how little that is, is the place's rule."""

from __future__ import annotations

from collections.abc import Mapping

from engine import Words
from engine.law import GroundRules
from webapp.errors import Incomplete

NAMES: Mapping[str, Words] = {
    "facts": Words("查明的事实", "the facts found"),
    "reasons": Words("理由", "the reasons"),
    "grounds": Words("理由", "the reasons"),
    "note": Words("理由", "the reasons"),
    "opinion": Words("意见", "the opinion"),
}


def ground_faults(rules: GroundRules | None, **said: str) -> list[tuple[str, Words]]:
    """Field and words for each of the texts `said` (keys of NAMES) that says less than the place asks for."""
    if rules is None:
        return []
    faults = [(field, _too_short(rules, field)) for field, text in said.items() if rules.too_short(text)]
    if not faults and rules.say_the_same(list(said.values())):
        faults = [(list(said)[-1], _the_same(rules))]
    return faults


def ensure_grounds(rules: GroundRules | None, **said: str) -> None:
    """Raises Incomplete."""
    faults = ground_faults(rules, **said)
    if faults:
        first, *more = faults
        raise Incomplete(*first, *more)


def _too_short(rules: GroundRules, field: str) -> Words:
    name, basis = NAMES[field], rules.basis
    return Words(
        f"{name.zh}过于简单，应当写明具体情况（不少于{rules.characters}个字；{basis.zh}）。",
        f"This says too little of {name.en}: state what it is in this matter (at least {rules.characters} characters;"
        f" {basis.en}).",
    )


def _the_same(rules: GroundRules) -> Words:
    return Words(
        f"事实和理由应当分别写明，不能相同（{rules.basis.zh}）。",
        f"Facts and reasons are two things and are not the same text ({rules.basis.en}).",
    )


def no_rule_named(rules: GroundRules) -> Words:
    return Words(
        f"审查要点中没有一项不符合的，理由应当写明所依据的规定，例如《……办法》第……条（{rules.basis.zh}）。",
        "No point of the list is marked as not met: the reasons have to name the rule, for example an article of a"
        f" regulation ({rules.basis.en}).",
    )
