"""Commitment before the ruling: who may, the letter, the signature, and back to the ordinary way."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from engine import Words
from engine.bundles import Eligibility, RequiredMaterial, guide_for
from engine.law import APPLICATION
from engine.law import COMMITMENT as BY_COMMITMENT
from webapp import moments
from webapp.answers import answers_of
from webapp.catalogue import Published
from webapp.errors import Incomplete, LetterChanged, NotEligible
from webapp.identity import Identity
from webapp.services.credit_bars import ApplicantBarred, standing_in_case, standing_of, subjects_of
from webapp.services.credit_locks import hold_to_rule
from webapp.services.decisions import Kept, eligibility_told, keep_records
from webapp.services.drafts import ensure_draft
from webapp.services.eligible import eligible_items
from webapp.services.events import Event
from webapp.services.files import Upload, keep_file
from webapp.services.letters import Letter, Subject, key_of, letter_for, parts_of, subject_of
from webapp.services.locked_case import LockedCase, on_case
from webapp.services.signature_files import check_drawing, check_scan
from webapp.unit_of_work import sql

ORDINARY, COMMITMENT = "ordinary", "commitment"
TABLET, SCAN, PHONE, CODE = "tablet", "scan", "phone", "code"
#: What is known of a phone on which letters are signed: that it was at the counter when the QR code was shown, or also
#: that it has the number declared for the signer.
BY_QR, BY_NUMBER = "qr", "number"
#: Those of the window itself.
CHANNELS = (TABLET, SCAN)
CHANNEL_WORDS = {
    TABLET: Words("窗口手写板", "tablet at the window"),
    SCAN: Words("纸质扫描", "scan of the paper"),
    PHONE: Words("本人手机扫码", "own phone"),
    CODE: Words("短信验证码", "code sent to the mobile"),
    "typed": Words("手机键入姓名", "typed name"),
}


def is_replaced(required: RequiredMaterial, item: str, ways: Mapping[str, str]) -> bool:
    """Whether the item's commitment, or one in place of this very proof, replaces the material for the item."""
    as_a_whole = ways.get(item) == COMMITMENT and item in required.replaced_for
    return as_a_whole or ways.get(key_of(item, required.material.key)) == COMMITMENT


def ensure_not_barred(case: LockedCase, item_key: str) -> None:
    """A bar recorded after receipt still stops a ruling by commitment on the item, and none is recorded before this
    command has ended. Raises NotEligible, Busy.
    """
    today, fields = moments.local(case.now).date(), case.release.bundle.identity_fields
    hold_to_rule(case.id, fields)
    standing = standing_in_case(case.id, fields, case.rules.profile.key, today)
    bar = standing.bar(BY_COMMITMENT, case.release.bundle.item(item_key))
    if bar is not None:
        raise NotEligible(bar.rule, bar.words)


@dataclass(frozen=True, slots=True)
class Evidence:
    """How letters were signed: by whom, by which channel, with what to show for it.

    `file_id` is the drawn signature or the scan; None where the name was typed on the signer's own phone, or a code
    was confirmed: then `request_id` has it. `clerk_id` is who was at the counter.
    """

    signer: str
    channel: str
    clerk_id: int
    file_id: int | None = None
    typed: bool = False
    request_id: int | None = None
    proof: str = ""  # of the own phone: what proves whose it is, BY_NUMBER or BY_QR


