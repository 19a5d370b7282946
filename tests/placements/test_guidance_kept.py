"""The list of who needs somebody now is kept for minutes without a person in it, and never shown to another school."""

# mypy: disable-error-code="no-untyped-def"

import datetime as dt
import pickle

import pytest
from django.core.cache import cache
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from placements.enums import ApplicationStatus
from placements.guidance import services
from placements.guidance.enums import HelpReason
from placements.guidance.help_list import HelpList
from placements.guidance.selectors import needing_help, settings_of
from stagematch.clock import now
from students.models import Student
from tests import factories as f

pytestmark = pytest.mark.django_db
PAGE = reverse("school-help")


def stuck(school, number):
    """So many students who heard no, every third with a day that is too far, two who never came, one who never began."""
    programme = f.ProgrammeFactory(school=school)
    found = []
    for n in range(number):
        search = f.SearchFactory(student__programme=programme, student__rejections=3 + n % 7,
                                 max_distance_km=4 if n % 3 == 0 else 40,
                                 student__user__last_name=f"Achternaam {n % 3}")  # fmt: skip
        search.target_groups.set([f.TargetGroupFactory(slug=f"groep-{n % 2}"), f.TargetGroupFactory(slug="groep-9")])
        found.append(search)
    ago = now() - dt.timedelta(days=40)
    for _time in range(2):
        f.StudentFactory(programme=programme, invited_at=ago)
    f.StudentFactory(programme=programme, user__last_login=ago)
    return found


def told(row):
    return (row.student, row.search, row.reasons, row.kind, row.where, row.seeks, row.action_url,
            row.open_applications, row.student.user.get_full_name())  # fmt: skip


def test_page_by_page_it_is_the_whole_list(school):
    stuck(school, 26)
    expected = [told(row) for row in needing_help(school)]
    assert len(expected) == 29
    for _round in range(2):
        pages = [HelpList(school, QueryDict(f"pagina={n}")) for n in (1, 2)]
        assert [told(row) for page in pages for row in page.rows] == expected
        assert {page.total for page in pages} == {29}
    travel = HelpList(school, QueryDict("reden=travel"))
    assert [told(row) for row in travel.rows] == [told(r) for r in needing_help(school) if HelpReason.TRAVEL in r.codes]
    assert dict(travel.reasons)[HelpReason.TRAVEL] == len(travel.rows) == travel.pager.total == 9
    assert dict(travel.reasons)[HelpReason.PROFILE] == 3


def test_the_second_time_it_is_not_worked_out_again(client, coordinator, school):
    stuck(school, 3)
    client.force_login(coordinator)
    asked = []
    for _round in range(2):
        with CaptureQueriesContext(connection) as queries:
            assert client.get(PAGE).status_code == 200
        asked.append(len(queries))
    assert asked[1] < asked[0] <= 12
    assert asked[1] <= 7


def test_who_got_a_conversation_leaves_at_once_with_all_numbers(client, coordinator, school):
    gone, *_others = stuck(school, 3)
    client.force_login(coordinator)
    name = gone.student.user.get_full_name()
    before = client.get(PAGE).content.decode()
    assert name in before
    assert "6 studenten." in before
    f.ApplicationFactory(search=gone, status=ApplicationStatus.INVITED)
    after = client.get(PAGE).content.decode()
    assert name not in after
    assert "5 studenten." in after


def test_who_left_the_school_or_began_leaves_at_once(school):
    moved, *_others = stuck(school, 3)
    assert HelpList(school, QueryDict()).total == 6
    Student.objects.filter(pk=moved.student_id).update(is_active=False)
    assert HelpList(school, QueryDict()).total == 5
    f.SearchFactory(student=Student.objects.get(user__last_login__isnull=False, school=school))
    assert HelpList(school, QueryDict()).total == 4


def test_other_thresholds_count_at_once(school, coordinator):
    stuck(school, 7)
    values = {name: getattr(settings_of(school), name) for name in
              ("hint_at", "task_at", "talk_at", "long_weeks", "silent_days", "waiting_days", "profile_days",
               "short_km", "task_term_days", "sends_hints", "task_reasons")}  # fmt: skip
    assert dict(HelpList(school, QueryDict()).reasons)[HelpReason.REJECTED] == 7
    services.change_settings(school=school, actor=coordinator, **values | {"hint_at": 5, "task_at": 6})
    assert dict(HelpList(school, QueryDict()).reasons)[HelpReason.REJECTED] == 5


def test_two_schools_never_get_each_others_list(client, coordinator, other_coordinator, school, other_school):
    mine, theirs = stuck(school, 2), stuck(other_school, 2)
    for _round in range(2):
        for user, own, other in ((coordinator, mine, theirs), (other_coordinator, theirs, mine)):
            client.force_login(user)
            page = client.get(PAGE).content.decode()
            assert all(reverse("school-student", args=[one.student.public_id]) in page for one in own)
            assert not any(str(one.student.public_id) in page for one in other)
    client.force_login(coordinator)
    assert str(theirs[0].student.public_id) not in client.get(PAGE, {"school": other_school.slug}).content.decode()


def test_nothing_of_a_person_is_kept(client, coordinator, school, monkeypatch):
    kept: list[object] = []
    real = cache.set
    monkeypatch.setattr(cache, "set", lambda key, value, *more: kept.append(value) or real(key, value, *more))
    search = stuck(school, 1)[0]
    user = search.student.user
    user.first_name, user.last_name = "Aaliyah", "Verzonnen"
    user.save()
    client.force_login(coordinator)
    assert "Aaliyah Verzonnen" in client.get(PAGE).content.decode()
    assert len(kept) == 1
    written = pickle.dumps(kept[0]) + repr(kept[0]).encode()
    for secret in ("Aaliyah", "Verzonnen", user.email, str(search.student.public_id), search.home.place, "groep"):
        assert secret.encode() not in written
