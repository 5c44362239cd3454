"""Letters signed on the signer's own phone by a QR code, and by a code sent to it; and what must not get through."""

from __future__ import annotations

import base64
import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image, PngImagePlugin
from pypdf import PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, StreamObject, TextStringObject

from tests.support import credit, office, places
from tests.support.local_service import Answer, Asked, served
from tests.support.office import CLERK
from tests.webapp.browsing import Browser
from webapp import clock, file_store
from webapp.errors import FileRefused
from webapp.extensions import db as database
from webapp.models import Commitment, SigningRequest
from webapp.queries.submission import commitments_of
from webapp.services import drafts, signing_rows
from webapp.services.files import Upload
from webapp.services.signature_files import check_drawing, check_scan
from webapp.unit_of_work import sql

ALL = {"way-P2": "commitment", "way-P3": "commitment", "way-P4": "commitment"}
SIGNER = office.example("commitment")["answers"]["legal_representative"]


def drawn() -> str:
    return "data:image/png;base64," + base64.b64encode(office.picture().content).decode()


def signed(case_id: int) -> list[Commitment]:
    database.session.expire_all()
    return database.session.query(Commitment).filter_by(case_id=case_id).order_by(Commitment.item_key).all()


def asked(client: FlaskClient, act: str = "phone", ways: dict[str, str] | None = None) -> tuple[Browser, int]:
    """The clerk's browser on the page that waits, and the case."""
    case_id = office.draft("commitment")
    clerk = Browser(client).open("/window")
    if clerk.url != "/window":
        clerk = Browser.of(client, CLERK)
    clerk.open(f"/application/{case_id}/commitment")
    return clerk.submit("/commitment", {**(ways or ALL), "signer_name": SIGNER, "act": act}), case_id


def token(client: FlaskClient) -> str:
    with client.session_transaction() as session:
        return str(session["signing"][1])


@pytest.fixture
def phone(app: Flask) -> Browser:
    """The signer's own phone: a browser that nobody signed in with."""
    return Browser(app.test_client())


def read_all(phone: Browser, address: str) -> Browser:
    """Read every letter to its end."""
    phone.open(address)
    while any(str(form.action).endswith("/read") for form in phone.page.forms):
        phone.submit("/read")
    return phone


def post(browser: Browser, address: str, values: dict[str, str]) -> Browser:
    """Post as a page does that has grown old, or as a program."""
    return browser.send(address, {"csrf_token": browser.token(), **values})


# ---------------------------------------------------------------- the phone


def test_the_phone_shows_each_letter_whole_and_then_signs_all_of_them(client: FlaskClient, phone: Browser) -> None:
    clerk, case_id = asked(client)
    assert clerk.heading == "本人手机签署"
    assert clerk.page.xpath("//div[@class='signing-code']/*")
    assert "等待扫码" in clerk.text
    phone.open(f"/sign/{token(client)}")
    assert "一、行政机关告知" in phone.text
    assert "愿意承担未履行承诺、虚假承诺的法律责任" in phone.text
    assert not phone.page.xpath("//canvas")
    assert "正在阅读" in clerk.open(f"/application/{case_id}/signing/state").text
    read_all(phone, f"/sign/{token(client)}")
    phone.submit(f"/sign/{token(client)}", {"signature": drawn()})
    assert phone.heading == "已签署"
    letters = signed(case_id)
    assert [letter.item_key for letter in letters] == ["P2", "P3", "P4"]
    assert {(letter.channel, letter.signer_name) for letter in letters} == {("phone", SIGNER)}
    assert all(letter.signature_file_id and letter.request_id for letter in letters)
    assert "已签署 3 份承诺书" in clerk.open(f"/application/{case_id}/signing").text  # without script, by a reload


def test_a_letter_that_was_not_read_to_its_end_is_not_signed(client: FlaskClient, phone: Browser) -> None:
    _, case_id = asked(client)
    address = f"/sign/{token(client)}"
    phone.open(address)
    post(phone, address, {"signature": drawn()})
    assert phone.status == 422
    assert signed(case_id) == []


