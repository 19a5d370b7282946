"""The mails of shortages."""

from django.conf import settings
from django.urls import reverse

from shortages.models import Forecast, ForecastWarning, ShortageSnapshot
from stagematch.accounts.models import User
from stagematch.mail.services import queue_mail


def count_failed(*, to: User, snapshot: ShortageSnapshot) -> None:
    """Alarm a platform admin: the count went wrong, so nothing was published."""
    queue_mail(
        key=f"count-failed:{snapshot.public_id}:{to.public_id}",
        template="shortages/count_failed",
        to=to,
        context={
            "day": snapshot.day,
            "error": snapshot.error.splitlines()[0] if snapshot.error else "",
            "link": settings.BASE_URL + reverse("admin:shortages_shortagesnapshot_change", args=[snapshot.pk]),
        },
    )


def forecast_warning(*, to: User, forecast: Forecast, warning: ForecastWarning) -> None:
    """Warn a coordinator that more students than the school's own level will probably have no place."""
    school, period = warning.school, warning.period
    queue_mail(
        key=f"forecast-warning:{warning.pk}:{to.public_id}",
        template="shortages/forecast_warning",
        to=to,
        context={
            "school": school.name,
            "period": period.name,
            "starts_on": period.starts_on,
            "low": forecast.low,
            "high": forecast.high,
            "level": warning.level,
            "weeks": forecast.weeks,
            "last_year": forecast.last_year,
            "link": f"{settings.BASE_URL}{reverse('shortage-forecast')}?school={school.slug}&periode={period.slug}",
        },
    )
