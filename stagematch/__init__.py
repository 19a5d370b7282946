"""The platform every room of stagematch stands on."""

from stagematch.celery import app as celery_app

__all__ = ["celery_app"]