class ChannelNotOpen(Incomplete):
    """The terms of this letter do not let it be signed like that."""

    def __init__(self, subject: Words, channel: str) -> None:
        way = CHANNEL_WORDS.get(channel, Words(channel, channel))
        super().__init__(
            "channel",
            Words(
                f"“{subject.zh}”的承诺书不能以{way.zh}方式签署。",
                f"The letter for “{subject.en or subject.zh}” may not be signed by this way: {way.en}.",
            ),
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
    """Sign these letters (key -> digest of the letter as read) at the window, in one sitting.

    Raises NotEligible (rule and basis), LetterChanged, Incomplete, FileRefused. Nothing is half done; a try that the
    rules do not allow stays in the ledger.
    """
    if not signer_name.strip():
        raise Incomplete("signer_name", Words("请填写签署人姓名。", "Enter the signer's name."))
    if channel not in CHANNELS:
        raise Incomplete("channel", Words("请选择签署方式。", "Choose how it was signed."))
    checked = check_drawing(signature) if channel == TABLET else check_scan(signature)
    with ineligible_tries_kept(case_id, by), on_case(case_id) as case:
        ensure_draft(case, by)
        evidence = Evidence(signer_name.strip(), channel, by.user_id, keep_file(checked, by))
        sign_within(case, letters, evidence, by)


def sign_within(case: LockedCase, letters: Mapping[str, str], evidence: Evidence, by: Identity | None) -> None:
    """Keep these letters as signed, in the running command. Raises NotEligible, LetterChanged, Incomplete."""
    decided: list[Kept] = []
    for letter, verdict in signable(case, letters, evidence.signer, evidence.channel, typed=evidence.typed):
        decided += _keep(case, letter, evidence, verdict, by)
    _set_ways(case, dict.fromkeys(letters, COMMITMENT))
    keep_records(case, decided)


def signable(
    case: LockedCase, letters: Mapping[str, str], signer: str, channel: str, *, typed: bool = False
) -> list[tuple[Letter, Eligibility]]:
    """The letters as they read now, when this signer may sign all of them so. Raises as `sign_within`."""
    guided, visitor = _draft_facts(case)
    answers = answers_of(case.id)
    eligible = eligible_items(case.release, case.rules, guided, answers)
    found = []
    for key, digest in letters.items():
        verdict = ensure_eligible(eligible.get(key))
        subject = subject_of(case.release.bundle, key)
        assert subject is not None  # eligible
        if channel not in subject.terms.channels or (typed and not subject.terms.typed_name):
            raise ChannelNotOpen(subject.name, "typed" if typed and channel in subject.terms.channels else channel)
        _ensure_signatory(case.release, subject, answers, visitor, signer)
        letter = letter_for(case.release, subject, answers, case.rules)
        if letter.digest != digest:
            raise LetterChanged()
        found.append((letter, verdict))
    return found


NO_COMMITMENT = Words("该事项没有告知承诺办理方式。", "This item knows no commitment.")


def ensure_eligible(verdict: Eligibility | None) -> Eligibility:
    """The verdict, where it opens commitment. Raises NotEligible."""
    if verdict is None:
        raise NotEligible("-", NO_COMMITMENT)
    if not verdict.eligible:
        raise NotEligible(verdict.rule, verdict.basis, verdict)
    return verdict


@contextmanager
def ineligible_tries_kept(case_id: int, by: Identity | None) -> Iterator[None]:
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
    release: Published, subject: Subject, answers: Mapping[str, Any], visitor: tuple[str, str], signer: str
) -> None:
    """Where no proxy may sign (42号文 pattern), the signatory of the form is here in person and signs."""
    if subject.terms.representative_may_sign:
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


def take_ordinary_way(case_id: int, key: str, *, by: Identity) -> None:
    """The applicant goes the ordinary way for this item, or brings this proof; a signed letter is withdrawn.

    Nothing is typed twice.
    """
    with on_case(case_id) as case:
        ensure_draft(case, by)
        item_key, material_key = parts_of(key)
        gone = sql().execute(
            "delete from commitment where case_id = %s and item_key = %s and material_key = %s",
            (case_id, item_key, material_key),
        )
        if gone.rowcount:
            case.record(Event.COMMITMENT_WITHDRAWN, by, item=key)
        _set_ways(case, {key: ORDINARY})


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


def _refused(case: LockedCase, verdict: Eligibility, by: Identity | None) -> list[Kept]:
    return eligibility_told(case, Event.REFUSED_ACT, by, verdict, refusal=NotEligible.__name__)


def _keep(
    case: LockedCase, letter: Letter, evidence: Evidence, verdict: Eligibility, by: Identity | None
) -> list[Kept]:
    """The signed letter, its line in the ledger, and the record of why it may be signed, still to be written."""
    item_key, material_key = parts_of(letter.subject.key)
    sql().execute(
        "insert into commitment (case_id, item_key, material_key, letter, letter_digest, signature_file_id,"
        " signer_name, channel, typed, request_id, signed_at, by_id, rule, rule_basis)"
        " values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
        " on conflict (case_id, item_key, material_key) do update set letter = excluded.letter,"
        " letter_digest = excluded.letter_digest, signature_file_id = excluded.signature_file_id,"
        " signer_name = excluded.signer_name, channel = excluded.channel, typed = excluded.typed,"
        " request_id = excluded.request_id, signed_at = excluded.signed_at, by_id = excluded.by_id,"
        " rule = excluded.rule, rule_basis = excluded.rule_basis",
        (
            case.id,
            item_key,
            material_key,
            letter.zh,
            letter.digest,
            evidence.file_id,
            evidence.signer,
            evidence.channel,
            evidence.typed,
            evidence.request_id,
            case.now,
            evidence.clerk_id,
            verdict.rule,
            verdict.basis.zh,
        ),
    )
    facts = {"letter": letter.digest, "channel": evidence.channel}
    if evidence.proof:
        facts["proof"] = evidence.proof
    return eligibility_told(case, Event.COMMITMENT_SIGNED, by, verdict, **facts)


def _set_ways(case: LockedCase, ways: Mapping[str, str]) -> None:
    """Keep the ways. An item that goes by commitment as a whole has no letters for single proofs."""
    for key, way in ways.items():
        sql().execute(
            "update cases set ways = jsonb_set(ways, array[%s], to_jsonb(%s::text)) where id = %s",
            (key, way, case.id),
        )
        if way == COMMITMENT and not parts_of(key)[1]:
            sql().execute(
                "with letters as (delete from commitment where case_id = %(case)s and item_key = %(item)s"
                " and material_key <> '')"
                " update cases set ways = (select coalesce(jsonb_object_agg(key, value), '{}') from jsonb_each(ways)"
                " where key not like %(proofs)s) where id = %(case)s",
                {"case": case.id, "item": key, "proofs": f"{key}/%"},
            )
