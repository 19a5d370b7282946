"""The Celery application: worker for mail and matching, beat for what happens on a clock."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "stagematch.settings")

app = Celery("stagematch")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
