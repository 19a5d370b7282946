"""Short ways to bring an application to where a test begins, through the real services."""

import datetime as dt

from placements import services
from placements.models import Application, Interview, Placement
from stagematch.clock import now

MOTIVATION = "Ik kook graag en ik praat graag met mensen uit de buurt. Ik wil leren hoe ik een groep begeleid."
EXPLANATION = "We koken op dinsdag met de groep en dan heb jij les. Daarom past deze plek nu niet bij jou."


_SUBJECTS = [
    "koken",
    "rooster",
    "begeleider",
    "reis",
    "avond",
    "groep",
    "leerdoel",
    "gesprek",
    "weekend",
    "taal",
    "spel",
    "tuin",
    "school",
    "kamer",
    "bezoek",
]


def explanation(n: int) -> str:
    """An explanation that is like no other one: no two numbers share a word (R2)."""
    return " ".join(f"{subject}{n}" for subject in _SUBJECTS[:12])


def submit(search, vacancy, **kwargs) -> Application:
    values = {
        "actor": search.student.user,
        "motivation": MOTIVATION,
        "learning_goals": ["Een groep begeleiden"],
        "cv": None,
    }
    return services.submit_application(student=search.student, search=search, vacancy=vacancy, **values | kwargs)


def rename(application: Application, alias: str = "Zilverlinde") -> Application:
    """Call the candidate after a tree whose name stands in no other word: 'Es' and 'Den' are everywhere on a page."""
    Application.objects.filter(pk=application.pk).update(alias=alias)
    application.alias = alias
    return application


def slots(n: int = 2, days: int = 3) -> list[tuple[dt.datetime, dt.datetime]]:
    first = now() + dt.timedelta(days=days)
    return [(first + dt.timedelta(hours=i), first + dt.timedelta(hours=i, minutes=30)) for i in range(n)]


def invite(application, broker, **kwargs) -> Interview:
    values = {"slots": slots(), "where": "Huis van de Wijk"}
    return services.invite(application=application, actor=broker, **values | kwargs)


def talk(application, broker, *, round: int = 1, is_positive: bool = True) -> Interview:
    """Invite, choose and hold one talk. Each talk has its own day, so that the host is never in two at once."""
    taken = Interview.objects.count()
    interview = invite(application, broker, round=round, slots=slots(2, days=3 + taken))
    services.choose_slot(interview=interview, slot=interview.slots.all()[0], actor=application.student.user)
    return services.record_interview(interview=interview, actor=broker, is_positive=is_positive, record="Goed gesprek.")


def talks(application, broker) -> None:
    """Both talks, or one where the organisation skips the second."""
    talk(application, broker)
    if application.vacancy.organisation.second_interview:
        talk(application, broker, round=2)


def offer(application, broker, capacity, **kwargs) -> Application:
    talks(application, broker)
    return services.make_offer(application=application, actor=broker, supervisor=capacity, **kwargs)


def place(search, vacancy, broker, capacity) -> Placement:
    application = submit(search, vacancy)
    offer(application, broker, capacity)
    return services.accept_offer(application=application, actor=search.student.user)


def reject(application, broker, **kwargs):
    values = {"reason": "days", "explanation": EXPLANATION, "positive": "Je vertelde eerlijk over je vorige stage."}
    return services.reject(application=application, actor=broker, **values | kwargs)
