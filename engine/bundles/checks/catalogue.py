"""Items and materials: groups, limits, commitment, conditions, and how they refer to each other."""

from __future__ import annotations

import re
from collections.abc import Iterator

from engine.bpmn import probably_meant
from engine.bundles.arrangement import arrange
from engine.bundles.checks.checking import Checking
from engine.bundles.model import CommitmentTerms, ExtensionTerms, Item, Material, Requirement
from engine.words import Words

_CATCH_ALL = re.compile("其他|其它|有关|等相关|相关规定")
_ITEM = Words("事项", "item")
_NO_DEPARTMENT = {
    "department": Words("没有写明由哪个部门决定。", "It does not say which department decides."),
    "supervised_by": Words("没有写明由哪个部门监管。", "It does not say which department supervises."),
}
_MATERIAL = Words("材料", "material")


def check_catalogue(checking: Checking) -> None:
    if not re.fullmatch(r"[A-Z]{1,4}", checking.bundle.case_prefix):
        checking.error(
            "wrong-value",
            "bundle.toml",
            "case_prefix",
            Words("编号前缀应为一到四个大写字母。", "The prefix of case numbers is one to four capital letters."),
            Words("改正前缀。", "Correct the prefix."),
        )
    _check_joint_extension(checking)
    for item in checking.bundle.items:
        _check_groups(checking, item)
        _check_departments(checking, item)
        _check_limits(checking, item)
        _check_extension(checking, item)
        _check_fields(checking, item)
        _check_conditions(checking, item)
        for needed in item.needs_result_of:
            if needed not in checking.item_keys or needed == item.key:
                checking.missing(_ITEM, f"items/{item.key}.toml", "needs_result_of", needed)
        if item.commitment is not None:
            _check_commitment(checking, item, item.commitment)
    for material in checking.bundle.materials:
        _check_material(checking, material)
    _check_commitment_list(checking)


def _check_groups(checking: Checking, item: Item) -> None:
    if checking.known_groups is None:
        return
    for role, group in item.groups.items():
        if group and group not in checking.known_groups:
            near = probably_meant(group, checking.known_groups)
            checking.error(
                "unknown-group",
                f"items/{item.key}.toml",
                f"groups.{role}",
                Words(f"没有岗位“{group}”{near.zh}。", f"There is no candidate group “{group}”{near.en}."),
                _posts_of(checking, item),
            )


def _posts_of(checking: Checking, item: Item) -> Words:
    """What to do about a post that is not there; those of the deciding department by name, where they are known."""
    there = [key for key, of in (checking.posts or {}).items() if of == item.department]
    zh = f"（决定部门的岗位：{'、'.join(there)}）" if there else ""
    en = f" (posts of the deciding department: {', '.join(there)})" if there else ""
    return Words(
        f"改正岗位{zh}，或者在组织机构里建立它。",
        f"Correct it{en}, or create the group in the organisation.",
    )


def _check_departments(checking: Checking, item: Item) -> None:
    """Those that decide and supervise are departments of the office, named by key."""
    if checking.known_departments is None:
        return
    for name, department in (("department", item.department), ("supervised_by", item.supervised_by)):
        if department not in checking.known_departments:
            checking.error(
                "unknown-department",
                f"items/{item.key}.toml",
                name,
                Words(f"没有部门“{department}”。", f"There is no department “{department}”.")
                if department.strip()
                else _NO_DEPARTMENT[name],
                Words(
                    f"改为部门的编号：{'、'.join(checking.known_departments)}。",
                    f"Give the key of a department: {', '.join(checking.known_departments)}.",
                ),
            )


def _check_limits(checking: Checking, item: Item) -> None:
    statutory, promised = item.limits.get("statutory"), item.limits.get("promised")
    if statutory is None or promised is None or statutory.unit != promised.unit:
        return
    if promised.value > statutory.value:
        checking.error(
            "promise-exceeds-statutory",
            f"items/{item.key}.toml",
            "limits.promised",
            Words("承诺时限长于法定时限。", "The promised limit is longer than the statutory one."),
            Words("缩短承诺时限。", "Shorten the promise."),
        )


def _check_extension(checking: Checking, item: Item) -> None:
    """An extension runs in the days of the limit that it makes longer, and somebody can grant it."""
    terms = item.extension
    if terms is None:
        return
    file = f"items/{item.key}.toml"
    _check_grantable(checking, terms, file, "extension")
    if any(item.limits[name].unit != terms.unit for name in terms.clocks if name in item.limits):
        checking.error(
            "extension-in-other-days",
            file,
            "extension.unit",
            Words("延长的单位与原期限不同。", "The extension is in other days than the limit."),
            Words("写成与原期限相同的单位。", "Give it the unit of the limit."),
        )


def _check_joint_extension(checking: Checking) -> None:
    """It lengthens a joint limit that is there, in its days."""
    bundle = checking.bundle if checking.profile is None else arrange(checking.bundle, checking.profile)
    terms = bundle.joint_extension
    if terms is None:
        return
    _check_grantable(checking, terms, "bundle.toml", "joint_extension")
    if bundle.joint_limit is None or bundle.joint_limit.unit != terms.unit:
        checking.error(
            "extension-in-other-days",
            "bundle.toml",
            "joint_extension.unit",
            Words("没有单位相同的联办时限可以延长。", "There is no joint limit in these days to extend."),
            Words("写成与联办时限相同的单位。", "Give it the unit of the joint limit."),
        )


