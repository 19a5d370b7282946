from django.urls import URLPattern, URLResolver, path

from shortages.views import area, expected, fit, forecast, open_data, public, report, school, whatif

urlpatterns: list[URLPattern | URLResolver] = [
    path("school/tekort/", school.shortage, name="shortage-dashboard"),
    path("school/tekort/studenten/", school.shortage_students, name="shortage-students"),
    path("school/tekort/wat-als/", whatif.what_if_page, name="shortage-what-if"),
    path("school/tekort/rapport.pdf", report.report_pdf, name="shortage-pdf"),
    path("school/tekort/rapport.xlsx", report.report_xlsx, name="shortage-xlsx"),
    path("school/tekort/past/", fit.shortage_fit, name="shortage-fit"),
    path("tekort/past/", fit.shortage_fit_public, name="shortage-fit-public"),
    path("tekort/", public.shortage_public, name="shortage-public"),
    path("tekort/<str:level>/<str:code>/", public.shortage_area, name="shortage-area"),
    path("gebied/", area.own_area, name="own-area"),
    path("open-data/", open_data.open_data, name="open-data"),
    path("open-data/tellingen.<str:kind>", open_data.open_data_counts, name="open-data-counts"),
    path("open-data/<str:day>/<str:table>.<str:kind>", open_data.open_data_table, name="open-data-table"),
    path("school/tekort/verwacht/", expected.shortage_expected, name="shortage-expected"),
    path("school/tekort/verwacht/bestand/", expected.shortage_expected_file, name="shortage-expected-file"),
    path("school/tekort/verwacht/inlezen/", expected.shortage_expected_upload, name="shortage-expected-upload"),
    path("school/tekort/vooruitblik/", forecast.shortage_forecast, name="shortage-forecast"),
    path("school/tekort/vooruitblik/grens/", forecast.shortage_forecast_warning, name="shortage-forecast-warning"),
]
