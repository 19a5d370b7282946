"""The addresses of the workspace, under the admin site."""

from django.urls import URLPattern, URLResolver, path

from placements.workspace import (
    answers,
    board,
    forwarding,
    from_mail,
    introductions,
    offers,
    rejecting,
    talks,
    together,
    views,
)
from stagematch.ui.admin_site import StagematchAdminSite


def urls(site: StagematchAdminSite) -> list[URLPattern | URLResolver]:
    """Return the workspace's URL patterns; names get the admin's namespace."""
    return [
        path("werkplek/", board.workspace, name="workspace"),
        path("werkplek/reacties.csv", board.export, name="workspace-export"),
        path("werkplek/weergaven/", board.save_view, name="workspace-view-save"),
        path("werkplek/weergaven/<int:pk>/weg/", board.remove_view, name="workspace-view-remove"),
        path("werkplek/nieuw/", from_mail.enter_application, name="workspace-from-mail"),
        path("werkplek/voorgesteld/", introductions.introductions, name="workspace-introductions"),
        path("werkplek/voorgesteld/<uuid:public_id>/", introductions.introduction, name="workspace-introduction"),
        path("werkplek/<uuid:public_id>/", views.candidate, name="workspace-candidate"),
        path("werkplek/<uuid:public_id>/uitnodigen/", talks.invite_candidate, name="workspace-invite"),
        path("werkplek/<uuid:public_id>/afwijzen/", rejecting.reject_candidate, name="workspace-reject"),
        path(
            "werkplek/<uuid:public_id>/afwijzen/voorbeeld/", rejecting.reject_preview, name="workspace-reject-preview"
        ),
        path("werkplek/<uuid:public_id>/doorsturen/", forwarding.forward_candidate, name="workspace-forward"),
        path("werkplek/samen/afwijzen/", rejecting.reject_together, name="workspace-reject-together"),
        path("werkplek/samen/uitnodigen/", together.invite_together, name="workspace-invite-together"),
        path("werkplek/samen/<uuid:key>/", together.together_done, name="workspace-together-done"),
        path("werkplek/<uuid:public_id>/aanbod/", offers.offer_place, name="workspace-offer"),
        path("werkplek/<uuid:public_id>/verslag/", talks.record_talk, name="workspace-record"),
        path("werkplek/<uuid:public_id>/reserve/", offers.reserve, name="workspace-reserve"),
        path("werkplek/<uuid:public_id>/notitie/", views.note, name="workspace-note"),
        path("werkplek/<uuid:public_id>/oppakken/", forwarding.assign_candidate, name="workspace-assign"),
        path("antwoorden/", answers.answers_page, name="workspace-answers"),
        path("antwoorden/organisaties/", answers.organisations_page, name="workspace-answers-organisations"),
        path("gesprekken/", talks.interviews, name="workspace-interviews"),
        path("gesprekken/<uuid:public_id>/tijden/", talks.talk_times, name="workspace-talk-times"),
        path("gesprekken/<uuid:public_id>/afzeggen/", talks.talk_call_off, name="workspace-talk-call-off"),
        path("gesprekken/<uuid:public_id>/niet-doorgegaan/", talks.talk_missed, name="workspace-talk-missed"),
        path("gesprekken/<uuid:public_id>/agenda.ics", talks.talk_calendar, name="workspace-talk-calendar"),
        path("reservelijst/<uuid:public_id>/", offers.reserves, name="workspace-reserves"),
        path("plekken/", views.capacity, name="workspace-capacity"),
    ]