def _check_grantable(checking: Checking, terms: ExtensionTerms, file: str, part: str) -> None:
    """The post and the level are there."""
    if checking.known_groups is not None and terms.group not in checking.known_groups:
        checking.missing(Words("岗位", "candidate group"), file, f"{part}.group", terms.group)
    if checking.profile is not None and terms.level not in checking.profile.levels:
        level = Words("地方规则中的批准层级", "level of the local rules")
        checking.missing(level, file, f"{part}.level", terms.level)


def _check_fields(checking: Checking, item: Item) -> None:
    """Everything printed on a licence is an answer of the form or the guide."""
    if item.licence is None or checking.main_form is None:
        return
    file = f"items/{item.key}.toml"
    field = item.licence.number_field
    if field is not None and field not in checking.answer_keys:
        checking.missing(Words("表单字段", "form field"), file, "licence.number_field", field)
    for name, _ in item.licence.fields:
        if name not in checking.answer_keys:
            checking.missing(Words("表单字段", "form field"), file, f"licence.fields.{name}", name)


def _check_conditions(checking: Checking, item: Item) -> None:
    """A condition that says "other" or "relevant" requirements cannot be met knowingly."""
    for part, words in _conditions(item):
        found = _CATCH_ALL.search(words.zh)
        if found is not None:
            checking.warning(
                "catch-all-condition",
                f"items/{item.key}.toml",
                part,
                Words(
                    f"条件含有兜底用语“{found[0]}”：{words.zh}",
                    f"The Chinese of a condition has a catch-all word: “{words.zh}”",
                ),
                Words("逐项写明具体、可以核验的条件。", "Name each condition so that it can be checked."),
            )


def _conditions(item: Item) -> Iterator[tuple[str, Words]]:
    yield from (("conditions", words) for words in item.conditions)
    if item.commitment is not None:
        yield from (("commitment.conditions", words) for words in item.commitment.conditions)


def _check_commitment(checking: Checking, item: Item, terms: CommitmentTerms) -> None:
    file = f"items/{item.key}.toml"
    if not checking.bundle.eligibility_decision:
        checking.missing(Words("告知承诺适用规则", "eligibility decision"), file, "commitment", "eligibility")
    for key in terms.replaces:
        material = next((one for one in checking.bundle.materials if one.key == key), None)
        if material is None:
            checking.missing(_MATERIAL, file, "commitment.replaces", key)
        elif item.key not in {one.item for one in material.requirements}:
            checking.warning(
                "replaces-unrequired",
                file,
                "commitment.replaces",
                Words(f"该事项本来不要求“{material.name.zh}”。", f"The item does not require “{key}” anyway."),
                Words("从 replaces 里删去。", "Remove it from replaces."),
            )
    profile = checking.profile
    if profile is not None and terms.verification_parameter not in profile.parameters:
        what = Words("地方规则参数", "parameter of the profile")
        checking.missing(what, file, "commitment.verification_parameter", terms.verification_parameter)
    if not terms.conditions or not terms.told:
        checking.error(
            "commitment-tells-nothing",
            file,
            "commitment",
            Words("告知承诺没有写明告知内容或者条件。", "The commitment tells nothing, or names no condition."),
            Words("写明告知内容和承诺条件。", "Write what is told and what is committed."),
        )


def _check_commitment_list(checking: Checking) -> None:
    if checking.profile is None:
        return
    offered = {item.key for item in checking.bundle.items if item.commitment is not None}
    for key in sorted(offered - set(checking.profile.commitment_list)):
        checking.warning(
            "commitment-not-listed",
            f"items/{key}.toml",
            "commitment",
            Words("该事项未列入本地告知承诺事项清单。", "The place does not list the item for commitment."),
            Words("列入清单以前，该事项只按一般程序办理。", "Until it is listed, only the ordinary way is open."),
        )


def _check_tolerance(checking: Checking, material: Material, requirement: Requirement) -> None:
    """What may follow is secondary, and of an item whose ruling can wait for it here."""
    if requirement.tolerance is None:
        return
    element = f"materials.{material.key}.required.{requirement.item}.tolerance"
    if requirement.main:
        checking.error(
            "main-material-tolerated",
            "bundle.toml",
            element,
            Words(
                f"“{material.name.zh}”是主要材料，不能容缺。",
                f"“{material.key}” is a main material: it may not follow.",
            ),
            Words("写明 main = false，或者删去 tolerance。", "Say main = false, or remove the tolerance."),
        )
    item = next((one for one in checking.bundle.items if one.key == requirement.item), None)
    if item is not None and item.decided_in == "external":
        checking.error(
            "tolerance-decided-elsewhere",
            "bundle.toml",
            element,
            Words(
                f"“{item.name.zh}”在外部系统决定，这里不能使决定等待材料。",
                f"“{item.key}” is decided in another system: its ruling cannot be made to wait here.",
            ),
            Words("删去 tolerance。", "Remove the tolerance."),
        )


def _check_material(checking: Checking, material: Material) -> None:
    element = f"materials.{material.key}"
    for requirement in material.requirements:
        _check_tolerance(checking, material, requirement)
        if requirement.item not in checking.item_keys:
            checking.missing(_ITEM, "bundle.toml", f"{element}.required", requirement.item)
    if material.result_of is not None and material.result_of not in checking.item_keys:
        checking.missing(_ITEM, "bundle.toml", f"{element}.result_of", material.result_of)
    if not material.requirements:
        checking.warning(
            "unrequired-material",
            "bundle.toml",
            element,
            Words(f"没有事项要求“{material.name.zh}”。", f"No item requires “{material.key}”."),
            Words("删去它，或者写明哪个事项要求。", "Remove it, or say which item requires it."),
        )
