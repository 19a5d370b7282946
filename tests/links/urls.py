"""The site, and pages behind a secret link that only the tests have."""

from django.http import HttpRequest, HttpResponse
from django.urls import include, path

from stagematch.accounts.models import User
from stagematch.links.models import SecretLink
from stagematch.links.services import finish, lock_link
from stagematch.links.views import secret_link


@secret_link("probe")
def probe(request: HttpRequest, link: SecretLink) -> HttpResponse:
    """Shows the subject; a POST renames it, once when the link works once."""
    person = link.subject
    assert isinstance(person, User)
    if request.method == "POST":
        if link.single_use:
            finish(link)
        else:
            lock_link(link)
        person.first_name = request.POST["naam"]
        person.save(update_fields=["first_name"])
    return HttpResponse(f"Dag {person.first_name}")


@secret_link("probe-careless")
def careless(request: HttpRequest, link: SecretLink) -> HttpResponse:
    """A view somebody got wrong: it decides when it is opened."""
    User.objects.update(first_name="Gewijzigd")
    return HttpResponse("")


urlpatterns = [
    path("proef/<str:token>/", probe, name="probe"),
    path("anders/<str:token>/", careless, name="probe-careless"),
    path("", include("stagematch.urls")),
]
