from django.urls import URLPattern, URLResolver, path

from stagematch.mail import preference_views, views

urlpatterns: list[URLPattern | URLResolver] = [
    path("account/mail/", preference_views.preferences, name="mail-preferences"),
    path("account/mail/adres/", preference_views.address_works, name="mail-address-works"),
    path("mail/afmelden/<str:token>/", preference_views.unsubscribe, name="mail-unsubscribe"),
    path("postvak/", views.mailbox_list, name="mailbox"),
    path("postvak/<str:letter_id>/", views.mailbox_letter, name="mailbox-letter"),
    path("postvak/<str:letter_id>/html/", views.mailbox_letter_html, name="mailbox-letter-html"),
]
