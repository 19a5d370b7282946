"""What several pages of students share: the place they are about, and the way back."""

import uuid

from django.http import Http404, HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme

from placements.browse import detail
from placements.models import Vacancy
from students.access import StudentRequest


def back_to(request: HttpRequest, fallback: str, *, name: str = "next") -> str:
    """Return the address a form or link names as where to go next, when that is on this site; else `fallback`."""
    target = request.POST.get(name, "") or request.GET.get(name, "")
    if url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()}, require_https=request.is_secure()):
        return target
    return fallback


def vacancy_for(request: StudentRequest, public_id: str) -> Vacancy:
    """Return a place this student may see; 404 otherwise."""
    vacancy = detail.visible_vacancy(request.user, public_id, request.student)
    if vacancy is None:
        raise Http404
    return vacancy


def is_public_id(text: str) -> bool:
    """Tell whether a value from the address can be somebody's public id at all."""
    try:
        uuid.UUID(text)
    except ValueError:
        return False
    return True
