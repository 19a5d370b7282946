"""Vacancies, applications, talks and placements in the admin; every change goes through `placements.services`."""

from placements.admin import applications, own_places, templates, vacancies  # noqa: F401 -- importing registers them
