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
from placements.services.bulk import invite_together, reject_together
from placements.services.drafts import drop_draft, forget_old_drafts, save_draft
from placements.services.forwarding import accept_forward, ask_to_forward, decline_forward, forward_choices
from placements.services.interviews import (
    ask_other_times,
    cancel_interview,
    choose_slot,
    give_advice,
    move_interview,
    record_interview,
    record_no_show,
)
from placements.services.invitations import Person, invite, propose_times
from placements.services.locks import lock_room
from placements.services.news import NewsCounts, send_student_news
from placements.services.offering import make_offer
from placements.services.offers import accept_offer, decline_offer, expire_offers
from placements.services.publication import close_expired, copy_vacancy
from placements.services.reminders import ReminderCounts, send_reminders
from placements.services.reserves import move_reserve, put_on_reserve, reserves_of
from placements.services.retention import RetentionCounts, run_retention
from placements.services.room import offers_out, release_room, require_room, take_room
from placements.services.saved_searches import (
    change_frequency,
    delete_search,
    mail_saved_searches,
    new_feed_address,
    places_of,
    save_search,
)
from placements.services.screening import reject
from placements.services.status import change_status
from placements.services.vacancies import (
    OpenApplicationsError,
    close_vacancy,
    create_vacancy,
    missing_for_publishing,
    missing_texts,
    move_favourite,
    publish_vacancy,
    refresh_search_text,
    toggle_favourite,
    unpublish_vacancy,
    update_vacancy,
)
from placements.services.views import remove_view, save_view
from placements.services.waiting import join_waiting_list, leave_waiting_list, tell_waiting, tell_waiting_everywhere

__all__ = [
    "AGREEMENT",
    "NewsCounts",
    "OpenApplicationsError",
    "Person",
    "ReminderCounts",
    "RetentionCounts",
    "accept_forward",
    "accept_offer",
    "add_note",
    "answer_agreement",
    "answer_date",
    "ask_agreement",
    "ask_other_times",
    "ask_to_forward",
    "assign",
    "cancel_interview",
    "change_frequency",
    "change_status",
    "choose_slot",
    "close_expired",
    "close_vacancy",
    "colleagues_of",
    "copy_vacancy",
    "create_vacancy",
    "decline_forward",
    "decline_offer",
    "delete_search",
    "drop_draft",
    "expire_offers",
    "forget_old_drafts",
    "forward_choices",
    "give_advice",
    "invite",
    "invite_together",
    "join_waiting_list",
    "leave_waiting_list",
    "lock_room",
    "mail_saved_searches",
    "make_offer",
    "mark_read",
    "missing_for_publishing",
    "missing_texts",
    "move_favourite",
    "move_interview",
    "move_reserve",
    "new_feed_address",
    "offers_out",
    "places_of",
    "propose_times",
    "publish_vacancy",
    "put_on_reserve",
    "record_interview",
    "record_no_show",
    "refresh_search_text",
    "reject",
    "reject_together",
    "release_room",
    "remove_view",
    "require_room",
    "reserves_of",
    "run_retention",
    "save_draft",
    "save_search",
    "save_view",
    "send_reminders",
    "send_student_news",
    "skip_agreement",
    "submit_application",
    "take_room",
    "tell_waiting",
    "tell_waiting_everywhere",
    "toggle_favourite",
    "unpublish_vacancy",
    "update_vacancy",
    "withdraw_application",
]
