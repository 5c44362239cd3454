"""Four eyes through the pages: submitted, refused to who made it, signed by each who is asked, published by another."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from playwright.sync_api import Locator, Page, expect

from tests.browser.person import Person

#: What a form of the release's page sends, for whoever the page gives no such form.
SEND = """([address, values]) => {
    const form = document.createElement('form');
    const token = document.querySelector('meta[name="csrf-token"]').content;
    for (const [name, value] of Object.entries({ csrf_token: token, ...values })) {
        form.append(Object.assign(document.createElement('input'), { type: 'hidden', name, value }));
    }
    Object.assign(form, { method: 'post', action: address });
    document.body.append(form);
    form.submit();
}"""

Somebody = Callable[..., Person]


def submit(designer: Person, accepting: str = "") -> None:
    """From the version's page; `accepting`: why examples that differ are accepted, where there are any."""
    page = designer.page
    for box in page.get_by_label(re.compile("^接受“.*”不符的理由$")).all():
        box.fill(accepting)
    designer.press("提交发布")
    expect(page.locator("main")).to_contain_text("会签齐后由另一名发布人发布")


def own_work_is_refused(designer: Person) -> None:
    """The page says so and has no such button; who sends the form nevertheless is refused in words."""
    page, address = designer.page, designer.page.url
    expect(page.locator("main")).to_contain_text("您参与制作了这一版，不能由您会签或发布")
    expect(page.get_by_role("button", name="同意", exact=True)).to_have_count(0)
    expect(page.get_by_role("button", name=re.compile("^发布第"))).to_have_count(0)
    designer.refusals.add(409)
    for act, values, said in (
        ("sign", {"party": "", "agrees": "yes", "comment": "同意"}, "不能会签自己制作的版本"),
        ("publish", {}, "不能发布自己制作的版本"),
    ):
        page.evaluate(SEND, [f"{address.partition('?')[0]}/{act}", values])
        designer.arrives("不能办理", look=False)
        expect(page.get_by_role("alert")).to_contain_text(said)
        page.goto(address)


def all_sign(somebody: Somebody, signers: Iterable[tuple[str, str]], version: str) -> None:
    """Each (account, comment) finds it under 待我会签, reads what changes and signs with a comment."""
    for login, comment in signers:
        signer = somebody(login)
        page = signer.page
        page.goto("/studio")
        waiting = page.get_by_role("region", name="待我会签")
        waiting.get_by_role("link", name=version).click()
        signer.arrives(version, look=False)
        page.get_by_label("的意见").fill(comment)
        signer.press("同意")
        signer.arrives(version, look=False)
        expect(_row(page, comment)).to_contain_text("同意")


def publish(publisher: Person, version: str) -> None:
    """Another account finds it signed, reads the signatures and publishes."""
    page = publisher.page
    name, _, number = version.partition(" ")
    page.goto("/studio")
    section = page.locator("section").filter(has=page.get_by_role("link", name=name, exact=True))
    section.get_by_role("link", name=number, exact=True).click()
    publisher.arrives(version, look=False)
    publisher.press(f"发布{number}")
    publisher.arrives(version, look=False)
    expect(page.locator(".flash-success")).to_contain_text("已发布")


def _row(page: Page, comment: str) -> Locator:
    return page.get_by_role("row").filter(has_text=comment)
