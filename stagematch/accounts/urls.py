from django.urls import URLPattern, URLResolver, path

from stagematch.accounts import views

urlpatterns: list[URLPattern | URLResolver] = [
    path("start/", views.home_after_sign_in, name="home-after-sign-in"),
    path("account/overal-uitloggen/", views.sign_out_everywhere, name="sign-out-everywhere"),
]
