"""The proof that a form is somebody's own, which keeps what was typed when signing in has expired meanwhile.

The form carries a signed token that names the student and the place. With it a text can be kept as a draft (and nothing
else) although the session, or the safety token of the form, is no longer valid. Nobody else can make such a token.
"""

import datetime as dt

from django.core import signing
from django.http import HttpRequest

from placements.models import Vacancy
from students.models import Student

FIELD = "concept_van"
_SALT = "placements.draft"
# As long as a session lasts: a form that stood open longer than that is not coming back.
VALID = dt.timedelta(days=14)


def draft_token(student: Student, vacancy: Vacancy) -> str:
    """Return what the apply form of this student and this place carries."""
    return signing.dumps([student.pk, vacancy.pk], salt=_SALT)


def owner_of(request: HttpRequest) -> tuple[int, int] | None:
    """Return (student, vacancy) whose form was posted, by primary key; None without a valid token."""
    try:
        student, vacancy = signing.loads(request.POST.get(FIELD, ""), salt=_SALT, max_age=VALID)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return int(student), int(vacancy)
