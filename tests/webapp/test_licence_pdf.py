"""A licence's PDF with its signature: made after the commit, verified by other readers, altered by a byte and found."""

from __future__ import annotations

import random
import stat
import zlib
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509 import load_pem_x509_certificate
from cryptography.x509.oid import NameOID

from engine import Words
from tests.support import office
from tests.support.pdf_signatures import pdfsig, read_signature
from tests.support.seal_service import SealService, seal_service, sealed
from tests.support.time_stamps import time_service
from webapp import clock
from webapp.models import Licence
from webapp.queries.licence_check import UNSIGNED, checked_file, demo_root_certificate
from webapp.services import licence_files
from webapp.services.e_seals import SealUnreachable
from webapp.services.licence_files import IssuedElsewhere
from webapp.services.seals import set_seal
from webapp.settings import Environment, current_settings
from webapp.signing.checking import signatures_of
from webapp.signing.demo_authority import DEMO_MARK, demo_credential, root_certificate
from webapp.signing.signing import sign
from webapp.unit_of_work import sql

UNIT = "approval-bureau"


@pytest.fixture
def licence(db) -> Licence:
    case = office.received("commitment")
    office.act(case.id, "immediate", "P2")
    return Licence.query.filter_by(type_key="drug-retail").one()


@pytest.fixture
def signed(licence) -> licence_files.LicencePdf:
    licence_files.make(licence.id)
    return licence_files.pdf(licence.id)


def demo_root() -> bytes:
    root = root_certificate(current_settings().home)
    assert root is not None
    return root


def queued(licence_id: int) -> int:
    row = sql().execute(
        "select count(*) from procrastinate_jobs where task_name = 'make_licence' and args ->> 'licence_id' = %s",
        (str(licence_id),),
    )
    found = row.fetchone()
    assert found is not None
    return int(found[0])


def flipped(content: bytes, place: int) -> bytes:
    changed = bytearray(content)
    changed[place] ^= 0x01
    return bytes(changed)


def test_the_file_is_made_by_a_job_that_the_issue_puts_in_the_queue(licence):
    assert queued(licence.id) == 1


def test_two_readers_confirm_the_signature(signed, tmp_path):
    read = read_signature(signed.content)
    assert read.holds
    assert read.is_over_the_whole(signed.content)
    assert read.subfilter == "/ETSI.CAdES.detached"
    [ours] = signatures_of(signed.content, [demo_root()])
    assert ours.holds
    assert ours.trusted
    assert signed.profile == "PAdES-B-B"
    said = pdfsig(signed.content, tmp_path)
    assert said is None or "Signature is Valid" in said


def test_whoever_has_a_demos_file_gets_its_root_from_the_page_of_checks_and_a_reader_confirms_it(client, signed):
    [untold] = signatures_of(signed.content, [])
    assert not untold.trusted
    page = client.get("/licence-check").get_data(as_text=True)
    assert "/licence-check/demo-root.pem" in page
    root = client.get("/licence-check/demo-root.pem")
    assert root.headers["Content-Disposition"] == 'attachment; filename="one-window-demo-root.pem"'
    [told] = signatures_of(signed.content, [root.get_data()])
    assert told.trusted
    printed = load_pem_x509_certificate(root.get_data()).fingerprint(SHA256()).hex(":").upper()
    assert printed in page


def test_in_production_there_is_no_root_of_a_demo(app, signed):
    settings = replace(current_settings(), environment=Environment.PRODUCTION)
    roots = []
    _with_settings(app, settings, lambda: roots.append(demo_root_certificate()))
    assert roots == [None]


def test_a_demos_certificate_says_that_it_is_one_and_its_key_is_kept_for_the_owner_alone(signed):
    named = read_signature(signed.content).certificate.subject
    assert [one.value for one in named.get_attributes_for_oid(NameOID.ORGANIZATIONAL_UNIT_NAME)] == [DEMO_MARK]
    assert [one.value for one in named.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)] == [
        "江城市行政审批服务管理局行政许可专用章"
    ]
    assert signed.demo
    folder = current_settings().home / "signing" / "demo"
    assert {stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()} == {0o600}


