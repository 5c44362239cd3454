"""A mail server in a process of its own (aiosmtpd): TLS, sign-in, and answers that a story asks for.

`mail_server(folder)` starts one; what it took lies in the folder, one file a mail, envelope first. The file
`answers.json` there says how it answers from now on: {"RCPT": "550 5.1.1 no such mailbox"}, or {"DATA": "drop"}, which
breaks off after the mail.
"""

from __future__ import annotations

import asyncio
import json
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

USER, PASSWORD = "onewindow", "mail password of the tests"


@dataclass(frozen=True)
class Taken:
    """A mail as it came in."""

    sender: str
    to: list[str]
    tls: bool
    user: str
    mail: EmailMessage


@dataclass
class MailServer:
    """A running server. `certificate`: what a client must trust."""

    folder: Path
    port: int
    certificate: Path

    @property
    def taken(self) -> list[Taken]:
        """Everything it took, in order."""
        found = []
        for path in sorted(self.folder.glob("*.mail")):
            envelope, _, content = path.read_bytes().partition(b"\n")
            mail = BytesParser(policy=default).parsebytes(content)
            assert isinstance(mail, EmailMessage)
            found.append(Taken(**json.loads(envelope), mail=mail))
        return found

    def answer(self, **said: str) -> None:
        """How it answers these commands from now on; without any: as a server does."""
        (self.folder / "answers.json").write_text(json.dumps(said))


@contextmanager
def mail_server(folder: Path, *, wraps_tls: bool = False) -> Iterator[MailServer]:
    """A server on a free port of this machine, with STARTTLS and sign-in; `wraps_tls`: TLS from the start."""
    folder.mkdir(parents=True, exist_ok=True)
    certificate = _make_certificate(folder)
    command = [sys.executable, "-m", "tests.support.mail_server", str(folder), "tls" if wraps_tls else "starttls"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield MailServer(folder, int(process.stdout.readline()), certificate)
        finally:
            process.terminate()


def _make_certificate(folder: Path) -> Path:
    """A certificate of its own for 127.0.0.1, and the key beside it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail.example")])
    now = datetime.now(UTC)
    alternative = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=2))
        .add_extension(alternative, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "key.pem").write_bytes(private)
    certificate = folder / "certificate.pem"
    certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    return certificate


class _Handler:
    """Keeps mails as files, and answers as the story asks."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.count = folder, 0

    def _asked(self, command: str) -> str:
        said = self.folder / "answers.json"
        return str(json.loads(said.read_text()).get(command, "")) if said.exists() else ""

    async def handle_RCPT(self, _server: SMTP, _session: Session, envelope: Envelope, to: str, _: list[str]) -> str:
        if refusal := self._asked("RCPT"):
            return refusal
        envelope.rcpt_tos.append(to)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        asked = self._asked("DATA")
        if asked and asked != "drop":
            return asked
        self.count += 1
        login: Any = session.auth_data
        told = {
            "sender": envelope.mail_from,
            "to": envelope.rcpt_tos,
            "tls": session.ssl is not None or server.transport.get_extra_info("sslcontext") is not None,
            "user": login.login.decode() if isinstance(login, LoginPassword) else "",
        }
        content = envelope.original_content
        assert content is not None
        (self.folder / f"{self.count:04}.mail").write_bytes(json.dumps(told).encode() + b"\n" + content)
        if asked == "drop":
            server.transport.abort()
        return "250 taken"


def _signed_in(_server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, login: Any) -> AuthResult:
    right = LoginPassword(USER.encode(), PASSWORD.encode())
    return AuthResult(success=login == right, handled=False, auth_data=login)


async def _serve(folder: Path, wraps_tls: bool) -> None:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(folder / "certificate.pem", folder / "key.pem")
    handler = _Handler(folder)
    terms: dict[str, Any] = {"authenticator": _signed_in, "auth_required": True, "enable_SMTPUTF8": True}
    if wraps_tls:
        terms["auth_require_tls"] = False
    else:
        terms |= {"tls_context": context, "require_starttls": True}
    server = await asyncio.get_running_loop().create_server(
        lambda: SMTP(handler, **terms), "127.0.0.1", 0, ssl=context if wraps_tls else None
    )
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_serve(Path(sys.argv[1]), sys.argv[2] == "tls"))
