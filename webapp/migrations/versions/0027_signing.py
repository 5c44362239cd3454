"""Letters for single proofs, signed on the signer's own phone or by a code; letters that were withdrawn stay.

Revision ID: 0027
Revises: 0026
"""

from alembic import op

from webapp.migrations.support import run_sql

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

LETTERS = """
alter table commitment
    add material_key text not null default '',
    add typed boolean not null default false,
    add request_id bigint,
    alter signature_file_id drop not null,
    drop constraint uq_commitment_case_id_item_key,
    add constraint uq_commitment_case_id_item_key_material_key unique (case_id, item_key, material_key),
    add constraint ck_commitment_with_signature check (
        signature_file_id is not null or request_id is not null and (typed or channel = 'code'));
"""
REQUESTS = """
create table signing_request (
    id bigserial constraint pk_signing_request primary key,
    case_id bigint not null constraint fk_signing_request_case_id_cases references cases (id),
    channel text not null constraint ck_signing_request_known_channel check (channel in ('phone', 'code')),
    secret bytea not null,
    letters jsonb not null,
    read jsonb not null default '[]',
    signer_name text not null,
    mobile text not null default '',
    reference text not null default '',
    tries bigint not null default 0,
    created_by bigint not null constraint fk_signing_request_created_by_app_user references app_user (id),
    created_at timestamptz not null,
    expires_at timestamptz not null,
    opened_at timestamptz,
    ended_at timestamptz,
    outcome text not null default '' constraint ck_signing_request_known_outcome check (
        outcome in ('', 'signed', 'replaced', 'changed', 'not-sent', 'exhausted')),
    constraint ck_signing_request_ended_with_outcome check ((outcome = '') = (ended_at is null))
);
create unique index signing_secret on signing_request (secret) where channel = 'phone';
create index ix_signing_request_case_id on signing_request (case_id);
alter table commitment add constraint fk_commitment_request_id_signing_request
    foreign key (request_id) references signing_request (id);
"""
WITHDRAWN = """
create table withdrawn_commitment (
    id bigserial constraint pk_withdrawn_commitment primary key,
    case_id bigint not null constraint fk_withdrawn_commitment_case_id_cases references cases (id),
    item_key text not null,
    material_key text not null default '',
    letter text not null,
    letter_digest text not null,
    signature_file_id bigint constraint fk_withdrawn_commitment_signature_file_id_stored_file
        references stored_file (id),
    signer_name text not null,
    channel text not null,
    signed_at timestamptz not null,
    rule text not null,
    rule_basis text not null,
    withdrawn_at timestamptz not null,
    withdrawn_channel text not null,
    asked_by text not null,
    reason text not null default '',
    document_id bigint constraint fk_withdrawn_commitment_document_id_document references document (id),
    by_id bigint constraint fk_withdrawn_commitment_by_id_app_user references app_user (id)
);
create index ix_withdrawn_commitment_case_id on withdrawn_commitment (case_id);
create trigger append_only before update or delete on withdrawn_commitment
    for each row execute function refuse_change();
"""
MONTHS = """
create table commitment_month (
    bundle text not null,
    place text not null,
    month date not null,
    received bigint not null,
    committed bigint not null,
    proofs bigint not null,
    median_minutes bigint,
    ninth_minutes bigint,
    verified bigint not null,
    verified_on_time bigint not null,
    found_false bigint not null,
    revoked bigint not null,
    counted_at timestamptz not null,
    constraint pk_commitment_month primary key (bundle, place, month)
);
create index verification_done on legal_clock (stopped_on) where name = 'verification';
create index verification_found on review (at) where step in ('verify', 'recheck');
"""


def upgrade() -> None:
    for text in (LETTERS, REQUESTS, WITHDRAWN, MONTHS):
        run_sql(op, text)


def downgrade() -> None:
    run_sql(
        op,
        """
        drop index verification_done;
        drop index verification_found;
        drop table commitment_month;
        drop table withdrawn_commitment;
        delete from commitment where material_key <> '' or signature_file_id is null;
        alter table commitment drop constraint ck_commitment_with_signature,
            drop constraint uq_commitment_case_id_item_key_material_key,
            drop column material_key, drop column typed, drop column request_id,
            alter signature_file_id set not null,
            add constraint uq_commitment_case_id_item_key unique (case_id, item_key);
        drop table signing_request;
        """,
    )
