from django.urls import URLPattern, URLResolver, path

from matchmaking.views import public, student

urlpatterns: list[URLPattern | URLResolver] = [
    path("hoe-werkt-matching/", public.how_it_works, name="how-matching-works"),
    path("mijn/voorstellen/<uuid:public_id>/ja/", student.proposal_accept, name="proposal-accept"),
    path("mijn/voorstellen/<uuid:public_id>/nee/", student.proposal_decline, name="proposal-decline"),
    path("mijn/waarom-niet/<uuid:public_id>/", student.why_not_proposed, name="why-not-proposed"),
]
