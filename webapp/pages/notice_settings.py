"""通知设置: which notices leave the house by which way and when, for oneself and for the posts one leads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from engine import Words
from webapp.errors import Incomplete, NotFound
from webapp.identity import Identity, signed_in
from webapp.pages.notices import blueprint
from webapp.pages.support import needs, words
from webapp.permissions import Permission, may_at_all
from webapp.queries.notice_deliveries import deliveries
from webapp.queries.notice_posts import Post, posts_led
from webapp.services import notice_delivery, notice_settings
from webapp.services.notice_kinds import all_kinds
from webapp.services.notice_settings import NOT_TO_STOP, QUIET_WRONG, Setting, Usual, usual
from webapp.services.notice_templates import CHANNELS
from webapp.services.notice_ways import WAYS, set_up

LABELS = {
    "mail": Words("电子邮箱", "Mail address"),
    "sms": Words("手机号码", "Mobile number"),
    "office": Words("办公消息账号", "Account of the office messenger"),
    "digest": Words("发送方式", "How they are sent"),
    "quiet": Words("免打扰时段", "Quiet hours"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """A kind with the ways by which it goes."""

    kind: str
    name: Words
    may_stop: bool
    urgent: bool
    ways: frozenset[str]


@blueprint.get("/settings")
@needs(Permission.ANY_SIGNED_IN)
def settings() -> ResponseReturnValue:
    """What holds for oneself now."""
    by = signed_in()
    return _page(by, notice_settings.settings_of([by.user_id])[by.user_id].setting)


@blueprint.post("/settings")
@needs(Permission.ANY_SIGNED_IN)
def save_settings() -> ResponseReturnValue:
    """What holds for oneself from now on."""
    by = signed_in()
    beneath = notice_settings.beneath(by)
    try:
        notice_settings.set_own(_typed(beneath), by=by)
    except Incomplete as incomplete:
        return _page(by, _shown(), incomplete=incomplete)
    flash(gettext("通知设置已保存。"), "success")
    return redirect(url_for("notices.settings"))


@blueprint.get("/posts/<group_key>")
@needs(Permission.NOTICE_SET_POST)
def post_settings(group_key: str) -> ResponseReturnValue:
    """What holds for the members of a post who have set nothing, and its mailbox."""
    by = signed_in()
    post = _led(group_key, by)
    return _page(by, notice_settings.post_setting(group_key) or usual().setting, post=post)


@blueprint.post("/posts/<group_key>")
@needs(Permission.NOTICE_SET_POST)
def save_post_settings(group_key: str) -> ResponseReturnValue:
    by = signed_in()
    post, beneath = _led(group_key, by), usual().setting
    try:
        notice_settings.set_for_post(group_key, _typed(beneath, only="mail"), by=by)
    except Incomplete as incomplete:
        return _page(by, _shown(), post=post, incomplete=incomplete)
    flash(gettext("岗位的通知设置已保存。"), "success")
    return redirect(url_for("notices.post_settings", group_key=group_key))


@blueprint.get("/deliveries")
@needs(Permission.NOTICE_DELIVERIES)
def lost() -> ResponseReturnValue:
    """What did not arrive, or may not have."""
    return render_template("notices/deliveries.html", found=deliveries(), ways=WAYS, here=set_up())


@blueprint.post("/deliveries/<int:delivery_id>/again")
@needs(Permission.NOTICE_DELIVERIES)
def send_again(delivery_id: int) -> ResponseReturnValue:
    """Send it once more."""
    notice_delivery.send_again(delivery_id, by=signed_in())
    flash(gettext("已安排重新发送。"), "success")
    return redirect(url_for("notices.lost"))


def _led(group_key: str, by: Identity) -> Post:
    for post in posts_led(by):
        if post.key == group_key:
            return post
    raise NotFound()


def _typed(beneath: Setting, *, only: str = "") -> Setting:
    """The form as a setting; of the ways, what differs from what holds beneath it. Raises Incomplete."""
    form, otherwise = request.form, usual()
    chosen = {kind: frozenset(form.getlist(f"way.{kind}")) & set(CHANNELS) for kind in _sendable()}
    choices = {kind: ways for kind, ways in chosen.items() if ways != _held(beneath, kind, otherwise)}
    if stopped := [kind for kind, ways in chosen.items() if only and not ways and not all_kinds()[kind].may_stop]:
        raise Incomplete(f"way.{stopped[0]}", _not_to_stop(stopped[0]))
    addresses = {channel: form.get(channel, "").strip() for channel in ([only] if only else CHANNELS)}
    return Setting(
        {channel: address for channel, address in addresses.items() if address},
        choices,
        form.get("language", ""),
        form.get("digest", ""),
        _hour(form.get("digest_hour", "")),
        _quiet(form),
    )


def _hour(text: str) -> int:
    """An hour of the day; -1 for what is none."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 2 else -1


def _not_to_stop(kind: str) -> Words:
    name = all_kinds()[kind].name
    return Words(NOT_TO_STOP.zh.format(kind=name.zh), NOT_TO_STOP.en.format(kind=name.en))


def _quiet(form: Mapping[str, str]) -> tuple[time, time] | None:
    begin, end = form.get("quiet_from", "").strip(), form.get("quiet_until", "").strip()
    if not begin and not end:
        return None
    try:
        return time.fromisoformat(begin), time.fromisoformat(end)
    except ValueError as wrong:
        raise Incomplete("quiet", QUIET_WRONG) from wrong


def _sendable() -> list[str]:
    return [kind for kind, told in all_kinds().items() if told.opens != "deliveries"]


def _held(setting: Setting, kind: str, otherwise: Usual) -> frozenset[str]:
    return setting.ways(kind, all_kinds()[kind], otherwise)


def _shown() -> Setting:
    """What was typed, as far as it can be shown again."""
    form = request.form
    choices = {kind: frozenset(form.getlist(f"way.{kind}")) for kind in _sendable()}
    addresses = {channel: form.get(channel, "") for channel in CHANNELS}
    hour = _hour(form.get("digest_hour", ""))
    return Setting(addresses, choices, form.get("language", "zh"), form.get("digest", "none"), hour)


def _page(
    by: Identity, setting: Setting, *, post: Post | None = None, incomplete: Incomplete | None = None
) -> ResponseReturnValue:
    otherwise, known = usual(), all_kinds()
    rows = [
        Row(kind, known[kind].name, known[kind].may_stop, known[kind].urgent, _held(setting, kind, otherwise))
        for kind in _sendable()
    ]
    typed = request.form if incomplete else {}
    quiet = (typed.get("quiet_from", ""), typed.get("quiet_until", "")) if incomplete else _times(setting)
    page = render_template(
        "notices/settings.html",
        setting=setting,
        rows=rows,
        quiet=quiet,
        post=post,
        posts=posts_led(by) if may_at_all(by, Permission.NOTICE_SET_POST) else (),
        channels=list(CHANNELS),
        ways=WAYS,
        here=set_up(),
        labels={key: words(label) for key, label in LABELS.items()}
        | {f"way.{row.kind}": words(row.name) for row in rows},
        errors={field: [words(said)] for field, said in incomplete.faults.items()} if incomplete else {},
    )
    return page, incomplete.status if incomplete else 200


def _times(setting: Setting) -> tuple[str, str]:
    if setting.quiet is None:
        return "", ""
    return f"{setting.quiet[0]:%H:%M}", f"{setting.quiet[1]:%H:%M}"
