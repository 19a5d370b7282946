"""Werktafels: the phone at the table, the screen in the room, and the organiser who puts notes together (features W3)."""

import secrets
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from organisations.enums import Role
from organisations.roles import role_required
from roadshows import work_tables
from roadshows.models import Roadshow, TableNote, WorkTable
from roadshows.services import tables as services
from roadshows.table_forms import ChangeTableForm, GroupForm, NoteForm, TableForm
from roadshows.tickets import qr_svg
from roadshows.views.organiser import _own as own_roadshow
from roadshows.views.organiser import _user as user_of
from stagematch.links.models import SecretLink
from stagematch.links.services import LinkClosed
from stagematch.links.views import secret_link
from stagematch.ui.errors import RuleError
from stagematch.ui.exports import CSV, XLSX, table_response

COOKIE = "tafel"
COOKIE_DAYS = 14
READ = ["GET", "HEAD", "POST"]


@secret_link(services.PURPOSE)
def table_by_link(request: HttpRequest, link: SecretLink) -> HttpResponse:
    """The page behind the code on the table: write a note, give votes. Nobody says who they are."""
    table = WorkTable.objects.select_related("roadshow").get(pk=link.object_id)
    return _table(request, table, link)


@role_required(Role.ORGANISER)
@require_http_methods(READ)
def table_of_organiser(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """The same page for an organiser who types for a table."""
    roadshow = own_roadshow(request, slug)
    table = get_object_or_404(WorkTable.objects.select_related("roadshow"), roadshow=roadshow, number=number)
    return _table(request, table, None)


def _table(request: HttpRequest, table: WorkTable, link: SecretLink | None) -> HttpResponse:
    voter = request.COOKIES.get(COOKIE) or ""
    if request.method == "POST":
        return _act(request, table, link, voter)
    return _table_page(request, table, link, voter, NoteForm())


def _act(request: HttpRequest, table: WorkTable, link: SecretLink | None, voter: str) -> HttpResponse:
    """Write the note or give the vote; a browser without a number of its own gets one."""
    who: dict[str, Any] = {"link": link, "actor": None if link is not None else user_of(request)}
    fresh = voter or secrets.token_urlsafe(24)
    form = NoteForm(request.POST if "stem" not in request.POST else None)
    try:
        if "stem" in request.POST:
            note = get_object_or_404(
                TableNote.objects.select_related("table__roadshow"),
                table=table,
                is_hidden=False,
                public_id=_uuid_or_404(request.POST["stem"]),
            )
            services.vote(note=note, voter=fresh, **who)
        elif form.is_valid():
            services.write_note(table=table, **form.cleaned_data, **who)
            messages.success(request, _("Je briefje ligt op tafel."))
        else:
            return _table_page(request, table, link, voter, form, status=422)
    except LinkClosed:
        raise
    except RuleError as error:
        form = form if form.is_bound else NoteForm()
        return _table_page(request, table, link, voter, form, status=error.status, problem=error.message)
    response = redirect(f"{request.path}#briefjes")
    if not voter:
        response.set_cookie(
            COOKIE, fresh, max_age=COOKIE_DAYS * 86400, httponly=True, samesite="Lax", secure=request.is_secure()
        )
    return response


def _uuid_or_404(value: str) -> str:
    try:
        return str(UUID(value))
    except ValueError:
        raise Http404 from None


def _table_page(
    request: HttpRequest,
    table: WorkTable,
    link: SecretLink | None,
    voter: str,
    form: NoteForm,
    *,
    status: int = 200,
    problem: str = "",
) -> HttpResponse:
    context = {
        "table": table,
        "roadshow": table.roadshow,
        "notes": work_tables.notes_for(table, voter),
        "votes_left": work_tables.votes_left(table.roadshow, voter),
        "form": form,
        "problem": problem,
        "by_link": link is not None,
        "tab": "roadshows",
    }
    return render(request, "roadshows/table.html", context, status=status)


@role_required(Role.ORGANISER)
@require_http_methods(READ)
def tables_manage(request: HttpRequest, slug: str) -> HttpResponse:
    """The tables of a roadshow, with their notes to put together, and a form for one more table."""
    roadshow = own_roadshow(request, slug)
    form = TableForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        services.add_table(roadshow=roadshow, actor=user_of(request), **form.cleaned_data)
        messages.success(request, _("De tafel staat klaar."))
        return redirect("roadshow-tables", roadshow.slug)
    return _manage_page(request, roadshow, form, status=422 if form.is_bound else 200)


def _manage_page(
    request: HttpRequest, roadshow: Roadshow, form: TableForm, *, status: int = 200, problem: str = ""
) -> HttpResponse:
    context = {
        "roadshow": roadshow,
        "board": work_tables.board(roadshow, with_hidden=True),
        "form": form,
        "group_form": GroupForm(auto_id="groep_%s"),
        "problem": problem,
        "tab": "roadshows",
    }
    return render(request, "roadshows/tables_manage.html", context, status=status)


@role_required(Role.ORGANISER)
@require_http_methods(READ)
def table_change(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Change a table, close it, make its notes public, or take it away while it is empty."""
    table = get_object_or_404(
        WorkTable.objects.select_related("roadshow"), roadshow=own_roadshow(request, slug), number=number
    )
    form = ChangeTableForm(
        request.POST if request.method == "POST" else None, initial=ChangeTableForm.initial_of(table)
    )
    if request.method == "POST":
        try:
            if "verwijder" in request.POST:
                services.remove_table(table=table, actor=user_of(request))
                messages.success(request, _("De tafel is weg."))
                return redirect("roadshow-tables", slug)
            if form.is_valid():
                services.update_table(table=table, actor=user_of(request), **form.cleaned_data)
                messages.success(request, _("De tafel is bewaard."))
                return redirect("roadshow-tables", slug)
        except RuleError as error:
            form.add_error(None, error.message)
    context = {"table": table, "roadshow": table.roadshow, "form": form, "tab": "roadshows"}
    return render(request, "roadshows/table_change.html", context, status=422 if form.errors else 200)


@role_required(Role.ORGANISER)
@require_POST
def table_cards(request: HttpRequest, slug: str) -> HttpResponse:
    """Make a card per table to print, with a new secret address; cards printed before stop working."""
    roadshow = own_roadshow(request, slug)
    tables = roadshow.tables.select_related("roadshow").filter(is_open=True)
    links = [(table, services.new_table_link(table=table, actor=user_of(request))) for table in tables]
    cards = [(table, address, qr_svg(address)) for table, address in links]
    response = render(request, "roadshows/table_cards.html", {"roadshow": roadshow, "cards": cards, "tab": "roadshows"})
    response["Cache-Control"] = "no-store"
    return response


@role_required(Role.ORGANISER)
@require_POST
def notes_group(request: HttpRequest, slug: str) -> HttpResponse:
    """Put the chosen notes together, or hide or show one."""
    roadshow = own_roadshow(request, slug)
    actor = user_of(request)
    notes = TableNote.objects.filter(table__roadshow=roadshow).select_related("table__roadshow")
    form = GroupForm(request.POST)
    try:
        if "verberg" in request.POST or "toon" in request.POST:
            chosen = get_object_or_404(
                notes, public_id=_uuid_or_404(request.POST.get("verberg") or request.POST["toon"])
            )
            services.hide_note(note=chosen, hidden="verberg" in request.POST, actor=actor)
        elif form.is_valid():
            picked = notes.filter(public_id__in=[_uuid_or_404(value) for value in request.POST.getlist("briefje")])
            services.group_notes(roadshow=roadshow, notes=picked, title=form.cleaned_data["title"], actor=actor)
            messages.success(request, _("De briefjes zijn verplaatst."))
    except PermissionDenied:
        raise
    except RuleError as error:
        return _manage_page(request, roadshow, TableForm(), status=error.status, problem=error.message)
    return redirect("roadshow-tables", slug)


@role_required(Role.ORGANISER)
@require_safe
def tables_screen(request: HttpRequest, slug: str) -> HttpResponse:
    """The screen for the room: big, and new every fifteen seconds unless somebody stops that (WCAG 2.2.2)."""
    roadshow = own_roadshow(request, slug)
    still = "stil" in request.GET
    context = {"roadshow": roadshow, "board": work_tables.board(roadshow), "still": still, "tab": "roadshows"}
    response = render(request, "roadshows/tables_screen.html", context)
    if not still:
        response["Refresh"] = "15"
    return response


@role_required(Role.ORGANISER)
@require_safe
def tables_export(request: HttpRequest, slug: str, kind: str) -> HttpResponse:
    """Every note with its table, kind, group and votes."""
    roadshow = own_roadshow(request, slug)
    head, rows = work_tables.export_rows(roadshow)
    return table_response(
        name=f"werktafels-{roadshow.slug}", head=head, rows=rows, kind=XLSX if kind == "xlsx" else CSV
    )
