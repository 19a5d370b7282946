from django.urls import URLPattern, URLResolver, path

from matchmaking.views import public, school, student

urlpatterns: list[URLPattern | URLResolver] = [
    path("hoe-werkt-matching/", public.how_it_works, name="how-matching-works"),
    path("hoe-werkt-matching/eerlijk/", public.fairness_page, name="matching-fairness"),
    path("school/voorstellen/", school.school_proposals, name="school-proposals"),
    path("school/voorstellen/door/", school.school_proposals_release, name="school-proposals-release"),
    path("school/voorstellen/eerst/", school.school_proposals_switch, name="school-proposals-switch"),
    path("school/voorstellen/<uuid:public_id>/niet/", school.school_proposal_hold, name="school-proposal-hold"),
    path("mijn/voorstellen/<uuid:public_id>/ja/", student.proposal_accept, name="proposal-accept"),
    path("mijn/voorstellen/<uuid:public_id>/nee/", student.proposal_decline, name="proposal-decline"),
    path("mijn/waarom-niet/<uuid:public_id>/", student.why_not_proposed, name="why-not-proposed"),
]
