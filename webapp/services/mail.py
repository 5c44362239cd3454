"""Mail by SMTP: over TLS, or with STARTTLS; in the clear to this very machine alone.

`ONEWINDOW_SMTP_URL` (`smtps://user@host:465`, `smtp://user@host:587`), `_SMTP_PASSWORD`, `_SMTP_CA`, `_MAIL_FROM`.
"""

from __future__ import annotations

import contextlib
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP as POLICY
from email.utils import format_datetime
from urllib.parse import unquote, urlsplit

from engine import Words
from webapp import moments
from webapp.services.notice_templates import Message
from webapp.services.outside_post import NotTaken, RefusedForGood, Unclear
from webapp.settings import THIS_MACHINE, Settings, current_settings

TIMEOUT_SECONDS = 20
TLS_PORT, SUBMISSION_PORT = 465, 587
SENT = 250


def is_set_up() -> bool:
    return bool(current_settings().smtp_url)


def send(to: str, message: Message, delivery: str, at: datetime) -> str:
    """Hand one mail to the server; its Message-ID. Raises NotTaken, RefusedForGood, Unclear."""
    settings = current_settings()
    if not settings.smtp_url:
        raise NotTaken(Words("没有配置邮件服务器", "no mail server is set up"))
    mail = _mail(settings, to, message, delivery, at)
    content = mail.as_bytes(policy=POLICY)
    with _connection(settings) as server:
        _envelope(server, settings.mail_from, to)
        try:
            code, said = server.data(content)
        except smtplib.SMTPDataError as refused:
            raise _refusal(refused.smtp_code, refused.smtp_error) from refused
        except (smtplib.SMTPException, OSError) as broken:
            raise Unclear(Words("邮件已发出，没有收到应答", "the mail was sent, no answer came")) from broken
        if code != SENT:
            raise _refusal(code, said)
        # It is taken: how the connection ends changes nothing about that.
        with contextlib.suppress(smtplib.SMTPException, OSError):
            server.quit()
    return str(mail["Message-ID"])


def _mail(settings: Settings, to: str, message: Message, delivery: str, at: datetime) -> EmailMessage:
    mail = EmailMessage()
    mail["From"] = settings.mail_from
    mail["To"] = to
    mail["Subject"] = message.subject
    mail["Date"] = format_datetime(moments.local(at))
    # The same for each try of one delivery: a server or reader that sees it twice knows.
    mail["Message-ID"] = f"<{delivery}@{settings.mail_from.rpartition('@')[2]}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(message.text)
    return mail


@contextmanager
def _connection(settings: Settings) -> Iterator[smtplib.SMTP]:
    """A server that has let us in. Raises NotTaken: nothing was handed over yet."""
    try:
        server = _open(settings)
    except (smtplib.SMTPException, OSError) as failed:
        told = str(failed) or type(failed).__name__
        raise NotTaken(Words(f"邮件服务器不可用：{told}", f"the mail server is not available: {told}")) from failed
    try:
        yield server
    finally:
        server.close()


def _open(settings: Settings) -> smtplib.SMTP:
    address = urlsplit(settings.smtp_url)
    host, trust = address.hostname or "", ssl.create_default_context(cafile=settings.smtp_ca or None)
    if address.scheme == "smtps":
        server: smtplib.SMTP = smtplib.SMTP_SSL(host, address.port or TLS_PORT, timeout=TIMEOUT_SECONDS, context=trust)
    else:
        server = smtplib.SMTP(host, address.port or SUBMISSION_PORT, timeout=TIMEOUT_SECONDS)
    with contextlib.ExitStack() as opened:
        opened.callback(server.close)
        server.ehlo()
        if address.scheme == "smtp" and (server.has_extn("starttls") or host not in THIS_MACHINE):
            server.starttls(context=trust)  # refused where the server has none
            server.ehlo()
        if address.username:
            server.login(unquote(address.username), settings.smtp_password)
        opened.pop_all()
    return server


def _envelope(server: smtplib.SMTP, sender: str, to: str) -> None:
    """From whom and to whom; each may be refused for now or for good."""
    try:
        for code, said in (server.mail(sender), server.rcpt(to)):
            if code not in (SENT, 251):
                raise _refusal(code, said)
    except (smtplib.SMTPException, OSError) as broken:
        raise NotTaken(Words("邮件服务器中断了连接", "the mail server broke the connection")) from broken


def _refusal(code: int, said: bytes | str) -> NotTaken | RefusedForGood:
    told = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    reason = Words(f"邮件服务器应答{code} {told}", f"the mail server answered {code} {told}")
    return RefusedForGood(reason) if code >= 500 else NotTaken(reason)