def test_a_used_code_opens_nothing(client: FlaskClient, phone: Browser) -> None:
    _, case_id = asked(client)
    address = f"/sign/{token(client)}"
    read_all(phone, address).submit(address, {"signature": drawn()})
    first = [letter.signed_at for letter in signed(case_id)]
    phone.open(address)
    assert phone.status == 410
    post(phone, address, {"signature": drawn()})
    assert phone.status == 410
    assert [letter.signed_at for letter in signed(case_id)] == first


def test_a_code_is_over_after_its_time(client: FlaskClient, phone: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    clerk, case_id = asked(client)
    read_all(phone, f"/sign/{token(client)}")
    later = clock.now() + timedelta(minutes=16)
    monkeypatch.setattr(clock, "now", lambda: later)
    post(phone, f"/sign/{token(client)}", {"signature": drawn()})
    assert phone.status == 410
    assert signed(case_id) == []
    assert "已失效" in clerk.open(f"/application/{case_id}/signing/state").text


def test_a_newer_code_takes_the_place_of_the_older(client: FlaskClient, phone: Browser) -> None:
    clerk, case_id = asked(client)
    older = token(client)
    clerk.open(f"/application/{case_id}/commitment").submit(
        "/commitment", {**ALL, "signer_name": SIGNER, "act": "phone"}
    )
    assert phone.open(f"/sign/{older}").status == 410
    assert phone.open(f"/sign/{token(client)}").status == 200


def test_a_code_signs_the_letters_of_its_own_case_alone(client: FlaskClient, phone: Browser) -> None:
    _, first = asked(client)
    address = f"/sign/{token(client)}"
    _, second = asked(client)
    read_all(phone, address).submit(address, {"signature": drawn()})
    assert len(signed(first)) == len(ALL)
    assert signed(second) == []


def test_a_letter_that_changed_between_reading_and_signing_is_refused(client: FlaskClient, phone: Browser) -> None:
    clerk, case_id = asked(client)
    read_all(phone, f"/sign/{token(client)}")
    answers = {**office.example("commitment")["answers"], "premises_address": "江城市新址路 1 号"}
    drafts.save_answers(case_id, office.raw_answers(answers), by=office.person(CLERK))
    post(phone, f"/sign/{token(client)}", {"signature": drawn()})
    assert phone.status == 409
    assert "承诺书内容已变化" in phone.text
    assert signed(case_id) == []
    assert "承诺书有变化" in clerk.open(f"/application/{case_id}/signing/state").text
    assert phone.open(f"/sign/{token(client)}").status == 410


def test_a_bar_recorded_meanwhile_stops_the_signature(client: FlaskClient, phone: Browser) -> None:
    _, case_id = asked(client)
    read_all(phone, f"/sign/{token(client)}")
    credit.bar(kind="false-commitment")
    post(phone, f"/sign/{token(client)}", {"signature": drawn()})
    assert phone.status == 409
    assert "credit" in phone.text
    assert signed(case_id) == []


def test_a_typed_name_signs_only_where_every_letter_lets_it(client: FlaskClient, phone: Browser) -> None:
    _, case_id = asked(client)
    read_all(phone, f"/sign/{token(client)}")
    assert not phone.page.xpath("//input[@name='typed_name']")
    post(phone, f"/sign/{token(client)}", {"typed_name": SIGNER})
    assert phone.status == 422
    assert signed(case_id) == []
    _, case_id = asked(client, ways={"way-P2": "ordinary", "way-P3": "ordinary", "way-P4": "commitment"})
    read_all(phone, f"/sign/{token(client)}")
    phone.submit(f"/sign/{token(client)}", {"typed_name": "李四"})
    assert phone.status == 422
    phone.submit(f"/sign/{token(client)}", {"typed_name": SIGNER})
    (letter,) = signed(case_id)
    assert (letter.typed, letter.signature_file_id, letter.channel) == (True, None, "phone")


def test_a_representative_signs_nothing_where_no_proxy_may(client: FlaskClient) -> None:
    case_id = office.draft("commitment", present="representative")
    clerk = Browser.of(client, CLERK).open(f"/application/{case_id}/commitment")
    post(
        clerk,
        clerk.url,
        {**dict(clerk.form("/commitment").form_values()), **ALL, "signer_name": SIGNER, "act": "phone"},
    )
    assert clerk.status == 422
    assert database.session.query(SigningRequest).count() == 0


# ---------------------------------------------------------------- what is no signature


def png_with(extra: bytes = b"", text: str = "") -> Upload:
    target, chunks = io.BytesIO(), PngImagePlugin.PngInfo()
    if text:
        chunks.add_text("Comment", text)
    image = Image.new("RGB", (60, 40), "white")
    image.putpixel((5, 5), (0, 0, 0))
    image.save(target, "PNG", pnginfo=chunks)
    return Upload("签名.png", target.getvalue() + extra)


@pytest.mark.parametrize(
    "upload",
    [
        Upload("签名.png", b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'),
        Upload("签名.png", b"<html><script>alert(1)</script></html>"),
        Upload("签名.png", b"\x89PNG\r\n\x1a\n" + b"<script>alert(1)</script>"),
        png_with(extra=b"<script>alert(1)</script>"),
        png_with(extra=b"PK\x03\x04 an archive"),
        png_with(text="<script>alert(1)</script>"),
        Upload("签名.png", b"%PDF-1.7"),
        Upload("签名.png", b""),
    ],
)
def test_a_script_or_a_file_of_two_kinds_is_no_drawn_signature(client: FlaskClient, upload: Upload) -> None:
    with pytest.raises(FileRefused):
        check_drawing(upload)


def test_a_blank_drawing_is_no_signature(client: FlaskClient) -> None:
    target = io.BytesIO()
    Image.new("RGB", (60, 40), "white").save(target, "PNG")
    with pytest.raises(FileRefused):
        check_drawing(Upload("签名.png", target.getvalue()))


def test_what_is_kept_of_a_drawing_is_its_pixels_alone(client: FlaskClient) -> None:
    kept = file_store.get(check_drawing(png_with(text="ordinary words")).digest)
    assert b"ordinary words" not in kept
    assert Image.open(io.BytesIO(kept)).size == (60, 40)


def test_a_scan_with_a_script_or_an_attachment_is_refused_and_a_plain_one_is_kept(client: FlaskClient) -> None:
    assert check_scan(office.pdf()).pages == 1
    for active in ("script", "attachment", "note"):
        writer, target = PdfWriter(), io.BytesIO()
        writer.add_blank_page(width=100, height=100)
        if active == "script":
            action = {NameObject("/S"): NameObject("/JavaScript"), NameObject("/JS"): TextStringObject("app.alert(1)")}
            writer.root_object[NameObject("/OpenAction")] = DictionaryObject(action)
        elif active == "attachment":
            writer.add_attachment("virus.exe", b"MZ")
        else:  # a note on the page that carries a file
            file = StreamObject()
            file.set_data(b"MZ")
            held = DictionaryObject({NameObject("/F"): writer._add_object(file)})
            named = DictionaryObject({NameObject("/F"): TextStringObject("virus.exe"), NameObject("/EF"): held})
            note = DictionaryObject({NameObject("/Subtype"): NameObject("/FileAttachment"), NameObject("/FS"): named})
            writer.pages[0][NameObject("/Annots")] = ArrayObject([note])
        writer.write(target)
        with pytest.raises(FileRefused):
            check_scan(Upload("扫描.pdf", target.getvalue()))


def jpeg(*, progressive: bool = False, exif: bytes = b"") -> bytes:
    target = io.BytesIO()
    Image.effect_noise((90, 60), 60).save(target, "JPEG", progressive=progressive, exif=exif)
    return target.getvalue()


def test_a_photo_of_a_letter_is_kept_however_its_camera_writes_it(client: FlaskClient) -> None:
    small = b"Exif\x00\x00" + jpeg()  # a preview with an end of its own
    camera = (jpeg(), jpeg(progressive=True), jpeg(exif=small), jpeg() + jpeg(), jpeg() + b"\x00" * 20)
    for content in camera:
        assert check_scan(Upload("照片.jpg", content)).media_type == "image/jpeg"


@pytest.mark.parametrize("behind", [b"PK\x03\x04 an archive", b"PK\x03\x04 an archive\xff\xd9", b"\xff\xd9"])
def test_a_photo_with_something_behind_it_is_refused(client: FlaskClient, behind: bytes) -> None:
    for content in (jpeg() + behind, jpeg()[:-2], jpeg()[:60]):
        with pytest.raises(FileRefused):
            check_scan(Upload("照片.jpg", content))


def test_a_script_drawn_on_the_phone_is_refused_beside_the_place_to_sign(client: FlaskClient, phone: Browser) -> None:
    _, case_id = asked(client)
    read_all(phone, f"/sign/{token(client)}")
    script = base64.b64encode(b"<svg onload=alert(1)>").decode()
    phone.submit(f"/sign/{token(client)}", {"signature": f"data:image/png;base64,{script}"})
    assert phone.status == 422
    assert signed(case_id) == []


# ---------------------------------------------------------------- the code


@dataclass
class Gateway:
    """A gateway of text messages on this machine, as an operator runs one."""

    messages: list[dict[str, Any]] = field(default_factory=list)
    tokens: list[str] = field(default_factory=list)
    answer: tuple[int, bytes] = (200, json.dumps({"accepted": True, "id": "M-1"}).encode())

    def take(self, asked: Asked) -> Answer:
        self.messages.append(json.loads(asked.body))
        self.tokens.append(asked.headers["Authorization"])
        return Answer(*self.answer)

    @property
    def code(self) -> str:
        """The code in the last message, as it arrives on the phone."""
        found = re.search(r"\d{6}", self.messages[-1]["text"])
        assert found
        return found[0]


@pytest.fixture
def gateway(app: Flask) -> Iterator[Gateway]:
    one = Gateway()
    before = app.extensions["onewindow_settings"]
    with served(one.take) as address:
        app.extensions["onewindow_settings"] = replace(before, sms_url=address, sms_token="secret")
        yield one
        app.extensions["onewindow_settings"] = before


FILING = {"way-P2": "ordinary", "way-P3": "ordinary", "way-P4": "commitment"}


def test_a_code_goes_to_the_signatorys_mobile_and_signs_the_letters(client: FlaskClient, gateway: Gateway) -> None:
    clerk, case_id = asked(client, "code", FILING)
    assert clerk.heading == "短信验证码签署"
    (message,) = gateway.messages
    assert message["mobile"] == office.example("commitment")["answers"]["legal_representative_mobile"]
    assert message["template"] == "SMS_DEMO_0001"
    assert gateway.tokens == ["Bearer secret"]
    assert gateway.code not in clerk.text
    clerk.submit("/signing/code", {"code": gateway.code})
    assert clerk.heading == "核对并收件"
    (letter,) = signed(case_id)
    assert (letter.item_key, letter.channel, letter.signer_name) == ("P4", "code", SIGNER)
    assert letter.signature_file_id is None
    request = database.session.get(SigningRequest, letter.request_id)
    assert (request.reference, request.outcome) == ("M-1", "signed")


def test_a_code_is_used_once_and_a_wrong_one_signs_nothing(client: FlaskClient, gateway: Gateway) -> None:
    clerk, case_id = asked(client, "code", FILING)
    wrong = f"{(int(gateway.code) + 1) % 1_000_000:06}"
    for left in (4, 3, 2, 1):
        clerk.submit("/signing/code", {"code": wrong})
        assert clerk.status == 422
        assert f"还可以试 {left} 次" in clerk.text
    clerk.submit("/signing/code", {"code": wrong})
    assert "请重新发送" in clerk.text
    post(clerk, f"/application/{case_id}/signing/code", {"code": gateway.code})
    assert clerk.status == 409
    assert signed(case_id) == []


@pytest.mark.parametrize("answer", [(500, b""), (200, b"{}"), (200, b"no json"), (302, b"")])
def test_a_gateway_that_fails_is_said_and_nothing_waits(
    client: FlaskClient, gateway: Gateway, answer: tuple[int, bytes]
) -> None:
    gateway.answer = answer
    clerk, case_id = asked(client, "code", FILING)
    assert clerk.status == 422
    assert "短信没有发出" in clerk.text
    post(clerk, f"/application/{case_id}/signing/code", {"code": gateway.code})
    assert clerk.status == 409
    assert signed(case_id) == []


def test_a_letter_that_may_not_be_signed_by_code_gets_none(client: FlaskClient, gateway: Gateway) -> None:
    clerk, _ = asked(client, "code")
    assert clerk.status == 422
    assert "不能以短信验证码方式签署" in clerk.text
    assert gateway.messages == []


def test_without_a_gateway_no_code_is_offered_and_the_page_says_why(client: FlaskClient) -> None:
    case_id = office.draft("commitment")
    clerk = Browser.of(client, CLERK).open(f"/application/{case_id}/commitment")
    assert "没有配置短信服务" in clerk.text
    assert "发送短信验证码签署" not in clerk.text
    post(
        clerk,
        clerk.url,
        {**dict(clerk.form("/commitment").form_values()), **FILING, "signer_name": SIGNER, "act": "code"},
    )
    assert clerk.status == 422
    assert "短信没有发出" in clerk.text


def test_a_letter_that_changed_after_the_code_was_sent_is_not_signed(client: FlaskClient, gateway: Gateway) -> None:
    clerk, case_id = asked(client, "code", FILING)
    answers = {**office.example("commitment")["answers"], "premises_address": "江城市新址路 1 号"}
    drafts.save_answers(case_id, office.raw_answers(answers), by=office.person(CLERK))
    clerk.submit("/signing/code", {"code": gateway.code})
    assert clerk.status == 409
    assert signed(case_id) == []


# ---------------------------------------------------------------- whose phone it is


def at_the_number(client: FlaskClient, phone: Browser) -> tuple[Browser, int, str]:
    """The signer has read everything where the place asks for the number: (clerk, case, address)."""
    places.number_confirmed_on_the_phone()
    clerk, case_id = asked(client, ways=FILING)
    address = f"/sign/{token(client)}"
    read_all(phone, address)
    return clerk, case_id, address


def test_the_number_of_the_signer_is_confirmed_on_the_phone_before_it_signs(
    client: FlaskClient, phone: Browser, gateway: Gateway
) -> None:
    clerk, case_id, address = at_the_number(client, phone)
    mobile = office.example("commitment")["answers"]["legal_representative_mobile"]
    assert phone.heading == "确认手机号码"
    assert mobile[-4:] in phone.text
    assert mobile not in phone.text
    assert not phone.page.xpath("//canvas")
    post(phone, address, {"signature": drawn()})  # by a program of its own
    assert phone.status == 422
    assert signed(case_id) == []
    phone.open(address).submit("/number")
    assert [message["mobile"] for message in gateway.messages] == [mobile]
    phone.submit("/number/confirmed", {"code": gateway.code})
    assert phone.heading == "签署承诺书"
    assert "已在该手机上确认签署人的号码" in clerk.open(f"/application/{case_id}/signing/state").text
    phone.submit(address, {"signature": drawn()})
    (letter,) = signed(case_id)
    assert commitments_of(case_id)["P4"].way.zh == "本人手机扫码（已在该手机上确认签署人申报的号码）"
    request = database.session.get(SigningRequest, letter.request_id)
    assert (request.outcome, request.mobile, request.confirmed_at is not None) == ("signed", mobile[-4:], True)
    assert '"proof":"number"' in signed_line(case_id)


def test_where_the_qr_code_alone_suffices_it_is_said_what_that_does_not_prove(
    client: FlaskClient, phone: Browser
) -> None:
    _, case_id = asked(client, ways=FILING)
    address = f"/sign/{token(client)}"
    read_all(phone, address).submit(address, {"signature": drawn()})
    assert "不证明手机属于签署人" in commitments_of(case_id)["P4"].way.zh
    assert '"proof":"qr"' in signed_line(case_id)


def test_wrong_codes_on_the_phone_end_the_request(client: FlaskClient, phone: Browser, gateway: Gateway) -> None:
    clerk, case_id, address = at_the_number(client, phone)
    phone.submit("/number")
    wrong = f"{(int(gateway.code) + 1) % 1_000_000:06}"
    for left in (4, 3, 2, 1):
        phone.submit("/number/confirmed", {"code": wrong})
        assert f"还可以试 {left} 次" in phone.text
    phone.submit("/number/confirmed", {"code": wrong})
    assert phone.status == 410
    assert phone.open(address).status == 410
    assert "请重新发送" in clerk.open(f"/application/{case_id}/signing/state").text
    assert signed(case_id) == []


def test_another_number_in_the_form_has_to_be_confirmed_anew(
    client: FlaskClient, phone: Browser, gateway: Gateway
) -> None:
    _, case_id, address = at_the_number(client, phone)
    phone.submit("/number").submit("/number/confirmed", {"code": gateway.code})
    answers = {**office.example("commitment")["answers"], "legal_representative_mobile": "13800005678"}
    drafts.save_answers(case_id, office.raw_answers(answers), by=office.person(CLERK))
    post(phone, address, {"signature": drawn()})
    assert phone.status in (409, 422)
    assert signed(case_id) == []


def test_a_place_that_asks_for_the_number_offers_no_phone_without_a_gateway(client: FlaskClient) -> None:
    places.number_confirmed_on_the_phone()
    case_id = office.draft("commitment")
    clerk = Browser.of(client, CLERK).open(f"/application/{case_id}/commitment")
    assert "由本人手机扫码签署" not in clerk.text
    post(
        clerk,
        clerk.url,
        {**dict(clerk.form("/commitment").form_values()), **FILING, "signer_name": SIGNER, "act": "phone"},
    )
    assert clerk.status == 422
    assert database.session.query(SigningRequest).count() == 0


def test_one_number_gets_only_so_many_messages_whichever_cases_they_are_for(
    app: Flask, client: FlaskClient, gateway: Gateway
) -> None:
    before = app.extensions["onewindow_settings"]
    app.extensions["onewindow_settings"] = replace(before, sms_per_number=2, sms_window_minutes=90)
    for _ in range(2):
        clerk, _case = asked(client, "code", FILING)
        assert clerk.heading == "短信验证码签署"
    clerk, case_id = asked(client, "code", FILING)  # a third case, the same number
    assert clerk.status == 422
    assert "90 分钟内已发送 2 条短信" in clerk.text
    assert len(gateway.messages) == 2
    post(clerk, f"/application/{case_id}/signing/code", {"code": gateway.code})
    assert clerk.status == 409
    since = clock.now()
    with clock.frozen_at(since + timedelta(minutes=89)):  # wherever an hour or a window would begin anew
        asked(client, "code", FILING)
    assert len(gateway.messages) == 2
    for minutes, messages in ((92, 3), (150, 4), (170, 4), (185, 5)):  # two within any ninety minutes
        with clock.frozen_at(since + timedelta(minutes=minutes)):
            asked(client, "code", FILING)
        assert len(gateway.messages) == messages


def signed_line(case_id: int) -> str:
    """The line of the ledger with which a letter was signed."""
    row = sql().execute("select body from case_event where case_id = %s and kind = 'commitment-signed'", (case_id,))
    (body,) = row.fetchone() or ("",)
    return str(body)


# ---------------------------------------------------------------- last: it uses up the tries of the address


def test_guessed_tokens_are_counted_by_address(phone: Browser) -> None:
    statuses = {phone.open(f"/sign/guess-{number}").status for number in range(signing_rows.TRIES_PER_ADDRESS)}
    assert statuses == {410}
    assert phone.open("/sign/one-more").status == 429
