"""The writes of bookings, gathered from the files of their subjects: what journeys call."""

from __future__ import annotations

from pool.bookings.application import Engagement, accept, attach_audit, decline, expire_quotes, quote, screen
from pool.bookings.proposals import (
    Answered,
    AskedMember,
    MadeProposal,
    answer,
    confirm,
    decide_objection,
    object_to,
    propose,
    show_offer,
    take_back,
    waitlist,
    waive_objection,
)
from pool.bookings.requests import (
    BookingRef,
    change_window,
    request_booking,
    return_booking,
    submit,
    withdraw,
)
from pool.bookings.running import (
    Released,
    begin_audit,
    cancel,
    decide_refusal,
    fulfil,
    reschedule,
    start_due,
    stop,
)

__all__ = [
    "Answered",
    "AskedMember",
    "BookingRef",
    "Engagement",
    "MadeProposal",
    "Released",
    "accept",
    "answer",
    "attach_audit",
    "begin_audit",
    "cancel",
    "change_window",
    "confirm",
    "decide_objection",
    "decide_refusal",
    "decline",
    "expire_quotes",
    "fulfil",
    "object_to",
    "propose",
    "quote",
    "request_booking",
    "reschedule",
    "return_booking",
    "screen",
    "show_offer",
    "start_due",
    "stop",
    "submit",
    "take_back",
    "waitlist",
    "waive_objection",
    "withdraw",
]
