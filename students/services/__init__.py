"""Every write on students; one module per subject."""

from students.services.documents import forget_file, save_document
from students.services.enrol import enrol_self, school_for
from students.services.invite import invite_students, never_seen
from students.services.privacy import (
    correct_phone,
    delete_person,
    export_archive,
    export_person,
    keep_applications,
    register_address_forgetter,
    register_export,
    register_farewell,
)
from students.services.remind import remind_incomplete
from students.services.search import open_search, stop_search, update_search

__all__ = [
    "correct_phone",
    "delete_person",
    "enrol_self",
    "export_archive",
    "export_person",
    "forget_file",
    "invite_students",
    "keep_applications",
    "never_seen",
    "open_search",
    "register_address_forgetter",
    "register_export",
    "register_farewell",
    "remind_incomplete",
    "save_document",
    "school_for",
    "stop_search",
    "update_search",
]
