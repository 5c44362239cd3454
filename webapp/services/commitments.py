"""Commitment before the ruling: who may, the letter, the signature, and back to the ordinary way."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from engine import Words
from engine.bundles import PLACES, Eligibility, Item, eligibility, guide_for, render
from engine.law import APPLICATION, amount
from engine.law import COMMITMENT as BY_COMMITMENT
from webapp import clock, moments
from webapp.answers import answers_of
from webapp.catalogue import Published, Rules, engine_context
from webapp.errors import Incomplete, LetterChanged, NotEligible
from webapp.identity import Identity
from webapp.papers import keep
from webapp.services.credit_bars import ApplicantBarred, standing_in_case, standing_of, subjects_of
from webapp.services.decisions import Kept, eligibility_told, keep_records
from webapp.services.document_places import answer_places, item_places, unit_of
from webapp.services.drafts import ensure_draft
from webapp.services.events import Event
from webapp.services.files import Upload, check_upload, keep_file
from webapp.services.locked_case import LockedCase, on_case
from webapp.unit_of_work import sql

ORDINARY, COMMITMENT = "ordinary", "commitment"
CHANNELS = ("tablet", "scan")


@dataclass(frozen=True, slots=True)
class Letter:
    """A commitment letter as it is read and signed, kept as `webapp.papers` does; `digest` is over the Chinese."""

    item: Item
    zh: str
    en: str

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.zh.encode()).hexdigest()


def ensure_not_barred(case: LockedCase, item_key: str) -> None:
    """A bar recorded after receipt still stops a ruling by commitment on the item. Raises NotEligible."""
    today, fields = moments.local(case.now).date(), case.release.bundle.identity_fields
    standing = standing_in_case(case.id, fields, case.rules.profile.key, today)
    bar = standing.bar(BY_COMMITMENT, case.release.bundle.item(item_key))
    if bar is not None:
        raise NotEligible(bar.rule, bar.words)


def eligible_items(
    release: Published, rules: Rules, guided: Mapping[str, Any], answers: Mapping[str, Any]
) -> dict[str, Eligibility]:
    """Item key -> eligibility, for every applicable item that knows commitment at all."""
    standing = standing_of(subjects_of(release.bundle, answers), rules.profile.key, clock.today(moments.OFFICE_ZONE))
    context = engine_context(clock.now(), rules)
    return {
        entry.item.key: eligibility(
            release.bundle,
            release.decisions,
            rules.profile,
            entry.item.key,
            {**answers, **guided},
            credit=standing.word(entry.item),
            false_commitments=standing.false_commitments,
            unrepaired_records=standing.unrepaired,
            context=context,
        )
        for entry in guide_for(release.bundle, dict(guided)).items
        if entry.item.commitment is not None
    }


def letter_for(release: Published, item: Item, answers: Mapping[str, Any], rules: Rules) -> Letter:
    """The letter of an item for this applicant, in both languages. It carries no date: the signature does."""
    assert item.commitment is not None
    return Letter(item, *(_letter_text(release, item, answers, rules, language) for language in ("zh", "en")))


def _letter_text(release: Published, item: Item, answers: Mapping[str, Any], rules: Rules, language: str) -> str:
    terms = item.commitment
    assert terms is not None
    limit = rules.profile.terms(terms.verification_parameter)
    places = {
        **answer_places(release, rules, answers, language),
        **unit_of(item.department).places(language, rules.profile.demo),
        **item_places(item, language),
        "conditions_list": [words.in_language(language) for words in terms.conditions],
        "told_list": [words.in_language(language) for words in terms.told],
        "verification_limit": amount(limit.value, limit.unit).in_language(language),
    }
    return keep(
        render(release.document(terms.letter, language, rules.profile.key), places, language=language, optional=PLACES)
    )


def sign(
    case_id: int,
    letters: Mapping[str, str],
    *,
    by: Identity,
    signature: Upload,
    signer_name: str,
    channel: str,
) -> None:
    """Sign the letters of these items (item key -> digest of the letter as read) in one sitting.

    Raises NotEligible (rule and basis), LetterChanged, Incomplete, FileRefused. Nothing is half done; a try that the
    rules do not allow stays in the ledger.
    """
    if not signer_name.strip():
        raise Incomplete("signer_name", Words("请填写签署人姓名。", "Enter the signer's name."))
    if channel not in CHANNELS:
        raise Incomplete("channel", Words("请选择签署方式。", "Choose how it was signed."))
    checked = check_upload(signature)
    with ineligible_tries_kept(case_id, by), on_case(case_id) as case:
        ensure_draft(case, by)
        guided, visitor = _draft_facts(case)
        answers = answers_of(case_id)
        eligible = eligible_items(case.release, case.rules, guided, answers)
        signature_file = keep_file(checked, by)
        decided: list[Kept] = []
        for item_key, digest in letters.items():
            verdict = ensure_eligible(eligible.get(item_key))
            item = case.release.bundle.item(item_key)
            _ensure_signatory(case.release, item, answers, visitor, signer_name.strip())
            letter = letter_for(case.release, item, answers, case.rules)
            if letter.digest != digest:
                raise LetterChanged()
            decided += _keep(case, letter, signature_file, signer_name.strip(), channel, verdict, by)
        _set_ways(case, dict.fromkeys(letters, COMMITMENT))
        keep_records(case, decided)


NO_COMMITMENT = Words("该事项没有告知承诺办理方式。", "This item knows no commitment.")


def ensure_eligible(verdict: Eligibility | None) -> Eligibility:
    """The verdict, where it opens commitment. Raises NotEligible."""
    if verdict is None:
        raise NotEligible("-", NO_COMMITMENT)
    if not verdict.eligible:
        raise NotEligible(verdict.rule, verdict.basis, verdict)
    return verdict


@contextmanager
def ineligible_tries_kept(case_id: int, by: Identity) -> Iterator[None]:
    """Around a command: a refused commitment, or a barred applicant, goes into the ledger after the rollback."""
    try:
        yield
    except NotEligible as refusal:
        with on_case(case_id) as case:
            if refusal.verdict is None:
                case.record(Event.REFUSED_ACT, by, refusal=type(refusal).__name__, rule=refusal.rule)
            else:
                keep_records(case, _refused(case, refusal.verdict, by))
        raise
    except ApplicantBarred as barred:
        with on_case(case_id) as case:
            facts = {"refusal": type(barred).__name__, "rule": barred.rule, "credit": barred.bar.record_id}
            case.record(Event.REFUSED_ACT, by, **facts)
        raise


def _ensure_signatory(
    release: Published, item: Item, answers: Mapping[str, Any], visitor: tuple[str, str], signer: str
) -> None:
    """Where no proxy may sign (42号文 pattern), the signatory of the form is here in person and signs."""
    assert item.commitment is not None
    if item.commitment.representative_may_sign:
        return
    bundle = release.bundle
    name = str(answers.get(bundle.signatory_name_field) or "").strip()
    number = str(answers.get(bundle.signatory_id_field) or "").strip().upper()
    if visitor != (name, number):
        raise Incomplete(
            "signer_name",
            Words(
                f"该承诺不得由他人代签：到场人与申请表上的{name or '法定代表人'}不一致，"
                "请按一般程序办理或由本人到场签署。",
                "This commitment may not be signed by proxy:"
                " the person present is not the signatory named in the form.",
            ),
        )
    if signer != name:
        raise Incomplete(
            "signer_name",
            Words(f"签署人应为{name}。", f"The signer must be {name}."),
        )


def take_ordinary_way(case_id: int, item_key: str, *, by: Identity) -> None:
    """The applicant goes the ordinary way for this item; a signed letter is withdrawn. Nothing is typed twice."""
    with on_case(case_id) as case:
        ensure_draft(case, by)
        gone = sql().execute("delete from commitment where case_id = %s and item_key = %s", (case_id, item_key))
        if gone.rowcount:
            case.record(Event.COMMITMENT_WITHDRAWN, by, item=item_key)
        _set_ways(case, {item_key: ORDINARY})


def _draft_facts(case: LockedCase) -> tuple[dict[str, Any], tuple[str, str]]:
    """The guided answers, and (name, identity number) of the person present."""
    row = (
        sql()
        .execute(
            "select c.guided, v.person_name, v.person_id_number from cases c"
            " join visit v on v.id = c.visit_id where c.id = %s",
            (case.id,),
        )
        .fetchone()
    )
    assert row is not None
    return row[0], (row[1], row[2])


def keep_ineligible(case_id: int, *, by: Identity) -> None:
    """The application was to be received although it cannot: by commitments that are not open any longer, or for items
    that a credit record bars. The try is in the ledger.
    """
    with on_case(case_id) as case:
        ensure_draft(case, by)
        row = sql().execute("select guided, ways from cases where id = %s", (case_id,)).fetchone()
        assert row is not None
        guided, ways = row
        told: list[Kept] = []
        answers = answers_of(case_id)
        _keep_barred(case, guided, answers, by)
        for key, verdict in eligible_items(case.release, case.rules, guided, answers).items():
            if ways.get(key) == COMMITMENT and not verdict.eligible:
                told += _refused(case, verdict, by)
        keep_records(case, told)


def _keep_barred(case: LockedCase, guided: Mapping[str, Any], answers: Mapping[str, Any], by: Identity) -> None:
    today = moments.local(case.now).date()
    standing = standing_of(subjects_of(case.release.bundle, answers), case.rules.profile.key, today)
    for entry in guide_for(case.release.bundle, {**answers, **guided}).items:
        bar = standing.bar(APPLICATION, entry.item)
        if bar is not None:
            facts = {"refusal": ApplicantBarred.__name__, "rule": bar.rule, "credit": bar.record_id}
            case.record(Event.REFUSED_ACT, by, item=entry.item.key, **facts)


def _refused(case: LockedCase, verdict: Eligibility, by: Identity) -> list[Kept]:
    return eligibility_told(case, Event.REFUSED_ACT, by, verdict, refusal=NotEligible.__name__)


def _keep(
    case: LockedCase,
    letter: Letter,
    signature_file: int,
    signer: str,
    channel: str,
    verdict: Eligibility,
    by: Identity,
) -> list[Kept]:
    """The signed letter, its line in the ledger, and the record of why it may be signed, still to be written."""
    sql().execute(
        "insert into commitment (case_id, item_key, letter, letter_digest, signature_file_id, signer_name, channel,"
        " signed_at, by_id, rule, rule_basis) values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
        " on conflict (case_id, item_key) do update set letter = excluded.letter,"
        " letter_digest = excluded.letter_digest, signature_file_id = excluded.signature_file_id,"
        " signer_name = excluded.signer_name, channel = excluded.channel, signed_at = excluded.signed_at,"
        " by_id = excluded.by_id, rule = excluded.rule, rule_basis = excluded.rule_basis",
        (
            case.id,
            letter.item.key,
            letter.zh,
            letter.digest,
            signature_file,
            signer,
            channel,
            case.now,
            by.user_id,
            verdict.rule,
            verdict.basis.zh,
        ),
    )
    return eligibility_told(case, Event.COMMITMENT_SIGNED, by, verdict, letter=letter.digest)


def _set_ways(case: LockedCase, ways: Mapping[str, str]) -> None:
    for item_key, way in ways.items():
        sql().execute(
            "update cases set ways = jsonb_set(ways, array[%s], to_jsonb(%s::text)) where id = %s",
            (item_key, way, case.id),
        )
