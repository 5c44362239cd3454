"""The post that rules on an item is one of the department that decides it: nobody else's ruling is taken."""

from __future__ import annotations

from engine.bundles.arrangement import arrange
from engine.bundles.checks.checking import Checking
from engine.bundles.deciding import is_ruled_here, may_rule
from engine.bundles.model import Item
from engine.words import Words

_DECIDE = "groups.decide"


def check_deciding(checking: Checking) -> None:
    """As the catalogue says it, and where the rules of the place say otherwise, as they do.

    Accepting and reviewing may lie with another department (行政许可法 art. 24, 26, 35); ruling may not.
    """
    for item in checking.bundle.items:
        _check(checking, item, f"items/{item.key}.toml", _DECIDE)
    if checking.profile is None:
        return
    here = {item.key: item for item in arrange(checking.bundle, checking.profile).items}
    for item in checking.bundle.items:
        arranged = here[item.key]
        if (arranged.department, arranged.groups) != (item.department, item.groups):
            _check(checking, arranged, "profile", f"arrangement.items.{item.key}.{_DECIDE}")


def _check(checking: Checking, item: Item, file: str, element: str) -> None:
    post = item.groups.get("decide", "")
    of = (checking.posts or {}).get(post)
    if of is None or not is_ruled_here(item) or may_rule(item, of):
        return  # a post or department that nobody knows is a finding of its own
    there = [key for key, one in (checking.posts or {}).items() if one == item.department]
    checking.error(
        "decided-by-another-department",
        file,
        element,
        Words(
            f"{item.key} 由部门“{item.department}”决定，但作出决定的岗位“{post}”属于“{of}”："
            "该岗位的人不能作出决定，办件会停住。",
            f"The department “{item.department}” decides {item.key}, but the post that rules, “{post}”, is of “{of}”:"
            " its people may not rule, and the case would stand still.",
        ),
        Words(
            f"改为该部门的岗位：{'、'.join(there) or '（还没有）'}；或者改正决定部门（department）。",
            f"Give a post of this department: {', '.join(there) or '(none yet)'}; or correct the department.",
        ),
    )
