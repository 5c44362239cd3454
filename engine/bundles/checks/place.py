"""What a bundle needs of its place's rules: on what intake stands, what silence does, how long a remedy is open."""

from __future__ import annotations

from engine.bpmn import Process, Program
from engine.bundles.checks.checking import Checking
from engine.bundles.legal_basis import states_intake_basis
from engine.bundles.model import Item
from engine.law.calendar_checks import STATUTORY_DAYS
from engine.law.profile import COUNT, Profile
from engine.law.rulings import remedy_limits
from engine.words import Words

#: The work with which a diagram says that silence accepts.
BY_SILENCE = "deem-accepted"


def check_place(checking: Checking, program: Program, process: Process) -> None:
    """Nothing is checked where no rules of a place are there."""
    profile = checking.profile
    if profile is None:
        return
    for item in checking.bundle.items:
        _check_intake(checking, profile, item)
        _check_silence(checking, profile, item, program, process)
    _check_remedy(checking, profile)
    _check_holidays(checking, profile)


def _check_intake(checking: Checking, profile: Profile, item: Item) -> None:
    if item.decided_in == "external" or states_intake_basis(item, profile):
        return
    checking.error(
        "intake-without-basis",
        f"items/{item.key}.toml",
        "intake_basis",
        Words(
            f"没有写明受理该事项的依据：地方规则没有“{item.kind}”类事项的规定，事项也没有自己的规定。",
            f"On what the item is taken on is not stated: neither by the place for the kind “{item.kind}”, nor by"
            " the item itself.",
        ),
        Words(
            f"在地方规则写明[kinds.{item.kind}]，或者在事项写明 intake_basis。行政许可法只适用于行政许可。",
            f"State [kinds.{item.kind}] in the rules of the place, or intake_basis of the item. The licensing law"
            " holds for licences only.",
        ),
    )


def _check_silence(checking: Checking, profile: Profile, item: Item, program: Program, process: Process) -> None:
    """A diagram lets silence accept only an item of whose kind a text says so."""
    node = process.nodes.get(item.call_activity)
    called = program.called(node.call.process.text, node.call.version) if node is not None and node.call else None
    if called is None or profile.silence(item.kind) is not None:
        return
    accepting = next((one for one in called.nodes.values() if one.job and one.job.type.text == BY_SILENCE), None)
    if accepting is None:
        return
    checking.error(
        "silence-without-basis",
        called.file,
        accepting.id,
        Words(
            f"图中逾期未告知即视为受理，但地方规则没有对“{item.kind}”类事项（{item.key}）这样规定。",
            f"The diagram lets silence accept, but the place has no text that says so of the kind “{item.kind}”"
            f" ({item.key}).",
        ),
        Words(
            f"改用不视为受理的流程，或者在地方规则写明[kinds.{item.kind}.silence]及其依据。",
            f"Call a process without it, or state [kinds.{item.kind}.silence] with its basis.",
        ),
    )


def _check_remedy(checking: Checking, profile: Profile) -> None:
    wanted = {
        key
        for item in checking.bundle.items
        for key in remedy_limits(reconsideration_first=item.reconsideration_first is not None)
    }
    for key in sorted(wanted - set(profile.parameters)):
        checking.missing(
            Words("地方规则的救济期限", "limit of a remedy in the place's rules"), "profile", "parameters", key
        )


def _check_holidays(checking: Checking, profile: Profile) -> None:
    """Rules from before there were counts call the number of holidays a limit: it is then listed among the limits."""
    stated = profile.parameters.get(STATUTORY_DAYS)
    if stated is None or stated.unit == COUNT:
        return
    checking.warning(
        "holidays-not-counted",
        "profile",
        f"parameters.{STATUTORY_DAYS}",
        Words(
            f"地方规则的“{stated.name.zh}”是数目，不是期限，单位却写作“{stated.unit}”，会列在期限之中。",
            f"“{stated.name.en}” in the place's rules is a count and no limit, but its unit is “{stated.unit}”: it is"
            " listed among the limits.",
        ),
        Words(f'把单位改为unit = "{COUNT}"，重新载入地方规则。', f'Write unit = "{COUNT}" and load the rules again.'),
    )
