from django.urls import URLPattern, URLResolver, path

from shortages.views import expected

urlpatterns: list[URLPattern | URLResolver] = [
    path("school/tekort/verwacht/", expected.shortage_expected, name="shortage-expected"),
    path("school/tekort/verwacht/bestand/", expected.shortage_expected_file, name="shortage-expected-file"),
    path("school/tekort/verwacht/inlezen/", expected.shortage_expected_upload, name="shortage-expected-upload"),
]
