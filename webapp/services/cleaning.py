"""What has served its time goes: page keys, results of bulk acts, ended sessions, counts of tries, old trials, files
that were taken off, days to come back to what is done, drafts of acts on what is done, who had what open.

Never cases, never the ledger.
"""

from __future__ import annotations

from datetime import timedelta

from webapp import clock, file_store
from webapp.services.migration_runs import UNDO_FOR
from webapp.settings import LONGEST_SMS_WINDOW_MINUTES
from webapp.unit_of_work import sql, unit_of_work

KEYS_FOR = timedelta(days=7)
PRESENCE_FOR = timedelta(days=1)
#: Longer than any window that is looked back over: the longest one of messages; tries are counted by the hour.
COUNTS_FOR = timedelta(minutes=LONGEST_SMS_WINDOW_MINUTES) + timedelta(hours=1)
LOOSE_FILES_FOR = timedelta(days=30)
TRIALS_FOR = timedelta(days=30)
IMPORTS_FOR = timedelta(days=7)
NOTICES_FOR, DELIVERIES_FOR = timedelta(days=365), timedelta(days=90)
DONE_DRAFTS_FOR = timedelta(days=7)  # what somebody typed while a colleague was faster can be copied for a week

LOOSE_FILES = """
delete from stored_file f where f.at < %s
    and not exists(select from material_file where file_id = f.id)
    and not exists(select from answer_file where file_id = f.id)
    and not exists(select from visit where mandate_file_id = f.id)
    and not exists(select from commitment where signature_file_id = f.id)
    and not exists(select from withdrawn_commitment where f.id in (signature_file_id, asked_file_id))
    and not exists(select from collection where signature_file_id = f.id)
    and not exists(select from credit_request_file where file_id = f.id)
    and not exists(select from comment_file where file_id = f.id)
    and not exists(select from file_note where file_id = f.id)
    and not exists(select from opinion_request where file_id = f.id)
    and not exists(select from termination where signature_file_id = f.id)
    and not exists(select from tolerance where f.id in (signature_file_id, extended_file_id))
    and not exists(select from verification_photo where file_id = f.id)
    and not exists(select from visit_photo where file_id = f.id)
    and not exists(select from visit_record where signature_file_id = f.id)
returning f.digest
"""
#: Days of a joint visit that is over: nobody is to answer for them any more.
MOOT_DAYS = """
update visit_asked a set settled_at = %s from visit_round r join user_task t on t.id = r.task_id
where r.id = a.round_id and a.settled_at is null and t.state <> 'open'
"""
DONE_FOLLOW_UPS = "delete from follow_up f using user_task t where t.id = f.task_id and t.state <> 'open'"
OLD_DELIVERIES = "delete from notice_delivery where settled_at < %s and state in ('sent', 'dropped')"
OLD_NOTICES = """
delete from notice n where n.at < %s and n.routed_at is not null and not exists (
    select from notice_delivery_line l join notice_delivery d on d.id = l.delivery_id
    where l.notice_id = n.id and d.state in ('waiting', 'sending'))
"""
#: What a migration would be taken back with, once it has been over for a while.
BEFORE_MIGRATION = """
update migration_case m set before = null from migration_run r
where r.id = m.run_id and m.before is not null and r.ended_at < %s
"""
DONE_DRAFTS = (
    "delete from task_draft d using user_task t where t.id = d.task_id and t.state <> 'open' and t.closed_at < %s"
)
#: Zips of which all bundles have become drafts.
IMPORTED = """
update bundle_import i set digest = '' from bundle_import f
where f.id = i.id and f.digest <> '' and f.ended_at < %s returning f.digest
"""
#: The same content may be kept for another reason: a PDF of ours that somebody handed in again.
KEPT = """
select digest from stored_file where digest = any(%(digests)s)
union select digest from document_file where digest = any(%(digests)s)
union select digest from licence_file where digest = any(%(digests)s)
union select digest from bundle_import where digest = any(%(digests)s)
"""


def clean() -> int:
    """Delete what is past its time; returns how many rows went."""
    now = clock.now()
    with unit_of_work():
        gone = [
            sql().execute("delete from idempotency_key where created_at < %s", (now - KEYS_FOR,)).rowcount,
            sql().execute("delete from bulk_act where at < %s", (now - KEYS_FOR,)).rowcount,
            sql().execute("delete from user_session where expires_at < %s", (now,)).rowcount,
            sql().execute("delete from rate_count where window_start < %s", (now - COUNTS_FOR,)).rowcount,
            sql().execute("delete from trial where changed_at < %s", (now - TRIALS_FOR,)).rowcount,
            sql().execute(DONE_FOLLOW_UPS).rowcount,
            sql().execute(MOOT_DAYS, (now,)).rowcount,
            sql().execute(OLD_DELIVERIES, (now - DELIVERIES_FOR,)).rowcount,
            sql().execute(OLD_NOTICES, (now - NOTICES_FOR,)).rowcount,
            sql().execute(DONE_DRAFTS, (now - DONE_DRAFTS_FOR,)).rowcount,
            sql().execute(BEFORE_MIGRATION, (now - UNDO_FOR,)).rowcount,
            sql().execute("delete from task_presence where seen_at < %s", (now - PRESENCE_FOR,)).rowcount,
            sql().execute("delete from working_presence where seen_at < %s", (now - PRESENCE_FOR,)).rowcount,
        ]
    return sum(gone) + sweep_files() + sweep_imports()


def sweep_imports() -> int:
    """Zips of bundles that were imported: the drafts hold what was in them."""
    before = clock.now() - IMPORTS_FOR
    with unit_of_work():
        digests = {row[0] for row in sql().execute(IMPORTED, (before,))}
        kept = {row[0] for row in sql().execute(KEPT, {"digests": sorted(digests)})}
    for digest in digests - kept:
        file_store.remove_if_unused_since(digest, before)
    return len(digests)


def sweep_files() -> int:
    """Files that nothing names: first the rows, then, once that is committed, the contents no other row has."""
    before = clock.now() - LOOSE_FILES_FOR
    with unit_of_work():
        digests = {row[0] for row in sql().execute(LOOSE_FILES, (before,))}
        kept = {row[0] for row in sql().execute(KEPT, {"digests": sorted(digests)})}
    for digest in digests - kept:
        file_store.remove_if_unused_since(digest, before)
    return len(digests)
