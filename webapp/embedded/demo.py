"""The demo: loaded into an empty database, its accounts kept in the data folder and shown at every start."""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from webapp.embedded.keys import write_private
from webapp.embedded.postgres import EmbeddedPostgres
from webapp.settings import Environment, Settings

if TYPE_CHECKING:
    from webapp.services.organisation import Account

ACCOUNTS_FILE = "demo-accounts.txt"
UNFINISHED = "demo-unfinished"


def accounts_file(settings: Settings) -> Path:
    """Where the demo's accounts and passwords stand (0600)."""
    return settings.home / ACCOUNTS_FILE


def load_demo_once(settings: Settings) -> None:
    """Load the demo organisation and bundles: in the demo environment, while nobody has an account."""
    if settings.environment is not Environment.DEMO:
        return
    from webapp import application_for
    from webapp.services.demo import load_demo
    from webapp.unit_of_work import sql

    with application_for(settings):
        row = sql().execute("select exists(select from app_user)").fetchone()
        if row and not row[0]:
            print("正在准备演示数据 / loading the demo …", flush=True)
            marker = settings.home / UNFINISHED
            marker.touch()
            write_private(accounts_file(settings), account_lines(load_demo(settings)))
            marker.unlink()


def forget_unfinished_demo(home: Path, server: EmbeddedPostgres) -> None:
    """Drop the database of a demo that was killed while it was loaded.

    Its passwords are lost, and nobody can have worked in it: nothing was served yet.
    """
    marker = home / UNFINISHED
    if marker.exists():
        server.drop_database()
        server.prepare_database()
        marker.unlink()


def account_lines(accounts: "Iterable[Account]") -> str:
    """One line per account: login, password, name, post."""
    return "\n".join(
        f"{account.login:<16} {account.password:<16} {account.name}  {account.post}" for account in accounts
    )


def show_accounts(settings: Settings) -> None:
    """Print the demo's accounts, if this installation has them."""
    file = accounts_file(settings)
    if file.exists():
        print("演示账号（登录名 口令 姓名 岗位）/ demo accounts (login, password, name, post):", flush=True)
        print("\n".join(f"  {line}" for line in file.read_text("utf-8").splitlines()), flush=True)