def test_one_altered_byte_is_found_wherever_the_signature_covers_it(signed, tmp_path):
    covers = read_signature(signed.content).covers
    places = [20, covers[1] // 3, covers[1] - 400, covers[2] + 5, len(signed.content) - 12]
    for place in places:
        altered = flipped(signed.content, place)
        assert not any(one.holds for one in signatures_of(altered)), place
    altered = flipped(signed.content, covers[1] // 3)
    assert not read_signature(altered).holds
    said = pdfsig(altered, tmp_path)
    assert said is None or "Signature is Valid" not in said


def test_what_is_added_after_the_signature_is_found_too(signed):
    added = signed.content + b"\n% one line more\n"
    assert not any(one.holds for one in signatures_of(added))


def test_a_damaged_file_never_breaks_the_reader(signed):
    dice = random.Random(20261128)
    parts = (b"<<", b">>", b"0 R", b"/Prev 0", b"/Length -1", b"/Size 99999999999", b"/ByteRange", b"endobj")
    for _ in range(400):
        damaged = bytearray(signed.content)
        for _ in range(dice.choice((1, 3, 20))):
            place = dice.randrange(len(damaged))
            if dice.random() < 0.5:
                damaged[place : place + 8] = dice.choice(parts)
            else:
                del damaged[place : place + dice.randrange(1, 200)]
        assert not any(one.holds for one in signatures_of(bytes(damaged)))


@pytest.mark.parametrize("packed", [b"no compressed data", b"", zlib.compress(b"cut off")[:-6]])
def test_a_file_whose_table_cannot_be_unpacked_is_no_licence_and_no_fault_of_ours(db, packed):
    head = b"%PDF-1.7\n1 0 obj\n<</Type/Catalog>>\nendobj\n"
    table = b"<</Type/XRef/Size 3/W[1 2 1]/Root 1 0 R/Filter/FlateDecode/Length %d>>" % len(packed)
    body = head + b"2 0 obj\n" + table + b"\nstream\n" + packed + b"\nendstream\nendobj\n"
    content = body + b"startxref\n%d\n%%%%EOF" % len(head)
    looked_at = checked_file(content)
    assert (looked_at.genuine, looked_at.words) == (False, UNSIGNED)


def test_the_file_stays_byte_for_byte_and_the_ledger_knows_its_digest(licence, signed):
    licence_files.make(licence.id)
    assert licence_files.pdf(licence.id).content == signed.content
    line = sql().execute("select body from case_event where kind = 'licence-signed'").fetchall()
    assert len(line) == 1
    assert signed.digest in line[0][0]


def test_a_configured_service_of_time_stamps_makes_it_b_t(app, licence):
    with time_service() as service:
        told = replace(current_settings(), timestamp_url=service.address)
        _with_settings(app, told, lambda: licence_files.make(licence.id))
        kept = licence_files.pdf(licence.id)
        assert kept.profile == "PAdES-B-T"
        roots = [demo_root(), service.certificate]
        [found] = signatures_of(kept.content, roots)
        assert found.holds
        assert found.stamped_at is not None
        assert set(service.asked) == {"application/timestamp-query"}


def test_without_the_time_service_the_licence_waits_unsigned_and_is_tried_again(app, licence):
    with time_service() as service:
        service.works = False
        told = replace(current_settings(), timestamp_url=service.address)
        with pytest.raises(SealUnreachable):
            _with_settings(app, told, lambda: licence_files.make(licence.id))
        tries = sql().execute("select tries, final from licence_sign_try").fetchall()
        assert tries == [(1, False)]
        assert licence_files.pdf(licence.id).kind == "plain"
        service.works = True
        _with_settings(app, told, lambda: licence_files.make(licence.id))
    assert licence_files.pdf(licence.id).kind == "signed"
    assert sql().execute("select count(*) from licence_sign_try").fetchall() == [(0,)]


def test_a_units_own_certificate_signs_before_any_demo(app, licence, own_certificate):
    told = replace(current_settings(), signing_passphrase="open-sesame")
    _with_settings(app, told, lambda: licence_files.make(licence.id))
    kept = licence_files.pdf(licence.id)
    assert not kept.demo
    assert "Jiangcheng certificate" in kept.signer
    assert read_signature(kept.content).holds


def test_a_wrong_passphrase_is_said_and_signs_nothing(app, licence, own_certificate):
    told = replace(current_settings(), signing_passphrase="wrong")
    _with_settings(app, told, lambda: licence_files.make(licence.id))
    reason, final = sql().execute("select reason, final from licence_sign_try").fetchall()[0]
    assert final
    assert f"{UNIT}.p12" in reason
    assert licence_files.pdf(licence.id).kind == "plain"


@pytest.fixture
def provider(db) -> SealService:
    with seal_service() as running:
        set_seal_of(running)
        yield running


def set_seal_of(service: SealService) -> None:
    set_seal(
        UNIT,
        "licence",
        Words("行政许可专用章", "Licensing seal"),
        way="certified",
        provider=service.address,
        provider_seal="XK-01",
    )


def test_a_providers_e_seal_is_taken_when_it_signs_the_whole_file(licence, provider, tmp_path):
    def really_signing(body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        import base64

        status, told = sealed(body, serial="QZ-1")
        original = base64.b64decode(body["pdf"])
        credential = demo_credential(tmp_path, "provider", "服务商", datetime.now(UTC))
        told["pdf"] = base64.b64encode(sign(original, credential, reason="seal").pdf).decode()
        return status, told

    provider.answering = really_signing
    licence_files.make(licence.id)
    kept = licence_files.pdf(licence.id)
    assert (kept.profile, kept.serial) == ("e-seal", "QZ-1")
    assert read_signature(kept.content).holds


def test_a_provider_that_sends_back_no_signature_is_refused(licence, provider):
    licence_files.make(licence.id)  # the file with a comment at its end
    assert licence_files.pdf(licence.id).kind == "plain"
    reason = sql().execute("select reason from licence_sign_try").fetchall()[0][0]
    assert "no signature" in reason


def test_a_unit_that_seals_by_hand_signs_nothing_and_nothing_is_wrong(licence):
    set_seal(UNIT, "licence", Words("行政许可专用章", "Licensing seal"), way="hand")
    licence_files.make(licence.id)
    assert licence_files.pdf(licence.id).kind == "plain"
    assert sql().execute("select count(*) from licence_sign_try").fetchall() == [(0,)]


def test_a_demos_certificate_signs_nothing_in_production(app, licence):
    told = replace(current_settings(), environment=Environment.PRODUCTION)
    _with_settings(app, told, lambda: licence_files.make(licence.id))
    assert licence_files.pdf(licence.id).kind == "plain"
    assert "production" in sql().execute("select reason from licence_sign_try").fetchall()[0][0]


def test_a_licence_of_another_system_has_no_file_of_ours(db):
    case = office.received("ordinary", ways={})
    office.act(case.id, "backfill", "P1")
    outside = Licence.query.filter_by(type_key="business-licence").one()
    assert queued(outside.id) == 0
    licence_files.make(outside.id)
    with pytest.raises(IssuedElsewhere):
        licence_files.pdf(outside.id)


def _with_settings(app: Any, told: Any, act: Any) -> None:
    """Do `act` while the installation is configured as `told`."""
    before = app.extensions["onewindow_settings"]
    app.extensions["onewindow_settings"] = told
    try:
        act()
    finally:
        app.extensions["onewindow_settings"] = before


@pytest.fixture
def own_certificate(db) -> Any:
    """A certificate that an authority gave to the unit, in the data folder."""
    from datetime import timedelta

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import rsa
    from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12

    key = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Jiangcheng certificate")])
    now = clock.now()
    usage = x509.KeyUsage(True, True, False, False, False, False, False, False, False)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=365))
        .add_extension(usage, critical=True)
        .sign(key, hashes.SHA256())
    )
    place = current_settings().home / "signing" / f"{UNIT}.p12"
    place.parent.mkdir(exist_ok=True)
    place.write_bytes(
        pkcs12.serialize_key_and_certificates(b"unit", key, certificate, None, BestAvailableEncryption(b"open-sesame"))
    )
    yield place
    place.unlink()
