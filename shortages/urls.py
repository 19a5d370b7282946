from django.urls import URLPattern, URLResolver, path

from shortages.views import expected, forecast, report, school

urlpatterns: list[URLPattern | URLResolver] = [
    path("school/tekort/", school.shortage, name="shortage-dashboard"),
    path("school/tekort/studenten/", school.shortage_students, name="shortage-students"),
    path("school/tekort/rapport.pdf", report.report_pdf, name="shortage-pdf"),
    path("school/tekort/rapport.xlsx", report.report_xlsx, name="shortage-xlsx"),
    path("school/tekort/verwacht/", expected.shortage_expected, name="shortage-expected"),
    path("school/tekort/verwacht/bestand/", expected.shortage_expected_file, name="shortage-expected-file"),
    path("school/tekort/verwacht/inlezen/", expected.shortage_expected_upload, name="shortage-expected-upload"),
    path("school/tekort/vooruitblik/", forecast.shortage_forecast, name="shortage-forecast"),
    path("school/tekort/vooruitblik/grens/", forecast.shortage_forecast_warning, name="shortage-forecast-warning"),
]
