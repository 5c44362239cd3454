"""证照库: licences found and opened, and the acts on them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from engine import Words
from webapp.errors import Incomplete, NotFound
from webapp.identity import Identity, signed_in
from webapp.pages.application.qr import qr_svg
from webapp.pages.support import needs, words
from webapp.permissions import LicenceFacts, Permission, ensure, may
from webapp.queries.licence_page import LicenceView, licence_unit, licence_view
from webapp.queries.licence_registry import STATES, Wanted, kinds
from webapp.queries.licence_registry import licences as found_licences
from webapp.services import access, licence_acts, licence_files, renewals
from webapp.services.case_facts import case_facts
from webapp.services.licence_files import public_address
from webapp.services.renewals import NotRenewable

blueprint = Blueprint("registry", __name__, url_prefix="/licence-registry")

STATUS_LOOKS = {"valid": "ok", "suspended": "warn", "expired": "muted", "revoked": "bad", "cancelled": "bad"}
STATUS_GLYPHS = {"valid": "circle-check", "suspended": "player-pause"}
#: Act -> the words of its page, of its button and of what is said when it is done; whether it is grave.
ACTS = {
    "suspend": (Words("暂停证照", "Suspend the licence"), Words("作出暂停决定", "Suspend")),
    "resume": (Words("恢复证照", "Resume the licence"), Words("作出恢复决定", "Resume")),
    "cancel": (Words("注销证照", "Cancel the licence"), Words("作出注销决定", "Cancel the licence")),
    "change": (Words("变更证照", "Change the licence"), Words("准予变更", "Change")),
    "renew": (Words("登记延续申请", "Take in an application to renew"), Words("收下申请", "Take it in")),
    "decide": (Words("决定延续申请", "Decide on the renewal"), Words("作出决定", "Decide")),
}
GRAVE = ("suspend", "cancel")
LABELS = {
    "reason": Words("理由", "Reasons"),
    "basis": Words("依据", "Legal basis"),
    "outcome": Words("决定", "Decision"),
    "printed": Words("登载内容", "What it states"),
    "holder_number": Words("持证人统一社会信用代码或者身份证号码", "The holder's credit code or identity number"),
}
Errors = Mapping[str, Sequence[Words]]


@blueprint.get("/")
@needs(Permission.LICENCE_SEE)
def licences() -> ResponseReturnValue:
    """The licences that this person may see; words, state, type and page stand in the address."""
    by, wanted = signed_in(), _wanted()
    page = found_licences(by, wanted)
    return render_template(
        "registry/licences.html",
        page=page,
        wanted=wanted,
        kinds=kinds(by),
        looks=STATUS_LOOKS,
        glyphs=STATUS_GLYPHS,
        tabs=[
            (label, _address(wanted, state=state, at=""), wanted.state == state, None)
            for state, label in (
                ("", gettext("全部")),
                ("ending", gettext("90 日内到期")),
                ("renewal", gettext("延续待决定")),
                ("suspended", gettext("已暂停")),
                ("expired", gettext("已过有效期")),
                ("revoked", gettext("已撤销")),
                ("cancelled", gettext("已注销")),
            )
        ],
        next_url=_address(wanted, at=page.following) if page.following else None,
        previous_url=_address(wanted, at=page.preceding) if page.preceding else None,
        clear_url=_address(wanted, text="", at=""),
    )


@blueprint.get("/<int:licence_id>")
@needs(Permission.LICENCE_SEE)
def licence(licence_id: int) -> ResponseReturnValue:
    """One licence: what it states, its file, what happened to it, and what may be done."""
    by, view = opened(licence_id)
    access.note(by, view.case_id, f"licence-record:{licence_id}")
    address = public_address(view.public_code)
    subject = LicenceFacts(view.unit)
    return render_template(
        "registry/licence.html",
        licence=view,
        look=STATUS_LOOKS[view.status],
        glyph=STATUS_GLYPHS.get(view.status, "alert-triangle"),
        acts=[(act, ACTS[act][0]) for act in view.acts if may(by, Permission.LICENCE_ACT, subject)],
        may_note=bool(view.notes) and may(by, Permission.LICENCE_NOTE, subject),
        may_take=view.takes_renewal and may(by, Permission.RENEWAL_TAKE, subject),
        sees_case=may(by, Permission.CASE_SEE, case_facts(view.case_id)),
        address=address,
        qr_code=qr_svg(address),
    )


@blueprint.get("/<int:licence_id>/file.pdf")
@needs(Permission.LICENCE_SEE)
def file(licence_id: int) -> ResponseReturnValue:
    """The licence's file as kept: signed where it is."""
    by, view = opened(licence_id)
    access.note(by, view.case_id, f"licence-pdf:{licence_id}")
    kept = licence_files.pdf(licence_id)
    response = Response(kept.content, mimetype="application/pdf")
    name = quote(f"{words(view.name)} {view.number}.pdf", safe="")
    response.headers["Content-Disposition"] = f"inline; filename*=UTF-8''{name}"
    response.headers["ETag"] = f'"{kept.digest}"'
    return response


