"""What can be done in a file: who may, when, with which form, through which service. Pages and links both read this."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from placements.dossier import forms, links, services
from placements.dossier.access import Acting
from placements.dossier.enums import EndReason, Outcome, Party, Side, SignedHow, VogStatus
from placements.dossier.pok import missing_fields, signing_parties
from placements.enums import PlacementStatus
from stagematch.clock import today

Run = Callable[[Acting, Any], object]
Test = Callable[[Acting], bool]
Text = str | Promise

EVERYBODY = frozenset(Side)
WORK = frozenset({Side.SUPERVISOR, Side.ORGANISATION})
GUIDES = frozenset({Side.SUPERVISOR, Side.ORGANISATION, Side.SCHOOL})
OFFICE = frozenset({Side.ORGANISATION, Side.SCHOOL})


@dataclass(frozen=True)
class Action:
    """One thing to do, at `<file>/<slug>/`. `run` gets the acting person and the valid form."""

    slug: str
    title: Text
    intro: Text
    button: Text
    done: Text
    sides: frozenset[Side]
    form: Callable[[Acting], type[forms.FileForm]]
    run: Run
    possible: Test
    by_link: bool = False

    def is_open_to(self, acting: Acting) -> bool:
        """Whether this person may do this now; the services decide again."""
        if acting.side not in self.sides or (acting.by_link and not self.by_link):
            return False
        return self.possible(acting)


def _active(acting: Acting) -> bool:
    return acting.placement.is_active


def _unsigned(acting: Acting) -> bool:
    if not _active(acting) or missing_fields(acting.placement, acting.file):
        return False
    signed = {s.party for s in acting.file.signatures.all() if s.reset_at is None}
    own = acting.side in {Side.STUDENT, Side.SUPERVISOR}
    return acting.side.party not in signed if own else bool(set(signing_parties(acting.file)) - signed)


def _guardian_can(acting: Acting) -> bool:
    signed = {s.party for s in acting.file.signatures.all() if s.reset_at is None}
    return (
        _active(acting)
        and bool(acting.file.is_minor)
        and not missing_fields(acting.placement, acting.file)
        and Party.GUARDIAN not in signed
    )


def _vog_open(acting: Acting) -> bool:
    if acting.side == Side.STUDENT:
        return _active(acting) and acting.file.vog_status == VogStatus.NEEDED
    return _active(acting)


def _moment_open(acting: Acting) -> bool:
    has_open = any(moment.held_on is None for moment in acting.file.moments.all())
    return has_open and acting.placement.starts_on <= today() and acting.placement.status != PlacementStatus.ENDED_EARLY


def _can_evaluate(acting: Acting) -> bool:
    given = {evaluation.party for evaluation in acting.file.evaluations.all()}
    return services.may_evaluate(acting.placement) and acting.side.party not in given


def _is_over(acting: Acting) -> bool:
    return not acting.placement.is_active or acting.placement.ends_on <= today()


def _extension_open(acting: Acting) -> bool:
    file = acting.file
    if not _active(acting) or file.extend_to is None:
        return False
    agreed = file.extend_student_at if acting.side == Side.STUDENT else file.extend_organisation_at
    return agreed is None


def _sign(acting: Acting, form: Any) -> object:
    data = form.cleaned_data
    if acting.side in {Side.STUDENT, Side.SUPERVISOR}:
        how = SignedHow.LINK if acting.by_link else SignedHow.ACCOUNT
        party, name, day = acting.side.party, acting.user.get_full_name(), today()
    else:
        how, party, name, day = SignedHow.PAPER, Party(data["party"]), data["name"], data["signed_on"]
    return services.sign(placement=acting.placement, party=party, name=name, signed_on=day, how=how, actor=acting.user)


def _agreement(acting: Acting, form: Any) -> object:
    return services.update_agreement(placement=acting.placement, actor=acting.user, **form.cleaned_data)


def _vog(acting: Acting, form: Any) -> object:
    return services.set_vog(
        placement=acting.placement,
        actor=acting.user,
        side=acting.side,
        status=VogStatus(form.cleaned_data["status"]),
        seen_on=form.cleaned_data.get("seen_on"),
    )


def _first_day(acting: Acting, form: Any) -> object:
    data = {name.removeprefix("first_day_"): value for name, value in form.cleaned_data.items()}
    return services.set_first_day(placement=acting.placement, actor=acting.user, **data)


def _evaluate(acting: Acting, form: Any) -> object:
    return services.evaluate(
        placement=acting.placement,
        actor=acting.user,
        party=acting.side.party,
        answers=form.answers(),
        remark=form.cleaned_data["remark"],
    )


def _end(acting: Acting, form: Any) -> object:
    data = form.cleaned_data
    return services.end_early(
        placement=acting.placement,
        actor=acting.user,
        party=acting.side.party,
        reason=EndReason(data["reason"]),
        ended_on=data["ended_on"],
        note=data["note"],
    )


def _evaluation_form(acting: Acting) -> type[forms.FileForm]:
    return forms.StudentEvaluationForm if acting.side == Side.STUDENT else forms.OrganisationEvaluationForm


_ALL = (
    Action(
        "leeftijd",
        _("Ben je 18 of ouder?"),
        _("Wie jonger dan 18 is, tekent samen met een ouder of voogd."),
        _("Bewaar"),
        _("Bedankt. Je antwoord is bewaard."),
        frozenset({Side.STUDENT, Side.SCHOOL}),
        lambda _a: forms.MinorForm,
        lambda a, f: services.answer_minor(placement=a.placement, actor=a.user, **f.cleaned_data),
        _active,
    ),
    Action(
        "overeenkomst",
        _("Gegevens voor de praktijkovereenkomst"),
        _("Veel staat er al: het komt uit de vacature en uit de reactie. Vul aan wat mist."),
        _("Bewaar de gegevens"),
        _("De gegevens zijn bewaard."),
        OFFICE,
        lambda _a: forms.AgreementForm,
        _agreement,
        _active,
    ),
    Action(
        "ondertekenen",
        _("De praktijkovereenkomst tekenen"),
        _("Lees eerst het concept. Klopt er iets niet? Zeg het, en teken nog niet."),
        _("Noteer de handtekening"),
        _("De handtekening staat genoteerd."),
        EVERYBODY,
        lambda _a: forms.SignForm,
        _sign,
        _unsigned,
        by_link=True,
    ),
    Action(
        "ouder-vragen",
        _("Een ouder of voogd vragen"),
        _("De ouder of voogd leest en tekent met een link in de mail. Een account is niet nodig."),
        _("Verstuur de link"),
        _("De link is verstuurd."),
        frozenset({Side.STUDENT, Side.ORGANISATION, Side.SCHOOL}),
        lambda _a: forms.GuardianForm,
        lambda a, f: links.invite_guardian(placement=a.placement, actor=a.user, email=f.cleaned_data["email"]),
        _guardian_can,
    ),
    Action(
        "vog",
        _("VOG: verklaring omtrent het gedrag"),
        _("Laat de VOG zien vóór je eerste dag. stagematch bewaart nooit de VOG zelf."),
        _("Bewaar"),
        _("Bewaard."),
        EVERYBODY,
        lambda _a: forms.VogForm,
        _vog,
        _vog_open,
    ),
    Action(
        "startafspraken",
        _("Startafspraken"),
        _("Beantwoord deze vijf vragen samen, student en begeleider. Zo weet iedereen wat te verwachten."),
        _("Ik ga akkoord met deze afspraken"),
        _("Je bent akkoord. Verandert de ander nog iets, dan vragen we het je opnieuw."),
        frozenset({Side.STUDENT, Side.SUPERVISOR}),
        lambda _a: forms.PactForm,
        lambda a, f: services.agree_pact(placement=a.placement, actor=a.user, side=a.side, answers=f.cleaned_data),
        _active,
        by_link=True,
    ),
    Action(
        "eerste-dag",
        _("Kaart voor de eerste dag"),
        _("De student krijgt deze kaart twee werkdagen voor de start in de mail."),
        _("Bewaar de kaart"),
        _("De kaart is bewaard."),
        WORK,
        lambda _a: forms.FirstDayForm,
        _first_day,
        _active,
        by_link=True,
    ),
    Action(
        "contactmoment",
        _("Een gesprek noteren"),
        _("Drie gesprekken per stage, minstens één op de stageplek."),
        _("Bewaar het gesprek"),
        _("Het gesprek is genoteerd."),
        GUIDES,
        lambda _a: forms.MomentRecordForm,
        lambda a, f: services.record_moment(placement=a.placement, actor=a.user, **f.cleaned_data),
        _moment_open,
        by_link=True,
    ),
    Action(
        "gesprek-plannen",
        _("Een gesprek plannen of verzetten"),
        _("Kies een gesprek om te verzetten, of plan er een bij."),
        _("Bewaar de datum"),
        _("De datum is bewaard."),
        GUIDES,
        lambda _a: forms.MomentPlanForm,
        lambda a, f: services.plan_moment(placement=a.placement, actor=a.user, **f.cleaned_data),
        _active,
        by_link=True,
    ),
    Action(
        "evaluatie",
        _("Terugkijken op de stage"),
        _("Het kost je twee minuten. Eerlijk is goed."),
        _("Verstuur mijn antwoorden"),
        _("Dank je wel. Je antwoorden zijn bewaard."),
        frozenset({Side.STUDENT, Side.SUPERVISOR, Side.ORGANISATION}),
        _evaluation_form,
        _evaluate,
        _can_evaluate,
        by_link=True,
    ),
    Action(
        "na-de-stage",
        _("Na de stage"),
        _("Eén vraag. Zo wordt zichtbaar wat stages opleveren."),
        _("Bewaar"),
        _("Dank je wel."),
        WORK,
        lambda _a: forms.OutcomeForm,
        lambda a, f: services.set_outcome(
            placement=a.placement, actor=a.user, outcome=Outcome(f.cleaned_data["outcome"])
        ),
        _is_over,
        by_link=True,
    ),
    Action(
        "verlengen",
        _("De stage verlengen"),
        _("Stel een latere laatste dag voor. Het gaat door als student en organisatie allebei ja zeggen."),
        _("Stel dit voor"),
        _("Het voorstel is verstuurd."),
        EVERYBODY,
        lambda _a: forms.ExtendForm,
        lambda a, f: services.propose_extension(placement=a.placement, actor=a.user, side=a.side, **f.cleaned_data),
        _active,
        by_link=True,
    ),
    Action(
        "verlenging",
        _("Akkoord met verlengen?"),
        _("De stage duurt dan langer. De overeenkomst verandert en iedereen tekent opnieuw."),
        _("Geef mijn antwoord"),
        _("Je antwoord is bewaard."),
        frozenset({Side.STUDENT, Side.SUPERVISOR, Side.ORGANISATION}),
        lambda _a: forms.ExtendAnswerForm,
        lambda a, f: services.answer_extension(
            placement=a.placement, actor=a.user, side=a.side, is_agreed=f.cleaned_data["answer"] == "ja"
        ),
        _extension_open,
        by_link=True,
    ),
    Action(
        "toch-beginnen",
        _("Toch beginnen"),
        _("Er mist nog iets. Noteer waarom de student toch mag beginnen en wie dat besloot."),
        _("De student mag beginnen"),
        _("Genoteerd. De stage kan beginnen."),
        OFFICE,
        lambda _a: forms.ExceptionForm,
        lambda a, f: services.allow_start(placement=a.placement, actor=a.user, reason=f.cleaned_data["reason"]),
        lambda a: a.placement.status == PlacementStatus.AGREED,
    ),
    Action(
        "stoppen",
        _("De stage stoppen"),
        _(
            "Praat eerst met elkaar en met de school. Stopt de stage, dan is de plek weer vrij en zoekt de student verder."
        ),
        _("Stop de stage"),
        _("De stage is gestopt. Iedereen heeft bericht."),
        frozenset({Side.STUDENT, Side.ORGANISATION, Side.SCHOOL}),
        lambda _a: forms.EndForm,
        _end,
        _active,
    ),
)

ACTIONS: dict[str, Action] = {action.slug: action for action in _ALL}


def open_actions(acting: Acting) -> dict[str, Action]:
    """Return what this person can do now, by slug."""
    return {slug: action for slug, action in ACTIONS.items() if action.is_open_to(acting)}
