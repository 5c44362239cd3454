"""The ways by which notices leave the house: by mail, as a text message, over the office's messenger."""

from __future__ import annotations

from engine import Words
from webapp import clock
from webapp.services import mail, notice_gateway
from webapp.services.notice_templates import CHANNELS, MAIL, OFFICE, SMS, Message

WAYS = {
    MAIL: Words("邮件", "Mail"),
    SMS: Words("短信", "Text message"),
    OFFICE: Words("办公消息", "Office messenger"),
}


def set_up() -> frozenset[str]:
    """The channels that this installation can use. Raises GatewayWrong."""
    return frozenset(
        channel for channel in CHANNELS if (mail.is_set_up() if channel == MAIL else notice_gateway.is_set_up(channel))
    )


def hand_over(channel: str, address: str, message: Message, delivery: str) -> str:
    """Send one message; the other side's number of it. Raises NotTaken, RefusedForGood, Unclear."""
    if channel == MAIL:
        return mail.send(address, message, delivery, clock.now())
    return notice_gateway.send(channel, address, message, delivery)
