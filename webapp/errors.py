"""Refused acts of the office, in the engine's one tree. Each carries the words a person reads."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from engine import EngineError, Words

if TYPE_CHECKING:
    from engine.bundles import Eligibility


class ActRefused(EngineError):
    """The root of all refusals. `words` are shown as they are."""

    status = 409

    def __init__(self, words: Words) -> None:
        self.words = words
        super().__init__(words.en)


class NotSignedIn(ActRefused):
    status = 401

    def __init__(self) -> None:
        super().__init__(Words("请先登录。", "Please sign in first."))


class SignInRefused(ActRefused):
    status = 401

    def __init__(self) -> None:
        super().__init__(
            Words("账号或密码不正确，或账号已暂时锁定。", "Wrong account or password, or the account is locked.")
        )


class TooManyTries(ActRefused):
    status = 429

    def __init__(self) -> None:
        super().__init__(Words("尝试次数过多，请稍后再试。", "Too many tries. Please try again later."))


class NotYours(ActRefused):
    """The person may see this but not do it."""

    status = 403

    def __init__(self, permission: str) -> None:
        self.permission = permission
        super().__init__(Words("您的岗位不能办理此操作。", "Your post does not allow this."))


class NotFound(ActRefused):
    """Not there, or not for this person: the answer is the same."""

    status = 404

    def __init__(self) -> None:
        super().__init__(Words("没有找到，或不在您的办理范围内。", "Not found, or not within your remit."))


class AlreadyDone(ActRefused):
    """Someone was faster: who did what, when."""

    def __init__(self, who: str, act: Words, at: datetime | None, zone_time: str) -> None:
        self.who, self.act, self.at = who, act, at
        super().__init__(
            Words(
                f"此任务已由{who}于{zone_time}办理：{act.zh}。您填写的内容没有提交。",
                f"{who} already did this at {zone_time}: {act.en}. What you entered was not submitted.",
            )
        )


class Stale(ActRefused):
    """The page is older than the task."""

    def __init__(self, who: str, zone_time: str) -> None:
        super().__init__(
            Words(
                f"页面已过期：{who}于{zone_time}更新了此任务，请核对后再办理。",
                f"This page is out of date: {who} changed the task at {zone_time}. Please check and act again.",
            )
        )


class Busy(ActRefused):
    """The case (or what `words` name) is locked by another act for longer than the lock timeout."""

    status = 503

    def __init__(self, words: Words | None = None) -> None:
        super().__init__(
            words
            or Words(
                "同一办件的其他操作正在保存，您这次的操作还没有完成。填写的内容已保留，请稍等片刻再提交一次。",
                "Another act on this case is being saved, so yours is not done yet. What you entered is kept: please"
                " submit it again in a moment.",
            )
        )


class SamePerson(ActRefused):
    """The reviewer never decides the same item (LAW 2.9)."""

    def __init__(self) -> None:
        super().__init__(
            Words(
                "提出审查意见的人不能作出该事项的办理决定。",
                "Whoever proposed may not rule on the same item.",
            )
        )


class SecondOfficerNeeded(ActRefused):
    """A visit needs two different officers (Administrative Licensing Law, art. 34)."""

    def __init__(self) -> None:
        super().__init__(
            Words(
                "现场核查应当由两名以上工作人员进行：您已签字，请由另一名核查人员签字。",
                "A visit needs two officers: you have signed; another officer must sign too.",
            )
        )


class NotAuthorised(ActRefused):
    """Ruling needs a written authorisation with number and scope."""

    status = 403

    def __init__(self) -> None:
        super().__init__(
            Words(
                "您没有登记授权编号，不能作出办理决定。",
                "No authorisation is recorded for you: you may not rule.",
            )
        )


class Incomplete(ActRefused):
    """Something that the act needs is missing; `field` names the input, `faults` all of them with their words."""

    status = 422

    def __init__(self, field: str, words: Words, *more: tuple[str, Words]) -> None:
        self.field = field
        self.faults = dict([(field, words), *more])
        super().__init__(words)


class FileRefused(ActRefused):
    """A file that is not kept; the rest of the form is."""

    status = 422

    def __init__(self, name: str, reason: Words) -> None:
        self.name = name
        super().__init__(Words(f"“{name}”未接收：{reason.zh}", f"“{name}” was not taken: {reason.en}"))


class NotEligible(ActRefused):
    """Commitment is not open for this item: rule and basis, and the verdict with its reasons where a table gave it."""

    def __init__(self, rule: str, basis: Words, verdict: Eligibility | None = None) -> None:
        self.rule, self.basis, self.verdict = rule, basis, verdict
        super().__init__(
            Words(
                f"不适用告知承诺（规则 {rule}）：{basis.zh}",
                f"Commitment is not available (rule {rule}): {basis.en}",
            )
        )


class LetterChanged(ActRefused):
    """The letter that was read is not the letter to be signed."""

    def __init__(self) -> None:
        super().__init__(
            Words(
                "承诺书内容已变化，请重新阅读后签署。",
                "The letter has changed. Please read it again before signing.",
            )
        )


class NotADraft(ActRefused):
    def __init__(self) -> None:
        super().__init__(
            Words(
                "此办件已收件，不能再修改申请内容。",
                "The case was received; the application can no longer be changed.",
            )
        )


class ReleaseRefused(ActRefused):
    """A draft that cannot go on: findings that block, the same person twice, a state that does not fit."""


class IntoFullHome(ActRefused):
    """Demo data and restores go into an empty place only."""
