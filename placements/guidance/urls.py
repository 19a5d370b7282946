"""Addresses of a school's pages about its students who need help; included by `placements.urls`."""

from django.urls import path

from placements.guidance.views import school, student, tasks

urlpatterns = [
    path("school/studenten/hulp/", school.school_help, name="school-help"),
    path("school/studenten/hulp/instellen/", school.school_help_settings, name="school-help-settings"),
    path("school/studenten/<uuid:public_id>/", school.school_student, name="school-student"),
    path("school/studenten/<uuid:public_id>/taak/", school.school_task_make, name="school-task-make"),
    path("school/studenten/<uuid:public_id>/notitie/", school.school_note_write, name="school-note-write"),
    path("school/notities/<uuid:public_id>/weg/", school.school_note_remove, name="school-note-remove"),
    path("mijn/reacties/<uuid:public_id>/delen/", student.answer_share, name="answer-share"),
    path("school/taken/", tasks.school_tasks, name="school-tasks"),
    path("school/taken/<uuid:public_id>/", tasks.school_task_move, name="school-task-move"),
    path("school/taken/<uuid:public_id>/verdeel/", tasks.school_task_assign, name="school-task-assign"),
]
