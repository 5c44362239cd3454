"""What a letter tells of the consequences comes from the place's rules; what the terms say beside it may be wrong.

The letter adds how the place verifies and what follows from each finding, with its basis, to what the terms tell.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from engine.bundles.checks.checking import Checking
from engine.bundles.model import CommitmentTerms
from engine.words import Words

#: An order to rectify, the undoing of what was granted, an entry into the record of credit, a time of exclusion.
_CONSEQUENCE = re.compile(
    r"(?:责令|限期|逾期不)[^，；。]{0,6}(?:整改|改正|改)|撤销|取消(?:备案|登记|许可|资格)|吊销|注销"
    r"|记入[^，；。]{0,8}信用|(?:不良|失信)(?:信用)?记录|失信名单|[年月]内不(?:得|予|再)"
)


def check_told_consequences(checking: Checking) -> None:
    """One warning for each text of `commitment.told` that says what the place's rules say."""
    for file, element, terms in _terms(checking):
        for words in terms.told:
            if found := _CONSEQUENCE.search(words.zh):
                checking.warning(
                    "told-consequence",
                    file,
                    f"{element}.told",
                    Words(
                        f"告知内容自行写了后果“{found[0]}”，可能与本地核查规则不一致：{words.zh}",
                        f"What is told names a consequence that the place's rules may not have: {words.zh}",
                    ),
                    Words(
                        "删去后果；承诺书自动写明本地规则规定的核查方式和后果。",
                        "Leave it out: the letter says how the place verifies and what follows there by itself.",
                    ),
                )


def _terms(checking: Checking) -> Iterator[tuple[str, str, CommitmentTerms]]:
    """(file, element, terms) of each commitment: for an item, or for one proof of it."""
    for item in checking.bundle.items:
        if item.commitment is not None:
            yield f"items/{item.key}.toml", "commitment", item.commitment
    for material in checking.bundle.materials:
        for requirement in material.requirements:
            if requirement.commitment is not None:
                element = f"materials.{material.key}.required.{requirement.item}.commitment"
                yield "bundle.toml", element, requirement.commitment
