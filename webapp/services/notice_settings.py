"""How notices go out: a person's own setting, else that of the first post of theirs which has one, else the data's.

A person keeps what a kind allows to be stopped; the others go by one way at least as long as there is an address.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import time
from functools import lru_cache
from typing import Any

import orjson

from engine import Words
from engine.law import check_mobile
from webapp import clock
from webapp.errors import Incomplete, NotYours
from webapp.identity import Identity
from webapp.permissions import Permission, may_at_all
from webapp.services.notice_kinds import FILE, KindWords, NoticeWrong, all_kinds
from webapp.services.notice_templates import CHANNELS, MAIL, OFFICE, SMS
from webapp.settings import current_settings
from webapp.unit_of_work import sql, unit_of_work

DIGESTS = ("none", "hourly", "daily")
LANGUAGES = ("zh", "en")
LONGEST_ADDRESS = 200
_MAIL = re.compile(r"[A-Za-z0-9._%+-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z]{2,24}")
_OFFICE_ID = re.compile(r"[A-Za-z0-9_.@-]{1,64}")
MAIL_WRONG = Words("电子邮箱有误。", "The mail address is wrong.")
MOBILE_WRONG = Words("手机号码有误。", "The mobile number is wrong.")
OFFICE_WRONG = Words("办公消息账号有误。", "The account of the office messenger is wrong.")
QUIET_WRONG = Words("请填写免打扰的起止时间。", "Please give the beginning and the end of the quiet hours.")
DIGEST_WRONG = Words("请选择发送方式。", "Please choose how they are gathered.")
NOT_TO_STOP = Words(
    "“{kind}”不能退订，请至少选择一种有地址的途径。", "“{kind}” cannot be stopped: choose a way that has an address."
)


@dataclass(frozen=True, slots=True)
class Setting:
    """`addresses`: channel -> address. `choices`: kind -> channels, for those kinds about which something is said."""

    addresses: Mapping[str, str] = field(default_factory=dict)
    choices: Mapping[str, frozenset[str]] = field(default_factory=dict)
    language: str = "zh"
    digest: str = "none"
    digest_hour: int = 8
    quiet: tuple[time, time] | None = None

    def ways(self, kind: str, words: KindWords, usual: Usual) -> frozenset[str]:
        """The channels by which a kind is wanted, whether or not there is an address for them."""
        chosen = self.choices.get(kind)
        return chosen if chosen is not None else usual.ways(words)


@dataclass(frozen=True, slots=True)
class Usual:
    """What holds where nobody has set anything (`[defaults]` of the data)."""

    channels: frozenset[str]
    urgent_channels: frozenset[str]
    setting: Setting

    def ways(self, words: KindWords) -> frozenset[str]:
        if words.opens == "deliveries":  # that messages do not arrive is not sent as one
            return frozenset()
        return self.urgent_channels if words.urgent else self.channels


def usual() -> Usual:
    """Raises NoticeWrong where the data has no complete defaults."""
    return _usual(current_settings().processes_dir.joinpath(FILE).read_bytes())


@lru_cache(maxsize=4)
def _usual(content: bytes) -> Usual:
    try:
        told = tomllib.loads(content.decode("utf-8"))["defaults"]
        quiet = (time.fromisoformat(told["quiet"]["from"]), time.fromisoformat(told["quiet"]["until"]))
        setting = Setting(digest=told["digest"], digest_hour=told["digest_hour"], quiet=quiet)
        channels, urgent = frozenset(told["channels"]), frozenset(told["urgent_channels"])
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, KeyError, TypeError, ValueError) as fault:
        raise NoticeWrong(f"{FILE}, defaults: {fault!r}") from fault
    if not channels | urgent <= set(CHANNELS) or setting.digest not in DIGESTS:
        raise NoticeWrong(f"{FILE}, defaults: unknown channel or digest")
    return Usual(channels, urgent, setting)


COLUMNS = "mail, sms, office, choices, language, digest, digest_hour, quiet_from, quiet_until"
OWN = f"select {COLUMNS} from notice_setting where user_id = %s"
OF_POST = f"select {COLUMNS} from notice_setting where group_key = %s"
#: Of each person: their own, and those of their posts, the first post first.
OF_PEOPLE = f"""
select m.user_id, s.group_key, {COLUMNS} from notice_setting s
join candidate_group g on g.key = s.group_key join membership m on m.group_id = g.id
where m.user_id = any(%(users)s)
union all
select s.user_id, null, {COLUMNS} from notice_setting s where s.user_id = any(%(users)s)
order by 1, 2 nulls first
"""


def own_setting(by: Identity) -> Setting | None:
    """What the person has set; None: nothing yet."""
    row = sql().execute(OWN, (by.user_id,)).fetchone()
    return _setting(*row) if row else None


def post_setting(group_key: str) -> Setting | None:
    row = sql().execute(OF_POST, (group_key,)).fetchone()
    return _setting(*row) if row else None


@dataclass(frozen=True, slots=True)
class Held:
    """What holds for one person, and the posts of theirs that have a mailbox."""

    setting: Setting
    mailboxes: Mapping[str, Setting]


def settings_of(users: Iterable[int]) -> dict[int, Held]:
    """The settings that hold for these people: ways and times of the post, addresses of the person."""
    wanted, nothing = sorted(set(users)), usual().setting
    own: dict[int, Setting] = {}
    posts: dict[int, dict[str, Setting]] = {}
    for user_id, group_key, *columns in sql().execute(OF_PEOPLE, {"users": wanted}).fetchall():
        if group_key is None:
            own[user_id] = _setting(*columns)
        else:
            posts.setdefault(user_id, {})[group_key] = _setting(*columns)
    held: dict[int, Held] = {}
    for user_id in wanted:
        theirs = posts.get(user_id, {})
        mailboxes = {key: one for key, one in theirs.items() if one.addresses}
        held[user_id] = Held(_merged(own.get(user_id), next(iter(theirs.values()), nothing)), mailboxes)
    return held


def beneath(by: Identity) -> Setting:
    """What would hold without the person's own setting: that of their first post which has one, else the data's."""
    rows = sql().execute(OF_PEOPLE, {"users": [by.user_id]}).fetchall()
    post = next((_setting(*columns) for _, group_key, *columns in rows if group_key is not None), None)
    return replace(post or usual().setting, addresses={})


def _merged(own: Setting | None, post: Setting) -> Setting:
    """One's own times and addresses; about a kind of which one has said nothing, the post's word counts."""
    if own is None:  # a post's mailbox is not its members' own address
        return replace(post, addresses={})
    return replace(own, choices={**post.choices, **own.choices})


def _setting(
    mail: str,
    sms: str,
    office: str,
    choices: Mapping[str, list[str]],
    language: str,
    digest: str,
    digest_hour: int,
    quiet_from: time | None,
    quiet_until: time | None,
) -> Setting:
    addresses = {channel: kept for channel, kept in ((MAIL, mail), (SMS, sms), (OFFICE, office)) if kept}
    quiet = (quiet_from, quiet_until) if quiet_from is not None and quiet_until is not None else None
    chosen = {kind: frozenset(ways) for kind, ways in choices.items()}
    return Setting(addresses, chosen, language, digest, digest_hour, quiet)


SAVE = """
insert into notice_setting (user_id, group_key, mail, sms, office, choices, language, digest, digest_hour, quiet_from,
    quiet_until, changed_by, changed_at)
