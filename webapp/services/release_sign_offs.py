"""会签: whose affairs a release changes sign before it is published: departments, and legal review.

They are found from the difference to the release in force when it is submitted. Nobody signs what they made. Everyone
signs once in a round; an objection, a return by the publisher, or the makers' taking it back ends the round, and
submitting begins another.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

import orjson

from engine import Words
from engine.bundles import affected, inspect_bundle
from webapp import clock
from webapp.catalogue import release_files
from webapp.errors import Incomplete, NotFound, ReleaseRefused
from webapp.identity import Identity
from webapp.organisation_names import departments_of_posts
from webapp.permissions import Permission, SignOffFacts, ensure
from webapp.services.notices import NoticeKind, notify, settle
from webapp.services.release_examples import end_accepted
from webapp.services.release_rows import LONGEST_NOTE, SUBMITTED, LockedRelease, authors_of, lock_release, record
from webapp.unit_of_work import sql, unit_of_work

#: The party of legal review; the others are keys of departments.
LEGAL = ""
LONGEST_LETTER = 80

REQUIRE = """
insert into release_sign_off (release_id, party, parts, required_at)
values (%(release)s, %(party)s, %(parts)s, %(now)s)
"""
SIGNERS = """
select distinct u.id from app_user u join department d on d.id = u.department_id
join membership m on m.user_id = u.id join candidate_group g on g.id = m.group_id
where u.active and not u.id = any(%(but)s)
    and case when %(party)s = '' then g.role = 'legal'
        else d.key = %(party)s and g.role in ('head', 'decider', 'lead') end
"""
OF_PARTY = """
select s.id, s.agrees, u.name from release_sign_off s left join app_user u on u.id = s.signed_by
where s.release_id = %s and s.party = %s and s.ended_at is null for update of s
"""
SIGN = """
update release_sign_off set signed_by = %(by)s, for_id = %(for)s, agrees = %(agrees)s, comment = %(comment)s,
    letter_number = %(letter)s, signed_at = %(now)s
where id = %(id)s
"""
MISSING = """
select d.name_zh, d.name_en from release_sign_off s left join department d on d.key = s.party
where s.release_id = %s and s.ended_at is null and s.agrees is not true order by s.id
"""
PARTIES = "select party from release_sign_off where release_id = %s and ended_at is null order by id"
TO_DRAFT = """
update release set state = 'draft', submitted_at = null, compared_id = null, effective_on = null, approved_by = null,
    approved_at = null
where id = %s
"""
PUBLISHERS = """
select m.user_id from membership m join candidate_group g on g.id = m.group_id where g.role = 'publisher'
"""
LEGAL_NAME = Words("法制审核", "legal review")
OPEN_PARTIES = "select party from release_sign_off where release_id = %s and ended_at is null and agrees is not true"
#: What people are asked to do with a release in one round; done with, once it is over.
ASKED_IN_ROUND = (NoticeKind.RELEASE_TO_SIGN, NoticeKind.RELEASE_SIGNED, NoticeKind.RELEASE_OVERTAKEN)


def require(release: LockedRelease) -> None:
    """Ask whose affairs a release changes to sign; files that were in force before need nobody's signature anew."""
    if release.was_published:
        return
    base = release_files(release.compared_id) if release.compared_id is not None else None
    parts = {LEGAL: {}, **affected(base, release_files(release.id), departments_of_posts()).departments}
    authors = authors_of(release.id)
    for party, changed in parts.items():
        values = {"release": release.id, "party": party, "parts": orjson.dumps(changed).decode(), "now": clock.now()}
        sql().execute(REQUIRE, values)
    told = set[int]().union(*(signers_of(party, authors) or signers_of(LEGAL, authors) for party in parts))
    tell(told, NoticeKind.RELEASE_TO_SIGN, release)


def signers_of(party: str, authors: Collection[int]) -> set[int]:
    """Ids of those who can sign for a party and did not make the release."""
    return {row[0] for row in sql().execute(SIGNERS, {"party": party, "but": list(authors)})}


def sign(release_id: int, party: str, *, agrees: bool, comment: str, letter_number: str = "", by: Identity) -> None:
    """Agree with a release for a party, or object to it: then it goes back to its author with these words.

    For a department of which nobody here can sign, legal review enters its letter (`letter_number`, 文号). Raises
    NotFound where the party was not asked, NotYours, ReleaseRefused, Incomplete.
    """
    with unit_of_work():
        release = lock_release(release_id)
        authors = authors_of(release_id)
        by_letter = party != LEGAL and not signers_of(party, authors)
        absent = ensure(by, Permission.RELEASE_SIGN, SignOffFacts(party, by_letter))
        if release.state != SUBMITTED:
            raise ReleaseRefused(Words("该版本不在会签中。", "This release is not being signed."))
        row = sql().execute(OF_PARTY, (release_id, party)).fetchone()
        if row is None:
            raise NotFound()
        if by.user_id in authors:
            raise ReleaseRefused(Words("不能会签自己制作的版本。", "Nobody signs a release that they made."))
        if row[1] is not None:
            raise ReleaseRefused(Words(f"{row[2]}已经会签。", f"{row[2]} has signed already."))
        _ensure_said(comment, letter_number, by_letter)
        values = {
            "id": row[0], "by": by.user_id, "for": absent.absent_id if absent else None, "agrees": agrees,
            "comment": comment.strip(), "letter": letter_number.strip() if by_letter else "", "now": clock.now(),
        }  # fmt: skip
        sql().execute(SIGN, values)
        facts = {"party": party or "legal", "reason": comment.strip(), "letter": values["letter"], "for": values["for"]}
        kept = {name: value for name, value in facts.items() if value}
        record(release.key, "signed" if agrees else "objected", by, release_id, **kept)
        if not agrees:
            send_back(release, by, comment.strip())
            return
        _settle_for_those_done(release_id, party, authors)
        tell(authors, NoticeKind.RELEASE_AGREED, release, {"by": by.name, "comment": comment.strip()})
        if not _missing(release_id):
            tell({row[0] for row in sql().execute(PUBLISHERS)}, NoticeKind.RELEASE_SIGNED, release)


