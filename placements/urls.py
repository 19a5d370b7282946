from django.urls import path

from placements.views import agreement, documents, public, school, student

urlpatterns = [
    path("stageplekken/", public.vacancy_list, name="vacancy-list"),
    path("stageplekken/kaart/", public.vacancy_map, name="vacancy-map"),
    path("stageplekken/<uuid:public_id>/", public.vacancy_detail, name="vacancy-detail"),
    path("stageplekken/<uuid:public_id>/reageren/", student.apply, name="apply"),
    path("stageplekken/<uuid:public_id>/bewaar/", student.favourite_toggle, name="favourite-toggle"),
    path("stageplekken/<uuid:public_id>/wachtlijst/", student.waiting_list_join, name="waiting-list-join"),
    path("stageplekken/<uuid:public_id>/<slug:slug>/", public.vacancy_detail, name="vacancy-detail"),
    path("mijn/", student.my_overview, name="my-overview"),
    path("mijn/bewaard/", student.my_saved, name="my-saved"),
    path("mijn/reacties/<uuid:public_id>/", student.application_detail, name="application-detail"),
    path("mijn/reacties/<uuid:public_id>/verstuurd/", student.apply_done, name="apply-done"),
    path("mijn/reacties/<uuid:public_id>/intrekken/", student.application_withdraw, name="application-withdraw"),
    path("mijn/reacties/<uuid:public_id>/aanbod/", student.offer_answer, name="offer-answer"),
    path("mijn/gesprekken/<uuid:public_id>/tijd/", student.interview_choose_slot, name="interview-choose-slot"),
    path("mijn/gesprekken/<uuid:public_id>/agenda.ics", student.interview_ics, name="interview-ics"),
    path("akkoord/<str:token>/", agreement.agreement_by_link, name="vacancy-agreement"),
    path("team/akkoord/<uuid:public_id>/", agreement.agreement_of_team, name="team-agreement"),
    path("documenten/<uuid:public_id>/", documents.document_download, name="document-download"),
    path("school/studenten/", school.school_students, name="school-students"),
    path("school/antwoorden/", school.late_answers, name="school-late-answers"),
]
