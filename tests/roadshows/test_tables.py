"""Werktafels: notes through the code on the table, votes, groups, the screen and the download."""

# mypy: disable-error-code="no-untyped-def"

import datetime as dt
import threading
import uuid

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.urls import reverse

from organisations.enums import Role
from organisations.models import Membership
from roadshows import services as events
from roadshows import work_tables
from roadshows.demo import load_published
from roadshows.enums import NoteKind
from roadshows.models import NoteGroup, NoteVote, Roadshow, TableNote
from roadshows.services import tables as services
from stagematch.clock import today
from stagematch.ui.errors import Conflict, RuleError
from tests import factories as f

pytestmark = pytest.mark.django_db


@pytest.fixture
def organiser(organisation):
    user = f.UserFactory(email="organiser@cast.example")
    Membership.objects.create(user=user, organisation=organisation, role=Role.ORGANISER)
    return user


@pytest.fixture
def stranger(other_organisation):
    user = f.UserFactory(email="stranger@cast.example")
    Membership.objects.create(user=user, organisation=other_organisation, role=Role.ORGANISER)
    return user


@pytest.fixture
def roadshow(organisation, organiser):
    return events.create_roadshow(
        organisation=organisation, title="Wijk maakt plek", actor=organiser, day=today() + dt.timedelta(days=3)
    )


@pytest.fixture
def table(roadshow, organiser):
    return services.add_table(roadshow=roadshow, title="Begeleiding", question="Wat is nodig?", actor=organiser)


def write(table, organiser, text="Begeleiders hebben uren nodig", kind=NoteKind.NEED, **more):
    return services.write_note(table=table, kind=kind, text=text, actor=organiser, **more)


def path_of(address):
    return "/" + address.split("/", 3)[3]


def test_tables_get_numbers_in_order(roadshow, organiser, table):
    second = services.add_table(roadshow=roadshow, title="Taken", actor=organiser)
    assert (table.number, second.number) == (1, 2)


def test_somebody_at_the_table_writes_and_votes_without_an_account(client, roadshow, organiser, table):
    address = path_of(services.new_table_link(table=table, actor=organiser))
    page = client.get(address)
    assert page.status_code == 200
    assert "Wie schrijft het eerste briefje?" in page.content.decode()
    assert "tafel" not in client.cookies, "reading gives nobody a number"
    client.post(address, {"kind": "dream", "text": "  Elke  stagiair een plek "})
    note = TableNote.objects.get()
    assert (note.text, note.kind) == ("Elke stagiair een plek", "dream")
    assert client.cookies["tafel"]["httponly"]
    client.post(address, {"stem": str(note.public_id)})
    note.refresh_from_db()
    assert note.votes == 1
    assert "Mijn stem weghalen" in client.get(address).content.decode()
    assert NoteVote.objects.get().voter not in client.cookies["tafel"].value
    client.post(address, {"stem": str(note.public_id)})
    note.refresh_from_db()
    assert note.votes == 0, "a second time takes it back"


def test_an_empty_note_says_what_is_missing_and_keeps_the_kind(client, table, organiser):
    address = path_of(services.new_table_link(table=table, actor=organiser))
    answer = client.post(address, {"kind": "question", "text": ""})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "<title>Fout:" in page
    assert 'value="question" ' in page
    long = client.post(address, {"kind": "question", "text": "a" * 241})
    assert long.status_code == 422
    assert "a" * 241 in long.content.decode(), "what was typed is still there"
    assert TableNote.objects.count() == 0


def test_the_same_note_sent_twice_is_written_once(table, organiser):
    number = uuid.uuid4()
    first = write(table, organiser, client_id=number)
    assert write(table, organiser, client_id=number) == first
    assert TableNote.objects.count() == 1


def test_a_new_card_closes_the_old_one(client, table, organiser):
    old = path_of(services.new_table_link(table=table, actor=organiser))
    new = path_of(services.new_table_link(table=table, actor=organiser))
    assert client.get(old).status_code == 410
    assert client.post(old, {"kind": "need", "text": "Te laat"}).status_code == 410
    assert client.get(new).status_code == 200
    assert TableNote.objects.count() == 0


def test_nobody_votes_or_writes_at_another_table_through_a_link(client, roadshow, table, organiser):
    other = services.add_table(roadshow=roadshow, title="Taken", actor=organiser)
    note = write(other, organiser)
    address = path_of(services.new_table_link(table=table, actor=organiser))
    assert client.post(address, {"stem": str(note.public_id)}).status_code == 404
    assert client.post(address, {"stem": "geen-nummer"}).status_code == 404
    note.refresh_from_db()
    assert note.votes == 0


