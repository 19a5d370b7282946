"""Every write on students; one module per subject."""

from students.services.documents import forget_file, save_document
from students.services.enrol import enrol_self, school_for
from students.services.privacy import delete_person, export_person, register_export, register_farewell
from students.services.search import open_search, stop_search, update_search

__all__ = [
    "delete_person",
    "enrol_self",
    "export_person",
    "forget_file",
    "open_search",
    "register_export",
    "register_farewell",
    "save_document",
    "school_for",
    "stop_search",
    "update_search",
]
