"""The pages and pieces that belong to no room: public pages, error pages, tags, fields."""

import re
from pathlib import Path

import pytest
from django import forms
from django.core.paginator import Paginator
from django.template import Context, Template
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import translation

from stagematch.ui import home
from stagematch.ui.forms import FormMixin

ROOT = Path(__file__).resolve().parents[2]
INLINE = re.compile(
    r"<style|\sstyle=|\son[a-z]+=|javascript:|<script(?![^>]*\bsrc=)(?![^>]*application/json)", re.IGNORECASE
)
PUBLIC = ["home", "help", "privacy", "accessibility", "open-source", "account_login", "account_request_login_code"]


def render(text: str, **context: object) -> str:
    return Template(text).render(Context(context))


# --- pages ------------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", PUBLIC)
def test_public_page_opens_without_signing_in_and_holds_nothing_inline(client, db, name):
    response = client.get(reverse(name))
    page = response.content.decode()
    assert response.status_code == 200
    assert not INLINE.findall(page)
    assert page.count("<h1") == 1
    assert page.count("<main") == 1
    assert "default-src 'none'" in response.headers["Content-Security-Policy"]


def test_titles_of_public_pages_differ(client, db):
    titles = [re.search(r"<title>(.*?)</title>", client.get(reverse(name)).content.decode(), re.S) for name in PUBLIC]
    assert len({title[1].strip() for title in titles if title}) == len(PUBLIC)


@pytest.mark.parametrize(
    "name", ["account", "mfa_index", "account_email", "usersessions_list", "account_change_password"]
)
def test_account_pages_hold_nothing_inline(client, student, name):
    client.force_login(student)
    response = client.get(reverse(name), follow=True)
    assert response.status_code == 200
    assert not INLINE.findall(response.content.decode())


def test_home_shows_the_numbers_that_are_not_zero_and_counts_them_once(client, db, monkeypatch):
    counted = []

    def three() -> home.Number:
        counted.append(1)
        return home.Number(3, "plekken zijn nu vrij")

    monkeypatch.setattr(home, "_counters", [(1, three), (2, lambda: home.Number(0, "studenten geplaatst"))])
    home.forget()
    for _ in range(2):
        page = client.get(reverse("home")).content.decode()
        assert "plekken zijn nu vrij" in page
        assert "studenten geplaatst" not in page
    assert len(counted) == 1
    home.forget()


def test_home_without_numbers_has_no_empty_bar(client, db, monkeypatch):
    monkeypatch.setattr(home, "_counters", [])
    home.forget()
    assert "sm-cijfers" not in client.get(reverse("home")).content.decode()
    home.forget()


def test_robots_may_not_enter_where_people_sign_in(client, db):
    text = client.get("/robots.txt").content.decode()
    assert "Disallow: /beheer/" in text
    assert "Disallow: /mijn/" in text


def test_security_txt_names_a_contact_and_an_end(client, db):
    text = client.get("/.well-known/security.txt").content.decode()
    assert text.startswith("Contact: ")
    assert re.search(r"^Expires: 20\d\d-\d\d-\d\dT00:00:00Z$|^Expires: 20\d\d-\d\d-\d\dT\d\d:00:00Z$", text, re.M)


# --- errors -----------------------------------------------------------------------------------------
def test_unknown_address_is_a_friendly_404(client, db):
    response = client.get("/bestaat-niet/")
    assert response.status_code == 404
    assert "Deze pagina is er niet" in response.content.decode()


def test_broken_address_is_a_friendly_400(client, db):
    response = client.get("/stageplekken/?plaats=%00")
    assert response.status_code == 400
    assert not INLINE.findall(response.content.decode())


def test_form_without_its_token_is_a_friendly_403(db):
    response = Client(enforce_csrf_checks=True).post(reverse("account_login"), {"login": "x@y.example"})
    assert response.status_code == 403
    assert "Dit formulier was te oud" in response.content.decode()


def test_page_for_our_own_mistake_needs_no_context():
    page = render(Path(ROOT / "templates/500.html").read_text(encoding="utf-8"))
    assert "Dat ligt niet aan jou" in page
    assert not INLINE.findall(page)


# --- words ------------------------------------------------------------------------------------------
def test_no_dutch_source_string_is_also_an_english_one_of_django():
    """Dutch is the source language (decision 0002): a string that Django translates would come out as something else."""
    found = set()
    for path in (ROOT / "templates").rglob("*.*"):
        found.update(re.findall(r"""{% translate ["']([^"']+)["']""", path.read_text(encoding="utf-8")))
    with translation.override("nl"):
        assert {text: translation.gettext(text) for text in found if translation.gettext(text) != text} == {}


def test_every_icon_that_a_template_names_is_in_the_sprite():
    sprite = (ROOT / "static/vendor/tabler/sprite.svg").read_text(encoding="utf-8")
    have = set(re.findall(r'id="i-([\w-]+)"', sprite))
    used = {
        name
        for path in (ROOT / "templates").rglob("*.html")
        for name in re.findall(r"""{% i ["']([\w-]+)["']""", path.read_text(encoding="utf-8"))
    }
    assert used - have == set()


