"""What a migration leaves as it was although the new release has it otherwise: told of each case, keeping none back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from engine import Words
from engine.bundles import with_posts_of
from engine.runtime import Context, KeptPosts
from webapp.catalogue import Published
from webapp.services.engine_border import kept_posts
from webapp.services.locked_case import InstanceRow

#: Asked for the names of posts once something is to be told of them.
PostNames = Callable[[], Mapping[str, Words]]


@dataclass(frozen=True, slots=True)
class Remark:
    """What somebody should know of an element of the former release."""

    process: str
    element: str
    words: Words


def remarks_of(
    instances: Iterable[InstanceRow],
    target: Published,
    mapping: Mapping[str, str],
    context: Context,
    post_names: PostNames,
) -> list[Remark]:
    """Of instances that fit the other release, before they are moved. Raises StateInvalid, and EngineFault."""
    found: dict[KeptPosts, None] = {}
    for instance in instances:
        old, new = instance.release.program, target.program
        told = kept_posts(old, new, instance.state, mapping, context, lambda known: with_posts_of(target.bundle, known))
        found |= dict.fromkeys(told)
    if not found:
        return []
    names = post_names()
    return [Remark(one.process, one.element, _words(one, names)) for one in found]


def _words(one: KeptPosts, names: Mapping[str, Words]) -> Words:
    kept = _named(one.kept, names)
    if one.given is None:
        return Words(
            f"未办的任务仍归{kept.zh}；新版由哪个岗位办理，按本件的数据算不出来",
            f"its open task stays with {kept.en}; which posts the new release gives cannot be told from this case",
        )
    given = _named(one.given, names)
    return Words(
        f"未办的任务仍归{kept.zh}；新版由{given.zh}办理",
        f"its open task stays with {kept.en}; the new release gives it to {given.en}",
    )


def _named(posts: Sequence[str], names: Mapping[str, Words]) -> Words:
    if not posts:
        return Words("不限岗位的人员", "nobody in particular")
    named = [names.get(post, Words(post, post)) for post in posts]
    zh, en = "、".join(f"“{one.zh}”" for one in named), ", ".join(f"“{one.en or one.zh}”" for one in named)
    return Words(zh, en)
