"""Organisation, releases, cases, item cases, running processes, the ledger.

Revision ID: 0001
Revises: 0000
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from webapp.migrations.support import run_sql

revision = "0001"
down_revision = "0000"
branch_labels = None
depends_on = None

# The ledger and the access log only grow: PostgreSQL itself refuses everything else.
APPEND_ONLY = ("case_event", "release_event", "access_log")
REFUSE_CHANGE = """
create function refuse_change() returns trigger language plpgsql as $$
begin
    raise exception '% is append-only', tg_table_name using errcode = 'insufficient_privilege';
end $$;
"""
GUARD = """
create trigger append_only before update or delete on {table} for each row execute function refuse_change();
create trigger append_only_all before truncate on {table} for each statement execute function refuse_change();
"""


def upgrade() -> None:
    op.create_table(
        "blob",
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_blob")),
    )
    op.create_table(
        "counter",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("name_zh", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("issuing", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_counter")),
        sa.UniqueConstraint("key", name=op.f("uq_counter_key")),
    )
    op.create_table(
        "credit_record",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("subject_key", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("recorded_on", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credit_record")),
    )
    op.create_index(op.f("ix_credit_record_subject_key"), "credit_record", ["subject_key"], unique=False)
    op.create_table(
        "department",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("name_zh", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=False),
        sa.Column("address_zh", sa.Text(), nullable=False),
        sa.Column("address_en", sa.Text(), nullable=False),
        sa.Column("reconsideration_body_zh", sa.Text(), nullable=False),
        sa.Column("reconsideration_body_en", sa.Text(), nullable=False),
        sa.Column("court_zh", sa.Text(), nullable=False),
        sa.Column("court_en", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_department")),
        sa.UniqueConstraint("key", name=op.f("uq_department_key")),
    )
    op.create_table(
        "number_series",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("last", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_number_series")),
    )
    op.create_table(
        "rate_count",
        sa.Column("bucket", sa.Text(), nullable=False),
        sa.Column("window_start", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("tries", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("bucket", "window_start", name=op.f("pk_rate_count")),
        prefixes=["UNLOGGED"],
    )
    op.create_table(
        "release_event",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("bundle_key", sa.Text(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("actor_id", sa.BigInteger(), nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("previous", sa.LargeBinary(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_release_event")),
        sa.UniqueConstraint("bundle_key", "seq", name=op.f("uq_release_event_bundle_key_seq")),
    )
    op.create_table(
        "app_user",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("login", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_pinyin", sa.Text(), nullable=False),
        sa.Column("title_zh", sa.Text(), server_default="", nullable=False),
        sa.Column("title_en", sa.Text(), server_default="", nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("department_id", sa.BigInteger(), nullable=False),
        sa.Column("authorisation_number", sa.Text(), nullable=True),
        sa.Column("authorisation_scope", sa.Text(), nullable=True),
        sa.Column("failed_sign_ins", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("locked_until", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.ForeignKeyConstraint(
            ["department_id"], ["department.id"], name=op.f("fk_app_user_department_id_department")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_app_user")),
        sa.UniqueConstraint("login", name=op.f("uq_app_user_login")),
    )
    op.create_table(
        "candidate_group",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("department_id", sa.BigInteger(), nullable=False),
        sa.Column("name_zh", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["department_id"], ["department.id"], name=op.f("fk_candidate_group_department_id_department")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_candidate_group")),
        sa.UniqueConstraint("key", name=op.f("uq_candidate_group_key")),
    )
    op.create_table(
        "rule_table",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("loaded_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["digest"], ["blob.digest"], name=op.f("fk_rule_table_digest_blob")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rule_table")),
        sa.UniqueConstraint("kind", "key", "digest", name=op.f("uq_rule_table_kind_key_digest")),
    )
    op.create_table(
        "idempotency_key",
        sa.Column("actor_id", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("created_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("outcome", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["app_user.id"], name=op.f("fk_idempotency_key_actor_id_app_user")),
        sa.PrimaryKeyConstraint("actor_id", "key", name=op.f("pk_idempotency_key")),
    )
    op.create_index(op.f("ix_idempotency_key_created_at"), "idempotency_key", ["created_at"], unique=False)
    op.create_table(
        "membership",
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("group_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["group_id"], ["candidate_group.id"], name=op.f("fk_membership_group_id_candidate_group")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("fk_membership_user_id_app_user")),
        sa.PrimaryKeyConstraint("user_id", "group_id", name=op.f("pk_membership")),
    )
    op.create_table(
        "release",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("bundle_key", sa.Text(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("created_by", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("submitted_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("published_by", sa.BigInteger(), nullable=True),
        sa.Column("published_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("retired_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["created_by"], ["app_user.id"], name=op.f("fk_release_created_by_app_user")),
        sa.ForeignKeyConstraint(["published_by"], ["app_user.id"], name=op.f("fk_release_published_by_app_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_release")),
        sa.UniqueConstraint("bundle_key", "number", name=op.f("uq_release_bundle_key_number")),
    )
    op.create_index(
        "one_published_release", "release", ["bundle_key"], unique=True, postgresql_where=sa.text("state = 'published'")
    )
    op.create_table(
        "stored_file",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("pages", sa.BigInteger(), nullable=True),
        sa.Column("by_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["app_user.id"], name=op.f("fk_stored_file_by_id_app_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stored_file")),
    )
    op.create_index(op.f("ix_stored_file_digest"), "stored_file", ["digest"], unique=False)
    op.create_table(
        "user_session",
        sa.Column("token_digest", sa.LargeBinary(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("expires_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("fk_user_session_user_id_app_user")),
        sa.PrimaryKeyConstraint("token_digest", name=op.f("pk_user_session")),
    )
    op.create_index(op.f("ix_user_session_user_id"), "user_session", ["user_id"], unique=False)
    op.create_table(
        "release_file",
        sa.Column("release_id", sa.BigInteger(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["digest"], ["blob.digest"], name=op.f("fk_release_file_digest_blob")),
        sa.ForeignKeyConstraint(["release_id"], ["release.id"], name=op.f("fk_release_file_release_id_release")),
        sa.PrimaryKeyConstraint("release_id", "path", name=op.f("pk_release_file")),
    )
    op.create_table(
        "visit",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("ticket", sa.Text(), nullable=False),
        sa.Column("counter_id", sa.BigInteger(), nullable=False),
        sa.Column("clerk_id", sa.BigInteger(), nullable=False),
        sa.Column("started_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("ended_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("present", sa.Text(), nullable=False),
        sa.Column("person_name", sa.Text(), nullable=False),
        sa.Column("person_id_number", sa.Text(), nullable=False),
        sa.Column("person_mobile", sa.Text(), nullable=False),
        sa.Column("identity_checked", sa.Text(), nullable=False),
        sa.Column("mandate_file_id", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["clerk_id"], ["app_user.id"], name=op.f("fk_visit_clerk_id_app_user")),
        sa.ForeignKeyConstraint(["counter_id"], ["counter.id"], name=op.f("fk_visit_counter_id_counter")),
        sa.ForeignKeyConstraint(
            ["mandate_file_id"], ["stored_file.id"], name=op.f("fk_visit_mandate_file_id_stored_file")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit")),
    )
    op.create_index(op.f("ix_visit_clerk_id"), "visit", ["clerk_id"], unique=False)
    op.create_table(
        "cases",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Text(), nullable=True),
        sa.Column("bundle_key", sa.Text(), nullable=False),
        sa.Column("release_id", sa.BigInteger(), nullable=False),
        sa.Column("visit_id", sa.BigInteger(), nullable=False),
        sa.Column("guided", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("ways", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("applicant_name", sa.Text(), server_default="", nullable=False),
        sa.Column("applicant_key", sa.Text(), server_default="", nullable=False),
        sa.Column("applicant_pinyin", sa.Text(), server_default="", nullable=False),
        sa.Column("subject_name", sa.Text(), server_default="", nullable=False),
        sa.Column("search_tokens", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("created_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("created_by", sa.BigInteger(), nullable=False),
        sa.Column("received_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("received_by", sa.BigInteger(), nullable=True),
        sa.Column("closed_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("tracking_hash", sa.LargeBinary(), nullable=True),
        sa.Column("ledger_seq", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column(
            "ledger_hash", sa.LargeBinary(), server_default=sa.text("decode(repeat('00', 32), 'hex')"), nullable=False
        ),
        sa.ForeignKeyConstraint(["created_by"], ["app_user.id"], name=op.f("fk_cases_created_by_app_user")),
        sa.ForeignKeyConstraint(["received_by"], ["app_user.id"], name=op.f("fk_cases_received_by_app_user")),
        sa.ForeignKeyConstraint(["release_id"], ["release.id"], name=op.f("fk_cases_release_id_release")),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name=op.f("fk_cases_visit_id_visit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cases")),
        sa.UniqueConstraint("number", name=op.f("uq_cases_number")),
    )
    op.create_index(
        "case_number_prefix", "cases", ["number"], unique=False, postgresql_ops={"number": "text_pattern_ops"}
    )
    op.create_index("case_search", "cases", ["search_tokens"], unique=False, postgresql_using="gin")
    op.create_index(op.f("ix_cases_applicant_key"), "cases", ["applicant_key"], unique=False)
    op.create_index(op.f("ix_cases_created_by"), "cases", ["created_by"], unique=False)
    op.create_index(op.f("ix_cases_received_at"), "cases", ["received_at"], unique=False)
    op.create_index(op.f("ix_cases_visit_id"), "cases", ["visit_id"], unique=False)
    op.create_table(
        "access_log",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=True),
        sa.Column("what", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_access_log_case_id_cases")),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("fk_access_log_user_id_app_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_log")),
    )
    op.create_index(op.f("ix_access_log_case_id"), "access_log", ["case_id"], unique=False)
    op.create_table(
        "answer",
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("by_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["app_user.id"], name=op.f("fk_answer_by_id_app_user")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_answer_case_id_cases")),
        sa.PrimaryKeyConstraint("case_id", "version", "key", name=op.f("pk_answer")),
    )
    op.create_table(
        "case_event",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("actor_id", sa.BigInteger(), nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("previous", sa.LargeBinary(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_case_event_case_id_cases")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_event")),
        sa.UniqueConstraint("case_id", "seq", name=op.f("uq_case_event_case_id_seq")),
    )
    op.create_table(
        "commitment",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("item_key", sa.Text(), nullable=False),
        sa.Column("letter", sa.Text(), nullable=False),
        sa.Column("letter_digest", sa.Text(), nullable=False),
        sa.Column("signature_file_id", sa.BigInteger(), nullable=False),
        sa.Column("signer_name", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("signed_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("by_id", sa.BigInteger(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("rule_basis", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["app_user.id"], name=op.f("fk_commitment_by_id_app_user")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_commitment_case_id_cases")),
        sa.ForeignKeyConstraint(
            ["signature_file_id"], ["stored_file.id"], name=op.f("fk_commitment_signature_file_id_stored_file")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_commitment")),
        sa.UniqueConstraint("case_id", "item_key", name=op.f("uq_commitment_case_id_item_key")),
    )
    op.create_table(
        "item_case",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("item_key", sa.Text(), nullable=False),
        sa.Column("department_key", sa.Text(), nullable=False),
        sa.Column("way", sa.Text(), nullable=False),
        sa.Column("received_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("intake_outcome", sa.Text(), nullable=True),
        sa.Column("intake_note", sa.Text(), server_default="", nullable=False),
        sa.Column("accepted_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("accepted_by", sa.BigInteger(), nullable=True),
        sa.Column("accepted_under", sa.Text(), server_default="", nullable=False),
        sa.Column("ruled_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("delivered_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["accepted_by"], ["app_user.id"], name=op.f("fk_item_case_accepted_by_app_user")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_item_case_case_id_cases")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_item_case")),
        sa.UniqueConstraint("case_id", "item_key", name=op.f("uq_item_case_case_id_item_key")),
    )
    op.create_index("item_case_department", "item_case", ["department_key", "case_id"], unique=False)
    op.create_table(
        "notification_sheet",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("given_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("given_by", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_notification_sheet_case_id_cases")),
        sa.ForeignKeyConstraint(["given_by"], ["app_user.id"], name=op.f("fk_notification_sheet_given_by_app_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notification_sheet")),
    )
    op.create_index(op.f("ix_notification_sheet_case_id"), "notification_sheet", ["case_id"], unique=False)
    op.create_table(
        "process_instance",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("release_id", sa.BigInteger(), nullable=False),
        sa.Column("process", sa.Text(), nullable=False),
        sa.Column("state", sa.LargeBinary(), nullable=False),
        sa.Column("scopes", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("started_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("ended_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_process_instance_case_id_cases")),
        sa.ForeignKeyConstraint(["release_id"], ["release.id"], name=op.f("fk_process_instance_release_id_release")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_process_instance")),
    )
    op.create_index(op.f("ix_process_instance_case_id"), "process_instance", ["case_id"], unique=False)
    op.create_table(
        "submitted_material",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("material_key", sa.Text(), nullable=False),
        sa.Column("form", sa.Text(), nullable=False),
        sa.Column("copies", sa.BigInteger(), server_default="1", nullable=False),
        sa.Column("provided_by", sa.Text(), server_default="", nullable=False),
        sa.Column("by_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["app_user.id"], name=op.f("fk_submitted_material_by_id_app_user")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_submitted_material_case_id_cases")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_submitted_material")),
        sa.UniqueConstraint("case_id", "material_key", name=op.f("uq_submitted_material_case_id_material_key")),
    )
    op.create_table(
        "activity_line",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("instance_id", sa.BigInteger(), nullable=False),
        sa.Column("scope", sa.BigInteger(), nullable=False),
        sa.Column("process", sa.Text(), nullable=False),
        sa.Column("element", sa.Text(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["instance_id"], ["process_instance.id"], name=op.f("fk_activity_line_instance_id_process_instance")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_activity_line")),
    )
    op.create_index("activity_of_instance", "activity_line", ["instance_id", "id"], unique=False)
    op.create_table(
        "collection",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("item_case_id", sa.BigInteger(), nullable=False),
        sa.Column("means", sa.Text(), nullable=False),
        sa.Column("preprinted_number", sa.Text(), server_default="", nullable=False),
        sa.Column("printed_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("printed_by", sa.BigInteger(), nullable=False),
        sa.Column("collector_kind", sa.Text(), server_default="", nullable=False),
        sa.Column("collector_name", sa.Text(), server_default="", nullable=False),
        sa.Column("collector_id_number", sa.Text(), server_default="", nullable=False),
        sa.Column("tracking_number", sa.Text(), server_default="", nullable=False),
        sa.Column("signature_file_id", sa.BigInteger(), nullable=True),
        sa.Column("delivered_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("delivered_by", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["delivered_by"], ["app_user.id"], name=op.f("fk_collection_delivered_by_app_user")),
        sa.ForeignKeyConstraint(["item_case_id"], ["item_case.id"], name=op.f("fk_collection_item_case_id_item_case")),
        sa.ForeignKeyConstraint(["printed_by"], ["app_user.id"], name=op.f("fk_collection_printed_by_app_user")),
        sa.ForeignKeyConstraint(
            ["signature_file_id"], ["stored_file.id"], name=op.f("fk_collection_signature_file_id_stored_file")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_collection")),
        sa.UniqueConstraint("item_case_id", name=op.f("uq_collection_item_case_id")),
    )
    op.create_table(
        "document",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("item_case_id", sa.BigInteger(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("title_zh", sa.Text(), nullable=False),
        sa.Column("title_en", sa.Text(), nullable=False),
        sa.Column("content_zh", sa.Text(), nullable=False),
        sa.Column("content_en", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("issued_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("by_id", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["by_id"], ["app_user.id"], name=op.f("fk_document_by_id_app_user")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_document_case_id_cases")),
        sa.ForeignKeyConstraint(["item_case_id"], ["item_case.id"], name=op.f("fk_document_item_case_id_item_case")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document")),
    )
    op.create_index(op.f("ix_document_case_id"), "document", ["case_id"], unique=False)
    op.create_index(op.f("ix_document_item_case_id"), "document", ["item_case_id"], unique=False)
    op.create_table(
        "engine_job",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("instance_id", sa.BigInteger(), nullable=False),
        sa.Column("engine_job", sa.BigInteger(), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("item_case_id", sa.BigInteger(), nullable=True),
        sa.Column("element", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("inputs", sa.LargeBinary(), nullable=False),
        sa.Column("attempts", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("attempts_allowed", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("last_error", sa.Text(), server_default="", nullable=False),
        sa.Column("created_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_engine_job_case_id_cases")),
        sa.ForeignKeyConstraint(
            ["instance_id"], ["process_instance.id"], name=op.f("fk_engine_job_instance_id_process_instance")
        ),
        sa.ForeignKeyConstraint(["item_case_id"], ["item_case.id"], name=op.f("fk_engine_job_item_case_id_item_case")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_engine_job")),
        sa.UniqueConstraint("instance_id", "engine_job", name=op.f("uq_engine_job_instance_id_engine_job")),
    )
    op.create_index(op.f("ix_engine_job_case_id"), "engine_job", ["case_id"], unique=False)
    op.create_table(
        "legal_clock",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("item_case_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("basis_zh", sa.Text(), nullable=False),
        sa.Column("basis_en", sa.Text(), nullable=False),
        sa.Column("started_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("provisional", sa.Boolean(), nullable=False),
        sa.Column("stopped_on", sa.Date(), nullable=True),
        sa.Column("rules_digest", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["item_case_id"], ["item_case.id"], name=op.f("fk_legal_clock_item_case_id_item_case")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_legal_clock")),
        sa.UniqueConstraint("item_case_id", "name", name=op.f("uq_legal_clock_item_case_id_name")),
    )
    op.create_index(
        "running_clock", "legal_clock", ["due_on", "id"], unique=False, postgresql_where=sa.text("stopped_on is null")
    )
    op.create_table(
        "licence",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("item_case_id", sa.BigInteger(), nullable=False),
        sa.Column("type_key", sa.Text(), nullable=False),
        sa.Column("name_zh", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("issuer_zh", sa.Text(), nullable=False),
        sa.Column("issuer_en", sa.Text(), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("status", sa.Text(), server_default="valid", nullable=False),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), server_default="[]", nullable=False),
        sa.Column("public_code", sa.Text(), nullable=False),
        sa.Column("external", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.ForeignKeyConstraint(["item_case_id"], ["item_case.id"], name=op.f("fk_licence_item_case_id_item_case")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_licence")),
        sa.UniqueConstraint("item_case_id", name=op.f("uq_licence_item_case_id")),
        sa.UniqueConstraint("public_code", name=op.f("uq_licence_public_code")),
        sa.UniqueConstraint("type_key", "number", name=op.f("uq_licence_type_key_number")),
    )
    op.create_table(
        "material_file",
        sa.Column("submitted_material_id", sa.BigInteger(), nullable=False),
        sa.Column("file_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["file_id"], ["stored_file.id"], name=op.f("fk_material_file_file_id_stored_file")),
        sa.ForeignKeyConstraint(
            ["submitted_material_id"],
            ["submitted_material.id"],
            name=op.f("fk_material_file_submitted_material_id_submitted_material"),
        ),
        sa.PrimaryKeyConstraint("submitted_material_id", "file_id", name=op.f("pk_material_file")),
    )
    op.create_table(
        "message_wait",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("instance_id", sa.BigInteger(), nullable=False),
        sa.Column("subscription", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["instance_id"], ["process_instance.id"], name=op.f("fk_message_wait_instance_id_process_instance")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message_wait")),
        sa.UniqueConstraint("instance_id", "subscription", name=op.f("uq_message_wait_instance_id_subscription")),
    )
    op.create_index("message_wait_name", "message_wait", ["kind", "name", "key"], unique=False)
    op.create_table(
        "reminder",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("item_case_id", sa.BigInteger(), nullable=True),
        sa.Column("group_key", sa.Text(), nullable=False),
        sa.Column("text_zh", sa.Text(), nullable=False),
        sa.Column("text_en", sa.Text(), nullable=False),
        sa.Column("at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("read_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_reminder_case_id_cases")),
        sa.ForeignKeyConstraint(["item_case_id"], ["item_case.id"], name=op.f("fk_reminder_item_case_id_item_case")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminder")),
    )
    op.create_index(op.f("ix_reminder_case_id"), "reminder", ["case_id"], unique=False)
    op.create_index(
        "unread_reminder", "reminder", ["group_key", "at"], unique=False, postgresql_where=sa.text("read_at is null")
    )
    op.create_table(
        "timer",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("instance_id", sa.BigInteger(), nullable=False),
        sa.Column("engine_timer", sa.BigInteger(), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("item_case_id", sa.BigInteger(), nullable=True),
        sa.Column("element", sa.Text(), nullable=False),
        sa.Column("clock", sa.Text(), nullable=True),
        sa.Column("mark", sa.Text(), nullable=True),
        sa.Column("due_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("claimed_until", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("claimed_by", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_timer_case_id_cases")),
        sa.ForeignKeyConstraint(
            ["instance_id"], ["process_instance.id"], name=op.f("fk_timer_instance_id_process_instance")
        ),
        sa.ForeignKeyConstraint(["item_case_id"], ["item_case.id"], name=op.f("fk_timer_item_case_id_item_case")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_timer")),
        sa.UniqueConstraint("instance_id", "engine_timer", name=op.f("uq_timer_instance_id_engine_timer")),
    )
    op.create_index(op.f("ix_timer_due_at"), "timer", ["due_at"], unique=False)
    op.create_index(op.f("ix_timer_item_case_id"), "timer", ["item_case_id"], unique=False)
    op.create_table(
        "user_task",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("instance_id", sa.BigInteger(), nullable=False),
        sa.Column("engine_task", sa.BigInteger(), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("item_case_id", sa.BigInteger(), nullable=True),
        sa.Column("process", sa.Text(), nullable=False),
        sa.Column("element", sa.Text(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("name_zh", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("revision", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("groups", postgresql.JSONB(astext_type=sa.Text()), server_default="[]", nullable=False),
        sa.Column("participants", sa.BigInteger(), server_default="1", nullable=False),
        sa.Column("assignee_id", sa.BigInteger(), nullable=True),
        sa.Column("clock", sa.Text(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("priority", sa.BigInteger(), nullable=False),
        sa.Column("opened_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("closed_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("closed_by", sa.BigInteger(), nullable=True),
        sa.Column("act", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["assignee_id"], ["app_user.id"], name=op.f("fk_user_task_assignee_id_app_user")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_user_task_case_id_cases")),
        sa.ForeignKeyConstraint(["closed_by"], ["app_user.id"], name=op.f("fk_user_task_closed_by_app_user")),
        sa.ForeignKeyConstraint(
            ["instance_id"], ["process_instance.id"], name=op.f("fk_user_task_instance_id_process_instance")
        ),
        sa.ForeignKeyConstraint(["item_case_id"], ["item_case.id"], name=op.f("fk_user_task_item_case_id_item_case")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user_task")),
        sa.UniqueConstraint("instance_id", "engine_task", name=op.f("uq_user_task_instance_id_engine_task")),
    )
    op.create_index(op.f("ix_user_task_case_id"), "user_task", ["case_id"], unique=False)
    op.create_index(op.f("ix_user_task_item_case_id"), "user_task", ["item_case_id"], unique=False)
    op.create_index(
        "open_task_by_step", "user_task", ["step", "case_id"], unique=False, postgresql_where=sa.text("state = 'open'")
    )
    op.create_index(
        "open_task_of_assignee", "user_task", ["assignee_id"], unique=False, postgresql_where=sa.text("state = 'open'")
    )
    op.create_table(
        "clock_pause",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("clock_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("basis_zh", sa.Text(), nullable=False),
        sa.Column("basis_en", sa.Text(), nullable=False),
        sa.Column("started_on", sa.Date(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["clock_id"], ["legal_clock.id"], name=op.f("fk_clock_pause_clock_id_legal_clock")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clock_pause")),
    )
    op.create_index(op.f("ix_clock_pause_clock_id"), "clock_pause", ["clock_id"], unique=False)
    op.create_table(
        "incident",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("instance_id", sa.BigInteger(), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("item_case_id", sa.BigInteger(), nullable=True),
        sa.Column("engine_incident", sa.BigInteger(), nullable=True),
        sa.Column("engine_job_id", sa.BigInteger(), nullable=True),
        sa.Column("timer_id", sa.BigInteger(), nullable=True),
        sa.Column("element", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("message_zh", sa.Text(), nullable=False),
        sa.Column("message_en", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), server_default="", nullable=False),
        sa.Column("opened_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("resolved_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("resolved_by", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_incident_case_id_cases")),
        sa.ForeignKeyConstraint(
            ["engine_job_id"], ["engine_job.id"], name=op.f("fk_incident_engine_job_id_engine_job")
        ),
        sa.ForeignKeyConstraint(
            ["instance_id"], ["process_instance.id"], name=op.f("fk_incident_instance_id_process_instance")
        ),
        sa.ForeignKeyConstraint(["item_case_id"], ["item_case.id"], name=op.f("fk_incident_item_case_id_item_case")),
        sa.ForeignKeyConstraint(["resolved_by"], ["app_user.id"], name=op.f("fk_incident_resolved_by_app_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incident")),
    )
    op.create_index(op.f("ix_incident_case_id"), "incident", ["case_id"], unique=False)
    op.create_table(
        "participant",
        sa.Column("task_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("act", sa.Text(), server_default="", nullable=False),
        sa.Column("at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["task_id"], ["user_task.id"], name=op.f("fk_participant_task_id_user_task")),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("fk_participant_user_id_app_user")),
        sa.PrimaryKeyConstraint("task_id", "user_id", name=op.f("pk_participant")),
    )
    op.create_table(
        "review",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("item_case_id", sa.BigInteger(), nullable=True),
        sa.Column("task_id", sa.BigInteger(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("conclusion", sa.Text(), nullable=False),
        sa.Column("opinion", sa.Text(), nullable=False),
        sa.Column("checklist", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("by_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["app_user.id"], name=op.f("fk_review_by_id_app_user")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_review_case_id_cases")),
        sa.ForeignKeyConstraint(["item_case_id"], ["item_case.id"], name=op.f("fk_review_item_case_id_item_case")),
        sa.ForeignKeyConstraint(["task_id"], ["user_task.id"], name=op.f("fk_review_task_id_user_task")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review")),
    )
    op.create_index(op.f("ix_review_case_id"), "review", ["case_id"], unique=False)
    op.create_index(op.f("ix_review_item_case_id"), "review", ["item_case_id"], unique=False)
    op.create_index(op.f("ix_review_task_id"), "review", ["task_id"], unique=False)
    op.create_table(
        "ruling",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("item_case_id", sa.BigInteger(), nullable=False),
        sa.Column("task_id", sa.BigInteger(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("words_zh", sa.Text(), nullable=False),
        sa.Column("words_en", sa.Text(), nullable=False),
        sa.Column("reasons", sa.Text(), nullable=False),
        sa.Column("basis_zh", sa.Text(), nullable=False),
        sa.Column("basis_en", sa.Text(), nullable=False),
        sa.Column("remedy_zh", sa.Text(), server_default="", nullable=False),
        sa.Column("remedy_en", sa.Text(), server_default="", nullable=False),
        sa.Column("by_id", sa.BigInteger(), nullable=False),
        sa.Column("authorisation_number", sa.Text(), server_default="", nullable=False),
        sa.Column("at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["app_user.id"], name=op.f("fk_ruling_by_id_app_user")),
        sa.ForeignKeyConstraint(["item_case_id"], ["item_case.id"], name=op.f("fk_ruling_item_case_id_item_case")),
        sa.ForeignKeyConstraint(["task_id"], ["user_task.id"], name=op.f("fk_ruling_task_id_user_task")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ruling")),
        sa.UniqueConstraint("item_case_id", name=op.f("uq_ruling_item_case_id")),
    )
    op.create_table(
        "task_candidate",
        sa.Column("task_id", sa.BigInteger(), nullable=False),
        sa.Column("group_key", sa.Text(), nullable=False),
        sa.Column("urgency", sa.BigInteger(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["task_id"], ["user_task.id"], name=op.f("fk_task_candidate_task_id_user_task")),
        sa.PrimaryKeyConstraint("task_id", "group_key", name=op.f("pk_task_candidate")),
    )
    op.create_index("inbox", "task_candidate", ["group_key", "urgency", "due_on", "task_id"], unique=False)

    run_sql(op, REFUSE_CHANGE)
    for table in APPEND_ONLY:
        run_sql(op, GUARD.format(table=table))


def downgrade() -> None:
    run_sql(op, "drop function refuse_change() cascade")
    op.drop_index("inbox", table_name="task_candidate")
    op.drop_table("task_candidate")
    op.drop_table("ruling")
    op.drop_index(op.f("ix_review_task_id"), table_name="review")
    op.drop_index(op.f("ix_review_item_case_id"), table_name="review")
    op.drop_index(op.f("ix_review_case_id"), table_name="review")
    op.drop_table("review")
    op.drop_table("participant")
    op.drop_index(op.f("ix_incident_case_id"), table_name="incident")
    op.drop_table("incident")
    op.drop_index(op.f("ix_clock_pause_clock_id"), table_name="clock_pause")
    op.drop_table("clock_pause")
    op.drop_index("open_task_of_assignee", table_name="user_task", postgresql_where=sa.text("state = 'open'"))
    op.drop_index("open_task_by_step", table_name="user_task", postgresql_where=sa.text("state = 'open'"))
    op.drop_index(op.f("ix_user_task_item_case_id"), table_name="user_task")
    op.drop_index(op.f("ix_user_task_case_id"), table_name="user_task")
    op.drop_table("user_task")
    op.drop_index(op.f("ix_timer_item_case_id"), table_name="timer")
    op.drop_index(op.f("ix_timer_due_at"), table_name="timer")
    op.drop_table("timer")
    op.drop_index("unread_reminder", table_name="reminder", postgresql_where=sa.text("read_at is null"))
    op.drop_index(op.f("ix_reminder_case_id"), table_name="reminder")
    op.drop_table("reminder")
    op.drop_index("message_wait_name", table_name="message_wait")
    op.drop_table("message_wait")
    op.drop_table("material_file")
    op.drop_table("licence")
    op.drop_index("running_clock", table_name="legal_clock", postgresql_where=sa.text("stopped_on is null"))
    op.drop_table("legal_clock")
    op.drop_index(op.f("ix_engine_job_case_id"), table_name="engine_job")
    op.drop_table("engine_job")
    op.drop_index(op.f("ix_document_item_case_id"), table_name="document")
    op.drop_index(op.f("ix_document_case_id"), table_name="document")
    op.drop_table("document")
    op.drop_table("collection")
    op.drop_index("activity_of_instance", table_name="activity_line")
    op.drop_table("activity_line")
    op.drop_table("submitted_material")
    op.drop_index(op.f("ix_process_instance_case_id"), table_name="process_instance")
    op.drop_table("process_instance")
    op.drop_index(op.f("ix_notification_sheet_case_id"), table_name="notification_sheet")
    op.drop_table("notification_sheet")
    op.drop_index("item_case_department", table_name="item_case")
    op.drop_table("item_case")
    op.drop_table("commitment")
    op.drop_table("case_event")
    op.drop_table("answer")
    op.drop_index(op.f("ix_access_log_case_id"), table_name="access_log")
    op.drop_table("access_log")
    op.drop_index(op.f("ix_cases_visit_id"), table_name="cases")
    op.drop_index(op.f("ix_cases_received_at"), table_name="cases")
    op.drop_index(op.f("ix_cases_created_by"), table_name="cases")
    op.drop_index(op.f("ix_cases_applicant_key"), table_name="cases")
    op.drop_index("case_search", table_name="cases", postgresql_using="gin")
    op.drop_index("case_number_prefix", table_name="cases", postgresql_ops={"number": "text_pattern_ops"})
    op.drop_table("cases")
    op.drop_index(op.f("ix_visit_clerk_id"), table_name="visit")
    op.drop_table("visit")
    op.drop_table("release_file")
    op.drop_index(op.f("ix_user_session_user_id"), table_name="user_session")
    op.drop_table("user_session")
    op.drop_index(op.f("ix_stored_file_digest"), table_name="stored_file")
    op.drop_table("stored_file")
    op.drop_index("one_published_release", table_name="release", postgresql_where=sa.text("state = 'published'"))
    op.drop_table("release")
    op.drop_table("membership")
    op.drop_index(op.f("ix_idempotency_key_created_at"), table_name="idempotency_key")
    op.drop_table("idempotency_key")
    op.drop_table("rule_table")
    op.drop_table("candidate_group")
    op.drop_table("app_user")
    op.drop_table("release_event")
    op.drop_table("rate_count")
    op.drop_table("number_series")
    op.drop_table("department")
    op.drop_index(op.f("ix_credit_record_subject_key"), table_name="credit_record")
    op.drop_table("credit_record")
    op.drop_table("counter")
    op.drop_table("blob")