@blueprint.post("/<int:licence_id>/sign-again")
@needs(Permission.RENEWAL_TAKE)
def sign_again(licence_id: int) -> ResponseReturnValue:
    """Have the file signed once more, after a refusal."""
    licence_acts.sign_again(licence_id, by=signed_in(), key=request.form.get("key", ""))
    flash(gettext("已重新提交签名，稍后刷新查看结果。"), "success")
    return redirect(url_for("registry.licence", licence_id=licence_id))


@blueprint.get("/<int:licence_id>/renew")
@needs(Permission.RENEWAL_TAKE)
def renew(licence_id: int) -> ResponseReturnValue:
    """The form of an application to renew."""
    by, view = opened(licence_id)
    ensure(by, Permission.RENEWAL_TAKE, LicenceFacts(view.unit))
    if view.apply_until is None:
        raise NotRenewable(view.name)
    return _form(view, "renew", {})


@blueprint.post("/<int:licence_id>/renew")
@needs(Permission.RENEWAL_TAKE)
def take_renewal(licence_id: int) -> ResponseReturnValue:
    """Take the application in today; what comes too late is refused with its rule."""
    renewals.apply(licence_id, by=signed_in(), note=request.form.get("note", ""), key=request.form.get("key", ""))
    flash(gettext("已收下延续申请。"), "success")
    return redirect(url_for("registry.licence", licence_id=licence_id))


@blueprint.get("/<int:licence_id>/acts/<act>")
@needs(Permission.LICENCE_ACT)
def act(licence_id: int, act: str) -> ResponseReturnValue:
    """The form of one act. Raises NotFound for an act that the licence's state does not allow."""
    by, view = opened(licence_id)
    ensure(by, Permission.LICENCE_ACT, LicenceFacts(view.unit))
    if act not in view.acts:
        raise NotFound()
    return _form(view, act, {})


@blueprint.post("/<int:licence_id>/acts/<act>")
@needs(Permission.LICENCE_ACT)
def do(licence_id: int, act: str) -> ResponseReturnValue:
    """Do the act; what was typed stays where something is missing."""
    by, view = opened(licence_id)
    if act not in ACTS or act == "renew":
        raise NotFound()
    posted = request.form
    grounds = {"reason": posted.get("reason", ""), "basis": posted.get("basis", "")}
    try:
        _do(act, view, by, posted, {**grounds, "key": posted.get("key", "")})
    except Incomplete as fault:
        return _form(view, act, {fault.field: [fault.words]})
    flash(gettext("已办理：%(act)s", act=words(ACTS[act][0])), "success")
    return redirect(url_for("registry.licence", licence_id=licence_id))


def _do(act: str, view: LicenceView, by: Identity, posted: Mapping[str, str], given: Mapping[str, Any]) -> None:
    if act == "decide":
        renewals.decide(view.id, by=by, outcome=posted.get("outcome", ""), **given)
    elif act == "change":
        fields = view.terms.fields if view.terms else ()
        printed = {key: posted[f"printed.{key}"] for key, _ in fields if f"printed.{key}" in posted}
        number = posted.get("holder_number", "")
        licence_acts.change(view.id, by=by, printed=printed, holder_number=number, **given)
    else:
        plain = {"suspend": licence_acts.suspend, "resume": licence_acts.resume, "cancel": licence_acts.cancel}
        plain[act](view.id, by=by, **given)


def _form(view: LicenceView, act: str, errors: Errors) -> ResponseReturnValue:
    title, button = ACTS[act]
    stated = zip(view.terms.fields if view.terms else (), view.facts, strict=False)
    page = render_template(
        "registry/act.html",
        licence=view,
        act=act,
        title=title,
        button_words=button,
        grave=act in GRAVE,
        action=url_for("registry.take_renewal", licence_id=view.id)
        if act == "renew"
        else url_for("registry.do", licence_id=view.id, act=act),
        stated=[(key, label, value) for (key, _), (label, value) in stated],
        errors=errors,
        labels=LABELS | dict(view.terms.fields if view.terms else ()),
        typed=request.form,
    )
    return page, 422 if errors else 200


def opened(licence_id: int) -> tuple[Identity, LicenceView]:
    """The licence for someone who may see it. Raises NotFound."""
    by = signed_in()
    ensure(by, Permission.LICENCE_SEE, LicenceFacts(licence_unit(licence_id)))
    return by, licence_view(licence_id)


def _wanted() -> Wanted:
    state = request.args.get("state", "")
    return Wanted(
        text=request.args.get("q", "")[:120],
        state=state if state in STATES else "",
        kind=request.args.get("kind", "")[:60],
        at=request.args.get("at", "")[:20],
    )


def _address(wanted: Wanted, **changed: str) -> str:
    given = {"text": wanted.text, "state": wanted.state, "kind": wanted.kind, "at": "", **changed}
    named: dict[str, Any] = {"q": given["text"], "state": given["state"], "kind": given["kind"], "at": given["at"]}
    return url_for("registry.licences", **{name: value for name, value in named.items() if value})
