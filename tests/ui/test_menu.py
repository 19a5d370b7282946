"""The menu in the header: short, and for everybody a way to every piece of the work."""

import re

import pytest
from django.urls import reverse

START = {
    "broker": ("admin:workspace", "admin:index"),
    "coordinator": ("school-students",),
    "student": ("my-overview",),
    "team_lead": ("team-overview",),
}
MUST = {
    "broker": [
        "admin:workspace",
        "admin:workspace-interviews",
        "admin:placements_vacancy_changelist",
        "admin:placement-list",
        "admin:inventory",
        "admin:workspace-answers",
        "admin:workspace-capacity",
        "admin:own-places",
    ],
    "coordinator": [
        "school-students",
        "school-placements",
        "school-proposals",
        "school-inventory",
        "school-reports",
        "school-late-answers",
        "school-own-places",
        "school-colleagues",
    ],
    "student": ["vacancy-list", "my-saved", "my-overview", "own-places", "report-make", "my-data"],
    "team_lead": ["team-overview", "guidance"],
}


@pytest.mark.parametrize("role", MUST)
def test_menu_and_first_page_lead_to_every_piece_of_the_work(client, request, role, search):
    client.force_login(request.getfixturevalue(role))
    pages = "".join(client.get(reverse(name)).content.decode() for name in START[role])
    for name in MUST[role]:
        assert f'href="{reverse(name)}' in pages, f"{role} finds no way to {name}"


@pytest.mark.parametrize("role", MUST)
def test_menu_has_at_most_six_entries(client, request, role, search):
    client.force_login(request.getfixturevalue(role))
    page = client.get(reverse(START[role][0])).content.decode()
    menu = re.search(r'<nav class="sm-nav.*?</nav>', page, re.S)
    assert menu is not None
    entries = re.findall(r"<li><a ", menu[0])
    assert 2 <= len(entries) <= 6
