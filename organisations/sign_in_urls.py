"""The addresses of signing in at one's school: the sign-in library's own, with our views before them."""

from django.urls import path

from organisations import school_sign_in

urlpatterns = [
    path("oidc/<slug:provider_id>/login/", school_sign_in.sign_in, name="school-sign-in"),
    path("oidc/<slug:provider_id>/login/callback/", school_sign_in.come_back, name="school-sign-in-callback"),
]