def test_five_votes_and_no_more(table, organiser):
    notes = [write(table, organiser, f"Briefje {n}") for n in range(6)]
    for note in notes[:5]:
        assert services.vote(note=note, voter="iemand", actor=organiser) is True
    with pytest.raises(RuleError) as caught:
        services.vote(note=notes[5], voter="iemand", actor=organiser)
    assert caught.value.code == "no_votes_left"
    assert work_tables.votes_left(table.roadshow, "iemand") == 0
    assert services.vote(note=notes[5], voter="iemand anders", actor=organiser) is True


@pytest.mark.django_db(transaction=True)
def test_votes_given_at_once_by_one_person_stay_five(table, organiser):
    notes = [write(table, organiser, f"Briefje {n}") for n in range(8)]

    def give(note):
        try:
            services.vote(note=note, voter="snel", actor=organiser)
        except RuleError:
            pass
        finally:
            connection.close()

    threads = [threading.Thread(target=give, args=(note,)) for note in notes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert NoteVote.objects.count() == 5
    assert sum(TableNote.objects.values_list("votes", flat=True)) == 5


def test_a_closed_table_takes_nothing_more(client, table, organiser):
    address = path_of(services.new_table_link(table=table, actor=organiser))
    services.update_table(
        table=table, title="Begeleiding", question="", is_open=False, is_public=False, actor=organiser
    )
    answer = client.post(address, {"kind": "need", "text": "Nog iets"})
    assert answer.status_code == 409
    assert "gesloten" in answer.content.decode()
    table.refresh_from_db()
    with pytest.raises(Conflict):
        write(table, organiser)


def test_notes_go_together_under_a_title_and_out_again(roadshow, table, organiser):
    notes = [write(table, organiser, f"Briefje {n}") for n in range(3)]
    services.group_notes(roadshow=roadshow, notes=notes[:2], title="Uren", actor=organiser)
    groups = work_tables.board(roadshow).groups
    assert [(row.group.title, len(row.notes)) for row in groups] == [("Uren", 2)]
    services.group_notes(roadshow=roadshow, notes=notes[:2], title="", actor=organiser)
    assert NoteGroup.objects.count() == 0, "an empty group goes away"
    with pytest.raises(RuleError):
        services.group_notes(roadshow=roadshow, notes=[], title="Niets", actor=organiser)


def test_a_hidden_note_is_on_no_screen_page_or_download(client, roadshow, table, organiser):
    note = write(table, organiser, "Piet van de Linde doet nooit iets")
    services.hide_note(note=note, hidden=True, actor=organiser)
    services.update_table(table=table, title="Begeleiding", question="", is_open=True, is_public=True, actor=organiser)
    Roadshow.objects.update(is_public=True)
    address = path_of(services.new_table_link(table=table, actor=organiser))
    client.force_login(organiser)
    for path in (
        address,
        reverse("roadshow-tables-screen", args=[roadshow.slug]),
        reverse("roadshow-tables-csv", args=[roadshow.slug]),
        reverse("roadshow-detail", args=[roadshow.slug]),
    ):
        assert "Piet" not in client.get(path).content.decode()
    assert "Piet" in client.get(reverse("roadshow-tables", args=[roadshow.slug])).content.decode()


def test_the_organiser_does_it_all_in_the_browser(client, roadshow, organiser):
    client.force_login(organiser)
    manage = reverse("roadshow-tables", args=[roadshow.slug])
    client.post(manage, {"title": "Begeleiding", "question": ""})
    client.post(reverse("roadshow-table", args=[roadshow.slug, 1]), {"kind": "attention", "text": "Te weinig uren"})
    note = TableNote.objects.get()
    client.post(reverse("roadshow-notes", args=[roadshow.slug]), {"briefje": str(note.public_id), "title": "Uren"})
    note.refresh_from_db()
    assert note.group is not None
    page = client.get(reverse("roadshow-tables-screen", args=[roadshow.slug]))
    assert page.headers["Refresh"] == "15"
    assert "Refresh" not in client.get(reverse("roadshow-tables-screen", args=[roadshow.slug]), {"stil": ""}).headers
    cards = client.post(reverse("roadshow-table-cards", args=[roadshow.slug]))
    assert "/roadshows/tafel/" in cards.content.decode()
    assert cards.headers["Cache-Control"] == "no-store"
    change = reverse("roadshow-table-change", args=[roadshow.slug, 1])
    assert client.post(change, {"verwijder": "ja"}).status_code == 422, "there is a note on it"
    assert client.post(change, {"title": "Uren", "is_public": "on"}).status_code == 302
    assert roadshow.tables.get().is_public
    again = client.post(reverse("roadshow-notes", args=[roadshow.slug]), {"title": "Niets gekozen"})
    assert again.status_code == 409
    assert "Kies eerst een of meer briefjes." in again.content.decode()


def test_the_download_is_a_table_without_formulas(client, roadshow, table, organiser):
    write(table, organiser, "=1+1")
    client.force_login(organiser)
    text = client.get(reverse("roadshow-tables-csv", args=[roadshow.slug])).content.decode("utf-8-sig")
    assert text.splitlines()[0] == "Tafel;Onderwerp;Soort;Briefje;Groep;Stemmen"
    assert ";'=1+1;" in text
    assert client.get(reverse("roadshow-tables-xlsx", args=[roadshow.slug])).content[:2] == b"PK"


def test_somebody_elses_tables_do_not_exist(client, roadshow, table, stranger, broker):
    pages = [
        reverse("roadshow-tables", args=[roadshow.slug]),
        reverse("roadshow-table", args=[roadshow.slug, 1]),
        reverse("roadshow-table-change", args=[roadshow.slug, 1]),
        reverse("roadshow-tables-screen", args=[roadshow.slug]),
        reverse("roadshow-tables-csv", args=[roadshow.slug]),
    ]
    client.force_login(stranger)
    assert [client.get(page).status_code for page in pages] == [404] * len(pages)
    client.force_login(broker)
    assert [client.get(page).status_code for page in pages] == [403] * len(pages)
    client.logout()
    assert [client.get(page).status_code for page in pages] == [302] * len(pages)
    for call in (
        lambda: services.add_table(roadshow=roadshow, title="X", actor=stranger),
        lambda: services.remove_table(table=table, actor=stranger),
        lambda: services.new_table_link(table=table, actor=stranger),
        lambda: write(table, stranger),
        lambda: services.group_notes(roadshow=roadshow, notes=[], title="X", actor=stranger),
    ):
        with pytest.raises(PermissionDenied):
            call()


def test_many_notes_cost_no_more_queries(client, roadshow, table, organiser, django_assert_max_num_queries):
    client.force_login(organiser)
    pages = [
        reverse("roadshow-tables", args=[roadshow.slug]),
        reverse("roadshow-table", args=[roadshow.slug, 1]),
        reverse("roadshow-tables-screen", args=[roadshow.slug]),
        reverse("roadshow-detail", args=[roadshow.slug]),
    ]
    Roadshow.objects.update(is_public=True)
    for _ in range(2):
        for n in range(4):
            write(table, organiser, f"Briefje {n}", NoteKind.values[n])
        services.group_notes(roadshow=roadshow, notes=TableNote.objects.all()[:2], title="Samen", actor=organiser)
        services.add_table(roadshow=roadshow, title="Nog een", actor=organiser)
        for page in pages:
            most = 16 if page == pages[-1] else 12  # the page of a roadshow shows five subjects, each with its own rows
            with django_assert_max_num_queries(most):
                assert client.get(page).status_code == 200


def test_who_voted_is_forgotten_after_thirty_days_and_the_number_stays(table, organiser):
    note = write(table, organiser)
    services.vote(note=note, voter="iemand", actor=organiser)
    assert services.forget_votes(day=today()) == 0
    later = today() + dt.timedelta(days=32)
    assert services.forget_votes(day=later, dry_run=True) == 1
    assert services.forget_votes(day=later) == 1
    note.refresh_from_db()
    assert (note.votes, NoteVote.objects.count()) == (1, 0)


def test_the_tables_of_2023_are_there_with_their_source_and_nothing_invented(client):
    load_published()
    page = client.get(reverse("roadshow-detail", args=["rotterdam-den-haag-2023"])).content.decode()
    assert "Begeleiders hebben te weinig uren." in page
    assert "verslag van de Actieagenda mbo Sociaal Werk, 2023" in page
    assert TableNote.objects.exclude(votes=0).count() == 0
    assert set(TableNote.objects.values_list("kind", flat=True)) == set(NoteKind.values)
