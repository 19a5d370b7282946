from django.urls import path
from django.views.generic import RedirectView

from students.views import school, start, student

urlpatterns = [
    path(
        "mijn/zoektocht/", RedirectView.as_view(pattern_name="my-search-edit"), {"stap": "opleiding"}, name="my-search"
    ),
    path("mijn/zoektocht/<slug:stap>/", student.my_search_edit, name="my-search-edit"),
    path("school/studenten/uitnodigen/", school.school_students_invite, name="school-students-invite"),
    path("mijn/begin/", start.my_start, name="my-start"),
    path("mijn/gegevens/", student.my_data, name="my-data"),
    path("mijn/gegevens/telefoon/", student.my_data_phone, name="my-data-phone"),
    path("mijn/gegevens/bewaren/", student.my_data_keep, name="my-data-keep"),
    path("mijn/gegevens/download/", student.my_data_download, name="my-data-download"),
    path("mijn/gegevens/verwijderen/", student.my_data_delete, name="my-data-delete"),
]
