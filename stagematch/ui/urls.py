from django.urls import URLPattern, URLResolver, path

from stagematch.ui import pages
from stagematch.ui.openapi import openapi

urlpatterns: list[URLPattern | URLResolver] = [
    path("", pages.home, name="home"),
    path("hulp/", pages.help_page, name="help"),
    path("privacy/", pages.privacy, name="privacy"),
    path("toegankelijkheid/", pages.accessibility, name="accessibility"),
    path("open-source/", pages.open_source, name="open-source"),
    path("account/", pages.account, name="account"),
    path("taal/", pages.language, name="language"),
    path("openapi.json", openapi, name="openapi"),
    path("robots.txt", pages.robots, name="robots"),
    path(".well-known/security.txt", pages.security_txt, name="security-txt"),
]
