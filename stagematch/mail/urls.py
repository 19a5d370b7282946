from django.urls import URLPattern, URLResolver, path

from stagematch.mail import views

urlpatterns: list[URLPattern | URLResolver] = [
    path("postvak/", views.mailbox_list, name="mailbox"),
    path("postvak/<str:letter_id>/", views.mailbox_letter, name="mailbox-letter"),
    path("postvak/<str:letter_id>/html/", views.mailbox_letter_html, name="mailbox-letter-html"),
]
