"""A bundle as a place handles it: the same items, decided and supervised by whom the place's rules name."""

from __future__ import annotations

from dataclasses import replace

from engine.bundles.model import Bundle, Item
from engine.law.profile import Profile


def arrange(bundle: Bundle, profile: Profile) -> Bundle:
    """The bundle with the departments and posts of this place; itself where the place arranges nothing otherwise.

    A place that arranges otherwise and names nobody who may extend the joint limit has no extension of it.
    """
    here = profile.arrangement
    if here is None or not any(item.key in here.items for item in bundle.items):
        return bundle
    joint = bundle.joint_extension
    if joint is not None:
        joint = replace(joint, group=here.joint_extension_group) if here.joint_extension_group else None
    return replace(
        bundle,
        items=tuple(_item(item, profile) for item in bundle.items),
        lead_department=here.lead_department,
        joint_extension=joint,
    )


def _item(item: Item, profile: Profile) -> Item:
    here = profile.arrangement.items.get(item.key) if profile.arrangement else None
    if here is None:
        return item
    extension = item.extension
    if extension is not None and here.extension_group:
        extension = replace(extension, group=here.extension_group, level_name=here.extension_level)
    return replace(
        item,
        department=here.department,
        supervised_by=here.supervised_by,
        groups={**item.groups, **here.groups},
        extension=extension,
        hand_up=here.hand_up,
    )
