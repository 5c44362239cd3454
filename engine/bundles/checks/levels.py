"""Items that a lower level reviews and hands up: their posts, their limit, and that the diagram can do it."""

from __future__ import annotations

from engine.bpmn import Process, Program
from engine.bundles.arrangement import arrange
from engine.bundles.checks.checking import Checking
from engine.bundles.levels import INPUT, is_drawn
from engine.bundles.model import Item, Limit, Unit
from engine.law.hand_up import HandUp
from engine.law.terms import ClockTerms
from engine.words import Words

_GROUP = Words("岗位", "candidate group")


def check_levels(checking: Checking, program: Program, process: Process) -> None:
    """Every item that is handed up, in the catalogue or by the rules of the place that is checked against."""
    bundle = checking.bundle if checking.profile is None else arrange(checking.bundle, checking.profile)
    for item in bundle.items:
        if item.hand_up is None:
            continue
        _check_posts(checking, item, item.hand_up)
        _check_limit(checking, item, item.hand_up)
        _check_reviewed(checking, item)
        _check_drawn(checking, item, program, process)


def _check_posts(checking: Checking, item: Item, hand_up: HandUp) -> None:
    file = f"items/{item.key}.toml"
    if hand_up.reviewed_by == item.department:
        checking.error(
            "handed-up-to-itself",
            file,
            "hand_up.reviewed_by",
            Words(
                "初审机关与决定机关是同一个单位。",
                "The unit that reviews below and the one that decides are the same.",
            ),
            Words("写明下级机关，或者删去[hand_up]。", "Name the lower unit, or remove [hand_up]."),
        )
    if checking.known_groups is None:
        return
    for post, group in hand_up.groups.items():
        if group not in checking.known_groups:
            checking.missing(_GROUP, file, f"hand_up.groups.{post}", group)


def _check_limit(checking: Checking, item: Item, hand_up: HandUp) -> None:
    """The review below lies within the limit of the whole, which runs from the same acceptance.

    Limits in two units are compared where every calendar says the same; elsewhere the finding says that it depends.
    """
    for name, limit in item.limits.items():
        leaves = _leaves_time(hand_up.limit, limit)
        if leaves is None:
            checking.warning(
                "hand-up-in-another-unit",
                f"items/{item.key}.toml",
                "hand_up.limit",
                Words(
                    f"初审期限与办理时限（{name}）的单位不同，上级机关还有几日取决于当年的日历，无法核对。",
                    f"The limit of the review below and the item's ({name}) are in different units: what is left for"
                    " the upper unit depends on the calendar of the year and cannot be checked.",
                ),
                Words("改用同一单位，或者按最不利的日历核对。", "Use one unit, or check it by the worst calendar."),
            )
        elif not leaves:
            checking.error(
                "hand-up-leaves-no-time",
                f"items/{item.key}.toml",
                "hand_up.limit",
                Words(
                    f"初审期限不短于办理时限（{name}），上级机关没有决定的时间。",
                    f"The limit of the review below is not shorter than the item's ({name}): the upper unit has no"
                    " day left.",
                ),
                Words("缩短初审期限，或者核对办理时限。", "Shorten it, or check the item's limits."),
            )


def _leaves_time(review: ClockTerms, whole: Limit) -> bool | None:
    """Whether the whole is longer than the review; None where only the calendar of the year can tell.

    So many working days take at least as many days of the calendar.
    """
    if review.unit == whole.unit:
        return review.value < whole.value
    if review.unit == Unit.WORKING_DAYS and whole.unit == Unit.CALENDAR_DAYS and review.value >= whole.value:
        return False
    if review.unit == Unit.CALENDAR_DAYS and whole.unit == Unit.WORKING_DAYS and review.value < whole.value:
        return True
    return None


def _check_reviewed(checking: Checking, item: Item) -> None:
    """What is decided at once has no review below: it would never be handed up."""
    if not item.immediate:
        return
    checking.error(
        "hand-up-of-immediate",
        f"items/{item.key}.toml",
        "immediate",
        Words(
            "即办件当场决定，不经审查，不会由下级机关初审后上报。",
            "An item that is decided at once is not reviewed, so no lower unit ever hands it up.",
        ),
        Words("取消 immediate，或者删去[hand_up]。", "Remove immediate, or remove [hand_up]."),
    )


def _check_drawn(checking: Checking, item: Item, program: Program, process: Process) -> None:
    """The item's call says that it is handed up, and what it calls has the task that does it."""
    if item.call_activity not in process.nodes or is_drawn(item, program, process.id):
        return  # no call at all is a finding of its own
    checking.error(
        "hand-up-not-drawn",
        process.file,
        item.call_activity,
        Words(
            f"{item.key} 由下级机关初审后上报，但图中没有上报环节。",
            f"A lower level reviews {item.key} and hands it up, but the diagram has no such step.",
        ),
        Words(
            f"调用 item-licence，并写输入映射 =items.{item.key}.hand_up → {INPUT}。",
            f"Call item-licence and map the input =items.{item.key}.hand_up to {INPUT}.",
        ),
    )
