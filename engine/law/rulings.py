"""The words of a ruling, which the kind of the item fixes, and the remedy that must stand under it.

Only a 行政许可 is granted or refused as a licence; a registration is 准予登记, a filing 予以备案 (and, when
it fails afterwards, 取消备案). A reviewer proposes (建议…), a decider rules.
"""

from __future__ import annotations

from dataclasses import dataclass

from engine.errors import EngineError
from engine.law.clock_words import amount
from engine.law.profile import Profile
from engine.law.terms import ClockTerms
from engine.words import Words


@dataclass(frozen=True, slots=True)
class RulingWords:
    """Words of one kind of item: the rulings, the document of each, and what it is called when undone."""

    granted: Words
    refused: Words
    grant_document: Words
    refuse_document: Words
    undone: Words
    result: Words

    def ruling(self, ruling: str) -> Words:
        """For "grant" or "refuse". Raises KeyError."""
        return {"grant": self.granted, "refuse": self.refused}[ruling]

    def proposal(self, ruling: str) -> Words:
        """What a reviewer proposes: 建议准予许可 / 建议不予许可."""
        word = self.ruling(ruling)
        return Words(f"建议{word.zh}", f"proposes: {word.en}")

    def document_title(self, ruling: str) -> Words:
        """The title of the written decision for "grant" or "refuse". Raises KeyError."""
        return {"grant": self.grant_document, "refuse": self.refuse_document}[ruling]


#: By `ItemKind` (LAW 2.11).
RULING_WORDS: dict[str, RulingWords] = {
    "licence": RulingWords(
        Words("准予许可", "licence granted"),
        Words("不予许可", "licence refused"),
        Words("准予行政许可决定书", "Decision to grant a licence"),
        Words("不予行政许可决定书", "Decision to refuse a licence"),
        Words("撤销许可", "licence revoked"),
        Words("许可证", "licence"),
    ),
    "registration": RulingWords(
        Words("准予登记", "registration granted"),
        Words("不予登记", "registration refused"),
        Words("准予登记通知书", "Notice of registration"),
        Words("不予登记通知书", "Notice of refusal of registration"),
        Words("撤销登记", "registration revoked"),
        Words("登记证照", "certificate of registration"),
    ),
    "filing": RulingWords(
        Words("予以备案", "filing accepted"),
        Words("不予备案", "filing refused"),
        Words("备案凭证", "Filing receipt"),
        Words("不予备案通知书", "Notice of refusal of filing"),
        Words("取消备案", "filing cancelled"),
        Words("备案凭证", "filing receipt"),
    ),
    "confirmation": RulingWords(
        Words("予以确认", "confirmed"),
        Words("不予确认", "confirmation refused"),
        Words("行政确认决定书", "Decision to confirm"),
        Words("不予行政确认决定书", "Decision to refuse confirmation"),
        Words("撤销确认", "confirmation revoked"),
        Words("确认文书", "confirmation"),
    ),
    "public-service": RulingWords(
        Words("予以办理", "service given"),
        Words("不予办理", "service refused"),
        Words("办理结果通知书", "Notice of the result"),
        Words("不予办理通知书", "Notice of refusal of the service"),
        Words("撤销办理结果", "result withdrawn"),
        Words("办理结果", "result"),
    ),
}


def ruling_words(kind: str) -> RulingWords:
    """The words for an item of this kind (an `ItemKind` or its value). Raises KeyError."""
    return RULING_WORDS[kind]


@dataclass(frozen=True, slots=True)
class DecidingUnit:
    """Who rules, where reconsideration is asked for, and which court hears a suit."""

    name: Words
    reconsideration_body: Words
    court: Words


class LimitMissing(EngineError):
    """The place's rules do not say how long a remedy is open: a decision that needs it cannot be written."""

    def __init__(self, key: str, jurisdiction: Words) -> None:
        self.key = key
        self.words = Words(
            f"{jurisdiction.zh}的地方规则没有载明期限“{key}”，不能写明救济途径。",
            f"The rules of {jurisdiction.en} do not state the limit “{key}”: the remedy cannot be told.",
        )
        super().__init__(f"the profile has no limit {key!r}")


