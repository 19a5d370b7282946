"""What shortages tells the rooms below it."""

from collections.abc import Callable

from matchmaking.bench.parts import register_part
from matchmaking.demo import hooks as demo_hooks
from shortages import help_reasons, invariants, mail_samples


def register() -> None:
    """Say what must be true of counts, give the mails a sample, and let the demo have a history."""
    from shortages import demo

    help_reasons.register()
    invariants.register_all()
    mail_samples.register()
    demo_hooks.register_filler(demo.fill)
    register_part("forecast", forecast_bench)


def forecast_bench(say: Callable[[str], None]) -> str:
    """The back-test of the forecast, for `bin/bench forecast`."""
    from shortages.bench import backtest  # takes its compiled engine along, so only when it is asked for

    return backtest.report(say)