def _settle_for_those_done(release_id: int, party: str, authors: Collection[int]) -> None:
    """Of those who could sign for a party that has signed, whoever is asked for no other need not read of it."""
    left = [row[0] for row in sql().execute(OPEN_PARTIES, (release_id,))]
    asked = set[int]().union(*(signers_of(one, authors) or signers_of(LEGAL, authors) for one in left))
    done = (signers_of(party, authors) or signers_of(LEGAL, authors)) - asked
    settle([NoticeKind.RELEASE_TO_SIGN], {"release": str(release_id)}, done)


def send_back(release: LockedRelease, by: Identity, reason: str) -> None:
    """The release is a draft again, its round of signatures over; its author is told why."""
    to_draft(release)
    tell({release.created_by}, NoticeKind.RELEASE_RETURNED, release, {"by": by.name, "reason": reason or "—"})


def to_draft(release: LockedRelease) -> None:
    """The release is a draft again, and its round of signatures over."""
    sql().execute(TO_DRAFT, (release.id,))
    end_round(release.id)


def asked_of(release: LockedRelease) -> set[int]:
    """Ids of those who were asked to sign in this round, and of the publishers once all have signed."""
    authors = authors_of(release.id)
    parties = [row[0] for row in sql().execute(PARTIES, (release.id,))]
    asked = set[int]().union(*(signers_of(one, authors) or signers_of(LEGAL, authors) for one in parties))
    return asked if _missing(release.id) else asked | {row[0] for row in sql().execute(PUBLISHERS)}


def end_round(release_id: int) -> None:
    """The signatures and accepted examples of this round stay to be read and count no more."""
    end_accepted(release_id)
    settle(ASKED_IN_ROUND, {"release": str(release_id)})
    sql().execute(
        "update release_sign_off set ended_at = %s where release_id = %s and ended_at is null",
        (clock.now(), release_id),
    )


def ensure_signed(release: LockedRelease, by: Identity) -> None:
    """Everybody who was asked agrees, and the publisher is not one of them. Raises ReleaseRefused, naming who is not.

    A release whose files were in force before needs no signatures.
    """
    if release.was_published:
        return
    if missing := _missing(release.id):
        raise ReleaseRefused(
            Words(
                f"尚未会签：{'、'.join(one.zh for one in missing)}。会签齐后才能发布。",
                f"Not signed yet by {', '.join(one.en for one in missing)}; it is published once all have.",
            )
        )
    signed = {
        row[0]
        for row in sql().execute(
            "select signed_by from release_sign_off where release_id = %s and ended_at is null", (release.id,)
        )
    }
    if not signed:
        raise ReleaseRefused(
            Words(
                "该版本还没有会签。请退回制作人后重新提交。",
                "Nobody was asked to sign this release: return it, to be submitted again.",
            )
        )
    if by.user_id in signed:
        raise ReleaseRefused(
            Words("会签人不能再发布同一版本，须由另一名发布人发布。", "Who signed a release cannot publish it as well.")
        )


def _missing(release_id: int) -> list[Words]:
    found = sql().execute(MISSING, (release_id,)).fetchall()
    return [Words(zh, en) if zh else LEGAL_NAME for zh, en in found]


def _ensure_said(comment: str, letter_number: str, by_letter: bool) -> None:
    faults: list[tuple[str, Words]] = []
    if not comment.strip() or len(comment) > LONGEST_NOTE:
        faults.append(
            (
                "comment",
                Words(f"请写明意见（{LONGEST_NOTE} 字以内）。", f"Say what you find ({LONGEST_NOTE} characters)."),
            )
        )
    if by_letter and (not letter_number.strip() or len(letter_number) > LONGEST_LETTER):
        faults.append(
            (
                "letter_number",
                Words(
                    "该部门无人在此会签，请填写其复函的文号。",
                    "Nobody of the department signs here: enter its letter's number.",
                ),
            )
        )
    if faults:
        raise Incomplete(*faults[0], *faults[1:])


def tell(
    users: Collection[int], kind: NoticeKind, release: LockedRelease, more: Mapping[str, str] | None = None
) -> None:
    """Tell these people of a release: the bundle's name, the number, and what the kind says besides."""
    read = inspect_bundle(release_files(release.id)).bundle
    name = read.name if read is not None and read.name.zh else Words(release.key, release.key)
    facts = {
        "bundle": name.zh,
        "bundle_en": name.en or name.zh,
        "number": str(release.number),
        "release": str(release.id),
        **(more or {}),
    }
    notify(users, kind, case_id=None, task_id=None, facts=facts, now=clock.now())
