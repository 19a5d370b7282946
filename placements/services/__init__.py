"""Every write of placements. Each function is one sentence, one transaction, and names who does it."""

from placements.services.agreement import PURPOSE as AGREEMENT
from placements.services.agreement import answer_agreement, ask_agreement, skip_agreement
from placements.services.applications import (
    add_note,
    answer_date,
    assign,
    colleagues_of,
    mark_read,
    submit_application,
    withdraw_application,
)
from placements.services.interviews import cancel_interview, choose_slot, record_interview
from placements.services.offers import accept_offer, decline_offer, expire_offers, make_offer
from placements.services.publication import close_expired, copy_vacancy
from placements.services.reminders import ReminderCounts, send_reminders
from placements.services.retention import RetentionCounts, run_retention
from placements.services.room import offers_out, release_room, require_room, take_room
from placements.services.screening import invite, put_on_reserve, reject, reserves_of
from placements.services.status import change_status
from placements.services.vacancies import (
    OpenApplicationsError,
    close_vacancy,
    create_vacancy,
    join_waiting_list,
    missing_for_publishing,
    missing_texts,
    publish_vacancy,
    refresh_search_text,
    toggle_favourite,
    unpublish_vacancy,
    update_vacancy,
)

__all__ = [
    "AGREEMENT",
    "OpenApplicationsError",
    "ReminderCounts",
    "RetentionCounts",
    "accept_offer",
    "add_note",
    "answer_agreement",
    "answer_date",
    "ask_agreement",
    "assign",
    "cancel_interview",
    "change_status",
    "choose_slot",
    "close_expired",
    "close_vacancy",
    "colleagues_of",
    "copy_vacancy",
    "create_vacancy",
    "decline_offer",
    "expire_offers",
    "invite",
    "join_waiting_list",
    "make_offer",
    "mark_read",
    "missing_for_publishing",
    "missing_texts",
    "offers_out",
    "publish_vacancy",
    "put_on_reserve",
    "record_interview",
    "refresh_search_text",
    "reject",
    "release_room",
    "require_room",
    "reserves_of",
    "run_retention",
    "send_reminders",
    "skip_agreement",
    "submit_application",
    "take_room",
    "toggle_favourite",
    "unpublish_vacancy",
    "update_vacancy",
    "withdraw_application",
]