def test_every_partial_says_what_it_needs():
    silent = [
        path.name
        for path in (ROOT / "templates/ui").glob("*.html")
        if not path.read_text(encoding="utf-8").startswith("{% comment %}")
    ]
    assert silent == []


# --- tags -------------------------------------------------------------------------------------------
def test_icon_is_decoration():
    assert 'aria-hidden="true"' in render('{% i "clock" %}')
    assert "sprite.svg#i-clock" in render('{% i "clock" %}')


def test_nav_url_is_empty_for_a_page_that_is_not_there():
    assert render('{% nav_url "bestaat-niet" %}') == ""
    assert render('{% nav_url "home" %}') == "/"


@pytest.mark.parametrize(
    ("number", "dutch", "english"),
    [
        (0, "0", "0"),
        (999, "999", "999"),
        (1000, "1.000", "1,000"),
        (97027, "97.027", "97,027"),
        ("5–40", "5–40", "5–40"),
    ],
)
def test_large_numbers_are_read_in_thousands(number, dutch, english):
    assert render("{{ number|getal }}", number=number) == dutch
    with translation.override("en"):
        assert render("{{ number|getal }}", number=number) == english


@pytest.mark.parametrize(("word", "capital"), [("ijs", "IJs"), ("école", "École"), ("", ""), ("de Linde", "De Linde")])
def test_capital_first_letter_knows_ij(word, capital):
    assert render("{{ word|hoofdletter }}", word=word) == capital


def test_links_of_a_list_keep_the_rest_of_the_question():
    request = RequestFactory().get("/", {"dag": ["ma", "di"], "pagina": "2", "plaats": "Leiden"})
    assert (
        render("{% met_vraag pagina=3 %}", request=request).replace("&amp;", "&")
        == "?dag=ma&dag=di&plaats=Leiden&pagina=3"
    )
    assert render('{% zonder_keuze "dag" "ma" %}', request=request).replace("&amp;", "&") == "?dag=di&plaats=Leiden"
    assert render('{% zonder_keuze "dag" %}', request=request) == "?plaats=Leiden"


@pytest.mark.parametrize(("rows", "shown"), [(0, False), (1, False), (3, True)])
def test_pages_of_a_list_show_only_when_there_are_more(rows, shown):
    page = Paginator(list(range(rows)), 1).page(1)
    html = render('{% include "ui/paginering.html" %}', page=page, request=RequestFactory().get("/"))
    assert ("<nav" in html) is shown
    if shown:
        assert html.count('aria-current="page"') == 1


@pytest.mark.parametrize("score", range(6))
def test_match_says_in_words_what_the_tiles_show(score):
    html = render('{% include "ui/match.html" %}', score=score)
    assert html.count("sm-tile--on") == score
    assert f"{score} van 5" in html
    assert 'aria-hidden="true"' in html


# --- forms ------------------------------------------------------------------------------------------
class Example(FormMixin, forms.Form):
    naam = forms.CharField(label="Je naam", help_text="Zo noemen we je.")
    dag = forms.MultipleChoiceField(label="Dagen", choices=[("ma", "maandag")], widget=forms.CheckboxSelectMultiple)
    ja = forms.BooleanField(label="Ik ga akkoord")
    uitleg = forms.CharField(label="Uitleg", required=False, widget=forms.Textarea)


def test_empty_form_is_labelled_and_not_wrong_yet():
    html = render("{{ form }}", form=Example())
    assert '<label class="utrecht-form-label utrecht-form-field__label" for="id_naam">' in html
    assert 'aria-describedby="id_naam_helptext"' in html
    assert "utrecht-textarea" in html
    assert "(mag leeg blijven)" in html
    assert "aria-invalid" not in html
    assert "sm-errors" not in html
    assert "required" not in html


def test_wrong_form_lists_each_error_with_a_link_to_its_field():
    html = render("{{ form }}", form=Example({}))
    ids = set(re.findall(r'\bid="([^"]+)"', html))
    links = re.findall(r'<li><a href="#([^"]+)"', html)
    assert len(links) == 3
    assert set(links) <= ids
    assert 'role="alert"' in html
    assert html.count('aria-invalid="true"') >= 2
    for described in re.findall(r'aria-describedby="([^"]+)"', html):
        assert set(described.split()) <= ids


def test_each_empty_field_is_named_in_its_own_message():
    errors = [message for messages in Example({}).errors.values() for message in messages]
    assert errors == ["Vul ‘Je naam’ in.", "Kies iets bij ‘Dagen’.", "Zet een vinkje bij ‘Ik ga akkoord’."]


def test_every_partial_is_on_the_page_with_building_blocks(client, admin_user):
    client.force_login(admin_user)
    page = client.get(reverse("admin:components"))
    shown = {template.name for template in page.templates if template.name and template.name.startswith("ui/")}
    elsewhere = {"ui/straat.html"}  # the drawing on the home page
    assert shown | elsewhere >= {f"ui/{path.name}" for path in (ROOT / "templates/ui").glob("*.html")}
    assert not INLINE.findall(page.content.decode())
