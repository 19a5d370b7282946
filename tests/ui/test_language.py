"""Dutch by default, English for who chooses it, and every text in both."""

import re
from collections.abc import Iterator

import pytest
from babel.messages.pofile import read_po
from django.urls import reverse

from stagematch.mail.services import render
from tools import messages

PLACEHOLDER = re.compile(r"%\((\w+)\)|%([ds%])|\{(\w+)\}")


def _entries() -> Iterator[object]:
    with messages.CATALOGUE.open("rb") as stream:
        yield from (entry for entry in read_po(stream, locale="en", abort_invalid=True) if entry.id)


def test_every_text_has_an_english_one():
    assert messages.missing(messages.update())[:20] == [], "python tools/messages.py says what lacks"


def test_no_translation_is_unsure_or_forgotten():
    known = {(text if isinstance(text, str) else text[0], context) for text, context, _path in messages.messages()}
    stale = [e.id for e in _entries() if ((e.id if isinstance(e.id, str) else e.id[0]), e.context) not in known]
    assert stale == []
    assert [e.id for e in _entries() if e.fuzzy] == []


def test_translations_keep_the_names_of_what_is_filled_in():
    wrong = []
    for entry in _entries():
        sources = entry.id if isinstance(entry.id, tuple) else (entry.id,)
        texts = entry.string if isinstance(entry.string, tuple) else (entry.string,)
        allowed = {name for source in sources for name in PLACEHOLDER.findall(source)}
        needed = set(PLACEHOLDER.findall(sources[-1]))
        for text in texts:
            found = set(PLACEHOLDER.findall(text))
            if not found <= allowed or (text == texts[-1] and found != needed):
                wrong.append((sources, text))
    assert wrong == []


@pytest.mark.django_db
def test_the_language_of_the_browser_does_not_decide_but_the_choice_does(client):
    help_page = reverse("help")
    dutch = client.get(help_page, headers={"accept-language": "en"})
    assert dutch["Content-Language"] == "nl"
    assert '<html lang="nl"' in dutch.content.decode()
    answer = client.post(reverse("language"), {"taal": "en", "terug": help_page})
    assert answer.url == help_page
    english = client.get(help_page)
    assert '<html lang="en"' in english.content.decode()
    assert "Nederlands" in english.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("back", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"])
def test_choosing_a_language_leads_nowhere_else(client, back):
    assert client.post(reverse("language"), {"taal": "en", "terug": back}).url == "/"
    assert "evil" not in client.get(reverse("language"), {"terug": back}).content.decode()


@pytest.mark.django_db
def test_an_unknown_language_changes_nothing(client):
    client.cookies["taal"] = "xx"
    assert client.get(reverse("help"))["Content-Language"] == "nl"
    assert client.post(reverse("language"), {"taal": "xx", "terug": "/"}).status_code == 200


def test_mail_is_dutch_whoever_causes_it(settings):
    from django.utils import translation

    from stagematch.mail import samples

    with translation.override("en"):
        subject, _text, _html = render(template="invitation", context=samples.context_of("invitation"))
    with translation.override("nl"):
        assert subject == render(template="invitation", context=samples.context_of("invitation"))[0]
