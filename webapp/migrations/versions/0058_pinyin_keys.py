"""Names are found by their pinyin from any syllable on: an index of the syllables and of the pairs of first letters.

Nothing of it stands in the rows: every act writes a case's row anew, and the words of the names with it.

Revision ID: 0058
Revises: 0057
"""

from alembic import op

from webapp.migrations.support import run_sql

revision = "0058"
down_revision = "0057"
branch_labels = None
depends_on = None

#: Of "an kang da" these: an, kang, da, AK, KD. Signs that are neither letter nor digit stand for nothing (webapp/search
#: reads them in the same way). By the bytes of the letters alone: no order of a language changes what the index holds.
KEYS = r"""
create function pinyin_keys(pinyin text) returns text[] language plpgsql immutable strict parallel safe as $$
declare
    written text := lower(pinyin collate "C");
    initials text := upper(regexp_replace(written, '([a-z0-9])[a-z0-9]*|[^a-z0-9]+', '\1', 'g'));
begin
    return regexp_split_to_array(written, '[^a-z0-9]+')
        || string_to_array(regexp_replace(initials, '(..)', '\1 ', 'g')
            || ' ' || regexp_replace(substr(initials, 2), '(..)', '\1 ', 'g'), ' ');
end $$;
drop index case_initials, case_pinyin;
create index case_pinyin_keys on cases using gin (pinyin_keys(applicant_pinyin));
"""


def upgrade() -> None:
    run_sql(op, KEYS)


def downgrade() -> None:
    run_sql(
        op,
        r"""
        drop index case_pinyin_keys;
        drop function pinyin_keys(text);
        create index case_pinyin on cases (replace(applicant_pinyin, ' ', '') text_pattern_ops);
        create index case_initials on cases
            (regexp_replace(applicant_pinyin, '(\S)\S*\s*', '\1', 'g') text_pattern_ops);
        """,
    )