values (%(user)s, %(group)s, %(mail)s, %(sms)s, %(office)s, %(choices)s, %(language)s, %(digest)s, %(hour)s,
    %(from)s, %(until)s, %(by)s, %(now)s)
on conflict ({of}) do update set mail = excluded.mail, sms = excluded.sms, office = excluded.office,
    choices = excluded.choices, language = excluded.language, digest = excluded.digest,
    digest_hour = excluded.digest_hour, quiet_from = excluded.quiet_from, quiet_until = excluded.quiet_until,
    changed_by = excluded.changed_by, changed_at = excluded.changed_at
"""


def set_own(setting: Setting, *, by: Identity) -> None:
    """How one's own notices go out from now on. Raises Incomplete."""
    _check(setting, CHANNELS)
    if setting.addresses:
        _ensure_some_way(setting)
    with unit_of_work():
        _save(setting, by, user=by.user_id)


#: As `services/task_marks` has it: who leads a department sets things for the posts of that department.
LED = """
select 1 from candidate_group g join department d on d.id = g.department_id where g.key = %s and d.key = %s
"""


def set_for_post(group_key: str, setting: Setting, *, by: Identity) -> None:
    """How notices of members who set nothing go out, and the post's mailbox. Raises NotYours, Incomplete."""
    _check(setting, (MAIL,))
    with unit_of_work():
        if not may_at_all(by, Permission.NOTICE_SET_POST) or not leads(group_key, by):
            raise NotYours(Permission.NOTICE_SET_POST)
        _save(setting, by, group=group_key)


