"""Commitments that replace one proof: what the catalogue says of them, and that the place lists them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from engine.bundles.checks.checking import Checking
from engine.bundles.model import CommitmentTerms, Material, Requirement
from engine.words import Words

_CATCH_ALL = re.compile("其他|其它|有关|等相关|相关规定")
FILE = "bundle.toml"


def check_commitments(checking: Checking) -> None:
    """The terms of every requirement that a commitment may replace, and who signs where no proxy may."""
    for material, requirement, terms in _replaceable(checking):
        element = f"materials.{material.key}.required.{requirement.item}.commitment"
        _check_told(checking, terms, element)
        _check_references(checking, terms, element)
        _check_asked_for(checking, material, requirement, element)
        _check_listed(checking, material, requirement, element)
    _check_mobile(checking)


def _replaceable(checking: Checking) -> Iterator[tuple[Material, Requirement, CommitmentTerms]]:
    for material in checking.bundle.materials:
        for requirement in material.requirements:
            if requirement.commitment is not None:
                yield material, requirement, requirement.commitment


def _check_told(checking: Checking, terms: CommitmentTerms, element: str) -> None:
    if not terms.conditions or not terms.told:
        checking.error(
            "commitment-tells-nothing",
            FILE,
            element,
            Words("告知承诺没有写明告知内容或者条件。", "The commitment tells nothing, or names no condition."),
            Words("写明告知内容和承诺条件。", "Write what is told and what is committed."),
        )
    for words in terms.conditions:
        if found := _CATCH_ALL.search(words.zh):
            checking.warning(
                "catch-all-condition",
                FILE,
                f"{element}.conditions",
                Words(
                    f"条件含有兜底用语“{found[0]}”：{words.zh}",
                    f"The Chinese of a condition has a catch-all word: “{words.zh}”",
                ),
                Words("逐项写明具体、可以核验的条件。", "Name each condition so that it can be checked."),
            )


def _check_references(checking: Checking, terms: CommitmentTerms, element: str) -> None:
    if not checking.bundle.eligibility_decision:
        checking.missing(Words("告知承诺适用规则", "eligibility decision"), FILE, element, "eligibility")
    profile = checking.profile
    if profile is not None and terms.verification_parameter not in profile.parameters:
        what = Words("地方规则参数", "parameter of the profile")
        checking.missing(what, FILE, f"{element}.verification_parameter", terms.verification_parameter)


def _check_asked_for(checking: Checking, material: Material, requirement: Requirement, element: str) -> None:
    """What nobody brings needs no commitment; what another office decides is not ours to verify."""
    item = next((one for one in checking.bundle.items if one.key == requirement.item), None)
    if material.source in ("form", "visit") or material.exempt_reason is not None:
        checking.error(
            "commitment-for-nothing",
            FILE,
            element,
            Words(f"“{material.name.zh}”本来就免提交。", f"“{material.key}” is not asked for anyway."),
            Words("删去这项承诺。", "Remove the commitment."),
        )
    if item is not None and item.decided_in == "external":
        checking.error(
            "commitment-decided-elsewhere",
            FILE,
            element,
            Words(
                f"“{item.name.zh}”在外部系统决定，这里不能以承诺替代材料。",
                f"“{item.key}” is decided in another system: a commitment here replaces nothing.",
            ),
            Words("删去这项承诺。", "Remove the commitment."),
        )


def _check_listed(checking: Checking, material: Material, requirement: Requirement, element: str) -> None:
    if checking.profile is None or f"{requirement.item}/{material.key}" in checking.profile.commitment_list:
        return
    checking.warning(
        "commitment-not-listed",
        FILE,
        element,
        Words("该证明未列入本地告知承诺清单。", "The place does not list this proof for commitment."),
        Words("列入清单以前，该材料仍须提交。", "Until it is listed, the material is asked for."),
    )


def _check_mobile(checking: Checking) -> None:
    """A code is sent to the signatory's mobile, which the form has to ask for."""
    bundle, field = checking.bundle, checking.bundle.signatory_mobile_field
    every = [item.commitment for item in bundle.items] + [terms for _, _, terms in _replaceable(checking)]
    if any(terms is not None and "code" in terms.channels for terms in every) and not field:
        checking.error(
            "code-without-mobile",
            FILE,
            "form.signatory_mobile_field",
            Words(
                "承诺书可以用短信验证码签署，但没有写明签署人手机号码的字段。",
                "Letters may be signed by a code, but no field of the form has the signatory's mobile number.",
            ),
            Words(
                "写明 signatory_mobile_field，或者从 channels 里删去 code。", "Name it, or take code out of channels."
            ),
        )
    elif field and checking.main_form is not None and field not in checking.answer_keys:
        checking.missing(Words("表单字段", "form field"), FILE, "form.signatory_mobile_field", field)
