from django.urls import path
from django.views.generic import RedirectView

from students.api import views as api
from students.views import keys, school, school_import, start, student, waves

urlpatterns = [
    path(
        "mijn/zoektocht/", RedirectView.as_view(pattern_name="my-search-edit"), {"stap": "opleiding"}, name="my-search"
    ),
    path("mijn/zoektocht/<slug:stap>/", student.my_search_edit, name="my-search-edit"),
    path("school/studenten/uitnodigen/", school.school_students_invite, name="school-students-invite"),
    path("school/studenten/importeren/", school_import.import_start, name="school-import"),
    path(
        "school/studenten/importeren/<uuid:public_id>/kolommen/",
        school_import.import_columns,
        name="school-import-columns",
    ),
    path(
        "school/studenten/importeren/<uuid:public_id>/controle/", school_import.import_check, name="school-import-check"
    ),
    path(
        "school/studenten/importeren/<uuid:public_id>/bezig/",
        school_import.import_progress,
        name="school-import-progress",
    ),
    path(
        "school/studenten/importeren/<uuid:public_id>/verslag/",
        school_import.import_report,
        name="school-import-report",
    ),
    path("school/studenten/importeren/<uuid:public_id>/weg/", school_import.import_stop, name="school-import-stop"),
    path(
        "school/studenten/importeren/<uuid:public_id>/<slug:what>.<slug:kind>",
        school_import.import_download,
        name="school-import-download",
    ),
    path("school/studenten/uitnodigen/golven/", waves.waves, name="school-waves"),
    path("school/studenten/uitnodigen/golven/stop/", waves.waves_stop, name="school-waves-stop"),
    path("school/studenten/uitnodigen/golven/<uuid:public_id>/stop/", waves.wave_stop, name="school-wave-stop"),
    path("school/studenten/koppeling/", keys.keys, name="school-tokens"),
    path("school/studenten/koppeling/<uuid:public_id>/intrekken/", keys.key_revoke, name="school-token-revoke"),
    path("api/v1/students/import", api.send_students, name="api-students-import"),
    path("api/v1/students/import/<uuid:public_id>", api.sent_students, name="api-students-import-state"),
    path("mijn/begin/", start.my_start, name="my-start"),
    path("mijn/gegevens/", student.my_data, name="my-data"),
    path("mijn/gegevens/telefoon/", student.my_data_phone, name="my-data-phone"),
    path("mijn/gegevens/bewaren/", student.my_data_keep, name="my-data-keep"),
    path("mijn/gegevens/download/", student.my_data_download, name="my-data-download"),
    path("mijn/gegevens/verwijderen/", student.my_data_delete, name="my-data-delete"),
]