def leads(group_key: str, by: Identity) -> bool:
    """Whether the post belongs to the department of this person."""
    return sql().execute(LED, (group_key, by.department_key)).fetchone() is not None


def _save(setting: Setting, by: Identity, *, user: int | None = None, group: str | None = None) -> None:
    choices = {kind: sorted(ways) for kind, ways in setting.choices.items()}
    values: dict[str, Any] = {
        "user": user,
        "group": group,
        "choices": orjson.dumps(choices).decode(),
        "language": setting.language,
        "digest": setting.digest,
        "hour": setting.digest_hour,
        "from": setting.quiet[0] if setting.quiet else None,
        "until": setting.quiet[1] if setting.quiet else None,
        "by": by.user_id,
        "now": clock.now(),
        **{channel: setting.addresses.get(channel, "") for channel in CHANNELS},
    }
    sql().execute(SAVE.format(of="user_id" if user else "group_key").encode(), values)


def _check(setting: Setting, channels: Collection[str]) -> None:
    faults: dict[str, Words] = {}
    mail, sms, office = (setting.addresses.get(channel, "") for channel in (MAIL, SMS, OFFICE))
    if mail and (len(mail) > LONGEST_ADDRESS or not _MAIL.fullmatch(mail)):
        faults[MAIL] = MAIL_WRONG
    if sms and check_mobile(sms) is not None:
        faults[SMS] = MOBILE_WRONG
    if office and not _OFFICE_ID.fullmatch(office):
        faults[OFFICE] = OFFICE_WRONG
    if setting.digest not in DIGESTS or not 0 <= setting.digest_hour <= 23 or setting.language not in LANGUAGES:
        faults["digest"] = DIGEST_WRONG
    if unknown := setting.addresses.keys() - set(channels):
        faults.update(dict.fromkeys(unknown, OFFICE_WRONG))
    _refuse(faults)


def _ensure_some_way(setting: Setting) -> None:
    """A kind that may not be stopped goes by a way for which there is an address."""
    faults: dict[str, Words] = {}
    for kind, words in all_kinds().items():
        chosen = setting.choices.get(kind)
        to_be_sent = not words.may_stop and words.opens != "deliveries"
        if to_be_sent and chosen is not None and not chosen & setting.addresses.keys():
            faults[f"way.{kind}"] = Words(
                NOT_TO_STOP.zh.format(kind=words.name.zh), NOT_TO_STOP.en.format(kind=words.name.en)
            )
    _refuse(faults)


def _refuse(faults: Mapping[str, Words]) -> None:
    if faults:
        (first, *more) = faults.items()
        raise Incomplete(first[0], first[1], *more)
