"""A post that the office does not have, told with those that are probably meant: by their keys and their names."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from difflib import get_close_matches

from engine.words import Words

#: How many posts a finding names, and how much alike one is to what was typed (difflib's ratio).
MOST_NAMED, ALIKE = 3, 0.4
#: The longest text that is compared; keys and names are shorter.
LONGEST = 80
NOTHING = Words("", "")


def probably_meant(typed: str, known: Collection[str]) -> Words:
    """What to put behind the sentence that `typed` is no post: nothing where no post is like it.

    `known`: keys of the posts, or key -> name.
    """
    names = known if isinstance(known, Mapping) else dict.fromkeys(known, NOTHING)
    named = [key for key, name in names.items() if typed in (name.zh, name.en)]
    if named:
        keys = ", ".join(named)
        return Words(f"：“{typed}”的编号是 {'、'.join(named)}", f": the key of “{typed}” is {keys}")
    said = {text: key for key, name in names.items() for text in (key, name.zh, name.en) if text}
    alike = get_close_matches(typed[:LONGEST], said, MOST_NAMED * 2, ALIKE)
    near = list(dict.fromkeys(said[text] for text in alike))[:MOST_NAMED]
    if not near:
        return NOTHING
    zh = "、".join(f"{key}（{names[key].zh}）" if names[key].zh else key for key in near)
    en = ", ".join(f"{key} ({names[key].en})" if names[key].en else key for key in near)
    return Words(f"，相近的有 {zh}", f"; like it are {en}")