@dataclass(frozen=True, slots=True)
class RemedyTerms:
    """How long each remedy is open: reconsideration from the day the person learns of the decision, the suit from the
    same day, or from the day on which the outcome of reconsideration arrives, where that comes first."""

    reconsideration: ClockTerms
    suit: ClockTerms


def remedy_limits(*, reconsideration_first: bool) -> tuple[str, str]:
    """The keys of the place's parameters that a remedy is told with: of reconsideration, and of the suit."""
    return "reconsideration-limit", "suit-after-reconsideration-limit" if reconsideration_first else "suit-limit"


def remedy_terms(profile: Profile, *, reconsideration_first: bool = False) -> RemedyTerms:
    """The remedies' limits in this place. Raises LimitMissing."""
    keys = remedy_limits(reconsideration_first=reconsideration_first)
    for key in keys:
        if key not in profile.parameters:
            raise LimitMissing(key, profile.jurisdiction)
    reconsideration, suit = keys
    return RemedyTerms(profile.terms(reconsideration), profile.terms(suit))


def reconsideration_body(government: Words, superior: Words | None = None) -> tuple[Words, Words]:
    """Who hears a reconsideration against a unit, and the rule that says so.

    A department of a local government: that government (行政复议法 art. 24). An organ led from above (customs, tax,
    foreign exchange, state security): the `superior` alone (art. 27).
    """
    if superior is not None:
        return superior, Words("《中华人民共和国行政复议法》第二十七条", "Administrative Reconsideration Law, art. 27")
    return government, Words("《中华人民共和国行政复议法》第二十四条", "Administrative Reconsideration Law, art. 24")


def remedy_paragraph(unit: DecidingUnit, terms: RemedyTerms, *, reconsideration_first: Words | None = None) -> Words:
    """The paragraph on reconsideration and suit; generated from the unit, never typed (LAW 2.10).

    It stands under refusals, refusals of acceptance and revocations. `reconsideration_first` is the text that makes
    reconsideration come before the suit (复议前置), where one does; `terms` are those of that case. A decision that
    keeps silent about the remedy leaves it open for a year.
    """
    reconsideration = amount(terms.reconsideration.value, terms.reconsideration.unit)
    suit = amount(terms.suit.value, terms.suit.unit)
    if reconsideration_first is not None:
        return Words(
            f"如不服{unit.name.zh}的本决定，可以自知道本决定之日起{_plain(reconsideration.zh)}内，"
            f"依据{terms.reconsideration.basis.zh}，向{unit.reconsideration_body.zh}申请行政复议；"
            f"依据{reconsideration_first.zh}，应当先申请行政复议，对行政复议决定不服的，可以自收到复议决定书之日起"
            f"{_plain(suit.zh)}内，依据{terms.suit.basis.zh}，向{unit.court.zh}提起行政诉讼。",
            f"If you do not accept this decision of {unit.name.en}, you may ask {unit.reconsideration_body.en} "
            f"for reconsideration within {reconsideration.en} of learning of it "
            f"({terms.reconsideration.basis.en}). Reconsideration comes first ({reconsideration_first.en}); against "
            f"its outcome you may sue in {unit.court.en} within {suit.en} of receiving it ({terms.suit.basis.en}).",
        )
    return Words(
        f"如不服{unit.name.zh}的本决定，可以自知道本决定之日起{_plain(reconsideration.zh)}内，"
        f"依据{terms.reconsideration.basis.zh}，向{unit.reconsideration_body.zh}申请行政复议；"
        f"也可以自知道本决定之日起{_plain(suit.zh)}内，依据{terms.suit.basis.zh}，向{unit.court.zh}提起行政诉讼。",
        f"If you do not accept this decision of {unit.name.en}, you may ask {unit.reconsideration_body.en} "
        f"for reconsideration within {reconsideration.en} of learning of it "
        f"({terms.reconsideration.basis.en}), or sue in {unit.court.en} within {suit.en} of learning of it "
        f"({terms.suit.basis.en}).",
    )


def _plain(length: str) -> str:
    """In running text the unit needs no bracket: 60日."""
    return length.replace("（自然日）", "")
