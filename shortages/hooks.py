"""What shortages tells the rooms below it."""

from collections.abc import Callable

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from matchmaking.bench.parts import register_part
from matchmaking.demo import hooks as demo_hooks
from organisations.enums import Role
from organisations.roles import has_role
from shortages import help_reasons, invariants, mail_samples, mail_topics
from stagematch.accounts import landing
from stagematch.mail.topics import Frequency, register_topic
from stagematch.ui import context


def register() -> None:
    """Say what must be true of counts, give the mails a sample, and let the demo have a history."""
    from shortages import demo
    from shortages.ahead import demo as ahead_demo

    help_reasons.register()
    invariants.register_all()
    mail_samples.register()
    mail_topics.register()
    demo_hooks.register_filler(demo.fill)
    demo_hooks.register_filler(ahead_demo.fill)
    register_part("forecast", forecast_bench)
    register_part("shortage", shortage_bench)
    context.register_role(55, "meekijker", is_observer)
    landing.register(55, observer_start)
    register_topic(
        "forecast",
        label=_("Een tekort dat eraan komt"),
        explanation=_(
            "Als er bij het begin van een periode meer studenten zonder plek zijn dan de grens van je school."
        ),
        templates=["shortages/forecast_warning"],
        default=Frequency.NOW,
        choices=[Frequency.NOW, Frequency.DAILY, Frequency.OFF],
        audience=lambda user: has_role(user, Role.COORDINATOR),
    )


def is_observer(request: HttpRequest) -> bool:
    """Whether somebody looks along for a gemeente or sector body, and so has the header for it."""
    return has_role(request.user, Role.OBSERVER)


def observer_start(request: HttpRequest) -> str | None:
    """Begin an observer at the figures of the own area."""
    return "own-area" if is_observer(request) else None


def forecast_bench(say: Callable[[str], None]) -> str:
    """The back-test of the forecast, for `bin/bench forecast`."""
    from shortages.bench import backtest, published  # take their compiled engine along, so only when it is asked for

    return f"{backtest.report(say)}\n{published.report(say)}"


def shortage_bench(say: Callable[[str], None]) -> dict[str, str]:
    """The count of a night and a 'what if', for `bin/bench shortage`."""
    from shortages.bench import nightly

    return nightly.report(say)
