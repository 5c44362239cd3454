"""The demo: the fictional city's organisation and every bundle of the folders, in an empty database."""

from __future__ import annotations

from engine import Words
from webapp import clock
from webapp.errors import IntoFullHome
from webapp.identity import Identity, by_ids, by_login
from webapp.permissions import Permission, may
from webapp.services.bundle_folders import bundles_of, read_tree, rule_files
from webapp.services.organisation import Account, load_organisation
from webapp.services.publishing import publish_release
from webapp.services.release_rows import authors_of
from webapp.services.release_sign_offs import LEGAL, sign, signers_of
from webapp.services.releases import draft_from_files, load_rules, submit_release
from webapp.settings import Settings
from webapp.signing.demo_authority import make_authority
from webapp.unit_of_work import sql, unit_of_work

ORGANISATION = "processes/_shared/organisation/demo.toml"


def load_demo(settings: Settings, *, password: str | None = None) -> list[Account]:
    """Load organisation, calendars, profile and bundles; returns the accounts with their passwords.

    Drafting, signing and publishing are done by named demo accounts, as anyone must. Raises IntoFullHome.
    """
    tree = read_tree(settings)
    with unit_of_work():
        row = sql().execute("select exists(select from app_user)").fetchone()
        if row and row[0]:
            raise IntoFullHome(
                Words(
                    "数据库已有账号，不能装入演示数据。",
                    "The database has accounts; demo data goes into an empty one only.",
                )
            )
        accounts = load_organisation(tree[ORGANISATION], password=password)
    make_authority(settings.home, clock.now())
    load_rules(rule_files(tree))
    designer, publisher = (
        _first(accounts, Permission.RELEASE_DRAFT),
        _first(accounts, Permission.RELEASE_PUBLISH),
    )
    for key, files in bundles_of(tree).items():
        release_id = draft_from_files(key, files, by=designer, note="演示数据")
        submit_release(release_id, by=designer)
        sign_for_everybody(release_id, "演示数据")
        publish_release(release_id, by=publisher)
    with unit_of_work():  # nobody of the demo begins with news of its making
        sql().execute("update notice set read_at = %s where read_at is null", (clock.now(),))
    return accounts


def sign_for_everybody(release_id: int, comment: str) -> None:
    """Each department that was asked signs by the first of its people who can, legal review for the others."""
    authors = authors_of(release_id)
    for party in _asked(release_id):
        own = signers_of(party, authors)
        (signer,) = by_ids([min(own or signers_of(LEGAL, authors))])
        letter = "" if own else f"演示函〔{clock.now().year}〕{release_id}号"
        sign(release_id, party, agrees=True, comment=comment, letter_number=letter, by=signer)


def _asked(release_id: int) -> list[str]:
    found = sql().execute(
        "select party from release_sign_off where release_id = %s and ended_at is null and agrees is null order by id",
        (release_id,),
    )
    return [row[0] for row in found]


def _first(accounts: list[Account], permission: Permission) -> Identity:
    people = (by_login(account.login) for account in accounts)
    return next(person for person in people if person is not None and may(person, permission))
