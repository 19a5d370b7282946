"""The score on a page is the score of the night, and its sentences are true."""

import datetime as dt
import time

import numpy as np
import pytest

from matchmaking import facts
from matchmaking.engine import night as engine
from matchmaking.engine import rules
from matchmaking.enums import RunTrigger
from matchmaking.fit import engine_policy, fit_for, fit_of_pairs, forget_policy
from matchmaking.models import Proposal
from matchmaking.selectors import why_not
from matchmaking.services import current_policy, decline_proposal, run_matching
from organisations.enums import Need, Weekday
from placements import fit as placements_fit
from placements.enums import VacancyStatus
from stagematch.clock import today
from students.enums import SearchStatus
from tests import factories as f
from tests.matchmaking.conftest import make_search, make_vacancy

pytestmark = pytest.mark.django_db

FAR = {"pc4": "9711", "place": "Groningen", "latitude": 53.2165, "longitude": 6.5682}


def nightly():
    return run_matching(night=today(), trigger=RunTrigger.NIGHTLY)


def one(search, vacancy):
    return fit_for(search, [vacancy])[vacancy.pk]


def text(fit) -> str:
    return " ".join(reason.text for reason in fit.reasons)


def test_everything_fits(work_processes):
    group = f.TargetGroupFactory(slug="ouderen")
    search = make_search(work_processes=work_processes[:2], target_groups=[group])
    fit = one(search, make_vacancy(work_processes=work_processes, target_groups=[group]))
    assert (fit.score, fit.tiles, fit.fits) == (1000, 5, True)
    assert sum(fit.parts) == fit.score
    assert "Al je 2 leerdoelen kunnen hier" in text(fit)
    assert "Jij koos ouderen" in text(fit)
    assert fit.summary == "Alles past bij wat jij zoekt."


def test_the_page_and_the_night_give_the_same_points(town):
    nightly()
    for proposal in Proposal.objects.select_related("search", "vacancy"):
        fit = one(proposal.search, proposal.vacancy)
        assert fit.score == proposal.score
        assert list(fit.parts) == proposal.parts
        assert fit.fits


@pytest.mark.parametrize(
    ("search", "vacancy", "tile", "sentence"),
    [
        ({"weekdays": Weekday.MONDAY}, {"weekdays": Weekday.FRIDAY}, 0, "De plek is op vrijdag. Dan kun jij niet."),
        ({"hours_per_week": 8}, {}, 0, "De plek vraagt 16 tot 24 uur per week. Jij zoekt 8 uur."),
        ({"student__year": 1}, {"years": 0b110}, 1, "De plek is voor leerjaar 2 en 3. Jij zit in leerjaar 1."),
        ({"route": "bbl"}, {}, 1, "niet voor de leerweg BBL"),
        ({"max_distance_km": 5}, {"team__location__postcode": FAR}, 2, "Dat is verder dan jouw 5 kilometer."),
    ],
)
def test_a_rule_that_fails_is_told_on_its_tile_and_summary(search, vacancy, tile, sentence):
    if "team__location__postcode" in vacancy:
        vacancy = {"team__location__postcode": f.PostcodeFactory(**FAR)}
    fit = one(make_search(**search), make_vacancy(**vacancy))
    assert not fit.fits
    assert not fit.reasons[tile].ok
    assert sentence in fit.reasons[tile].text
    assert fit.tiles == 4
    assert fit.summary.startswith("Let op.")


def test_another_target_group_costs_a_tile_but_does_not_exclude():
    search = make_search(target_groups=[f.TargetGroupFactory(slug="ouderen")])
    fit = one(search, make_vacancy(target_groups=[f.TargetGroupFactory(slug="kinderen")]))
    assert fit.fits
    assert fit.tiles == 4
    assert "Hier werk je met kinderen. Jij koos ouderen." in text(fit)


def test_what_can_be_learnt_is_counted(work_processes):
    search = make_search(work_processes=work_processes)
    fit = one(search, make_vacancy(work_processes=work_processes[:1]))
    assert not fit.fits
    assert "Van jouw 4 leerdoelen kan er hier 1: Werkproces 1." in text(fit)
    nothing = one(search, make_vacancy())
    assert "De organisatie heeft niet ingevuld wat je hier kunt leren." in text(nothing)


def test_goals_in_own_words_count_when_they_name_a_work_process(work_processes):
    search = make_search()
    f.LearningGoalFactory(search=search, work_process=work_processes[0])
    assert one(search, make_vacancy(work_processes=work_processes[:1])).fits
    assert not one(search, make_vacancy(work_processes=work_processes[1:])).fits


def test_needs_period_and_deadline_are_told_besides_the_five_tiles():
    search = make_search(needs=Need.STEP_FREE)
    fit = one(search, make_vacancy())
    assert fit.tiles == 5
    assert not fit.fits
    assert "zonder trap of drempel" in text(fit)
    assert one(search, make_vacancy(team__location__step_free=True)).fits
    short = make_vacancy(team__location__step_free=True)
    short.ends_on = short.starts_on + dt.timedelta(days=20)
    type(short).objects.filter(pk=short.pk).update(ends_on=short.ends_on)
    short.refresh_from_db()
    assert "Jij zoekt van" in text(one(search, short))


def test_the_page_agrees_with_the_rule_that_decides_whether_one_may_react():
    from placements.validators import validate_can_apply
    from stagematch.ui.errors import RuleError

    search = make_search(weekdays=0b00111, days_per_week=2)
    for kwargs in ({"weekdays": 0b11000}, {"weekdays": 0b11111, "days_fixed": True}, {"weekdays": 0b00011}):
        vacancy = make_vacancy(**kwargs)
        try:
            validate_can_apply(search.student, search, vacancy)
            allowed = True
        except RuleError:
            allowed = False
        assert one(search, vacancy).fits == allowed


def test_one_query_however_many_places(django_assert_num_queries):
    search = make_search()
    many = [make_vacancy() for _ in range(6)]
    fit_for(search, many[:1])  # names and rules are kept in memory
    for vacancies in (many[:1], many):
        with django_assert_num_queries(1):
            assert len(fit_for(search, vacancies)) == len(vacancies)


def test_fast_enough_for_a_page():
    search = make_search()
    vacancies = [make_vacancy() for _ in range(20)]
    fit_for(search, vacancies)
    took = []
    for _ in range(5):
        began = time.process_time()
        fit_for(search, vacancies)
        took.append(time.process_time() - began)
    assert min(took) < 0.02


def test_placements_gets_the_fit_through_its_registry():
    search, vacancy = make_search(), make_vacancy()
    assert placements_fit.fits(search, [vacancy])[vacancy.pk].fits


def test_no_home_no_fit():
    search = make_search(status=SearchStatus.DRAFT, home=None)
    assert fit_for(search, [make_vacancy()]) == {}


def test_facts_hold_no_personal_characteristics(town):
    known = facts.of_one(town["searches"][0].pk, [town["vacancies"][0].pk], today().toordinal())
    assert set(dict(known.students.columns())).isdisjoint({"name", "age", "email", "gender"})


# --- why not ------------------------------------------------------------------------------------------------


def test_why_not_names_the_first_rule_that_fails():
    answer = why_not(make_search(student__year=1), make_vacancy(weekdays=Weekday.SUNDAY))
    assert answer.code == rules.Rule.LEERJAAR
    assert "Jij zit in leerjaar 1" in answer.text


@pytest.mark.parametrize(
    ("search", "vacancy", "code"),
    [
        ({"route": "bbl"}, {}, "route"),
        ({"weekdays": 1}, {"weekdays": 16}, "days"),
        ({"hours_per_week": 8}, {}, "hours"),
        ({"needs": 1}, {}, "needs"),
        ({"max_distance_km": 5}, {"team__location__postcode": FAR}, "distance"),
    ],
)
def test_why_not_has_a_sentence_for_every_rule(search, vacancy, code):
    if "team__location__postcode" in vacancy:
        vacancy = {"team__location__postcode": f.PostcodeFactory(**FAR)}
    answer = why_not(make_search(**search), make_vacancy(**vacancy))
    assert answer.code == code
    assert len(answer.text) > 20


def test_why_not_tells_of_the_division_without_naming_anybody():
    vacancy = make_vacancy(places=1)
    winner = make_search(student__rejections=2)
    loser = make_search()
    had_one = make_search(student__turns=1)
    nightly()
    assert why_not(winner, vacancy).code == "proposed"
    lost = why_not(loser, vacancy)
    assert lost.code == "rejections"
    assert "Wie vaker nee kreeg" in lost.text
    turn = why_not(had_one, vacancy)
    assert turn.code == "turn"
    for answer in (lost, turn):
        assert winner.student.user.last_name not in answer.text


def test_why_not_says_that_a_person_helps_who_was_refused_so_often():
    policy = current_policy()
    policy.settings = policy.settings | {"hand_over": 4}
    policy.save()
    forget_policy()
    vacancy = make_vacancy(places=2)
    handed_over, other = make_search(student__rejections=4), make_search(student__rejections=3)
    nightly()
    answer = why_not(handed_over, vacancy)
    assert answer.code == "handed_over"
    assert "4 keer nee" in answer.text
    assert why_not(other, vacancy).code == "proposed"
    forget_policy()


def test_why_not_after_no_applying_closing_and_before_the_first_night():
    vacancy, search = make_vacancy(places=2), make_search()
    assert why_not(search, vacancy).code == "new"
    nightly()
    decline_proposal(proposal=search.proposals.get(), actor=search.student.user)
    assert why_not(search, vacancy).code == "declined"
    applied = make_vacancy()
    f.ApplicationFactory(search=search, vacancy=applied)
    assert why_not(search, applied).code == "applied"
    closed = make_vacancy(status=VacancyStatus.CLOSED)
    assert why_not(search, closed).code == "closed"
    assert why_not(make_search(status=SearchStatus.STOPPED), vacancy).code == "no_search"


def test_the_cut_off_refuses_exactly_those_it_refused(town):
    """Every student without a place at a vacancy he wanted more hears of the division, and nobody else does."""
    run = nightly()
    run.refresh_from_db()
    from matchmaking import snapshot as snapshots

    stored = snapshots.unpack(run.snapshot)
    result = engine.run(
        stored.students,
        stored.vacancies,
        stored.pools,
        stored.exclusions,
        engine_policy(),
        stored.day,
        stored.seed,
        favourites=stored.favourites,
    )
    got = dict(zip(stored.search_pk.tolist(), result.outcome.match.tolist(), strict=True))
    without = [search for search in town["searches"] if got[search.pk] < 0]
    assert len(without) == 1
    answers = {why_not(without[0], vacancy).code for vacancy in town["vacancies"]}
    assert answers == {"lottery"}
    assert np.count_nonzero(result.outcome.match >= 0) == 5


def test_pairs_are_what_each_search_gets_by_itself(django_assert_num_queries):
    homeless = f.SearchFactory(home=None, status=SearchStatus.STOPPED)
    pairs = [(make_search(), make_vacancy()) for _ in range(3)]
    pairs += [(pairs[0][0], pairs[1][1]), (homeless, pairs[0][1])]
    apart = [fit_for(search, [vacancy]).get(vacancy.pk) for search, vacancy in pairs]
    with django_assert_num_queries(1):
        assert fit_of_pairs(pairs) == apart
    assert apart[-1] is None
    assert fit_of_pairs([]) == []


def test_why_not_says_that_there_was_no_place_when_the_team_had_no_room():
    search, vacancy = make_search(), make_vacancy(places=2, room=0)
    nightly()
    answer = why_not(search, vacancy)
    assert answer.code == "no_places"
    assert "geen plek vrij" in answer.text


def test_a_list_is_put_in_order_by_scores_and_words_are_made_only_for_what_is_shown(django_assert_num_queries):
    search = make_search()
    near, unfit = make_vacancy(), make_vacancy(years=8)
    far = make_vacancy(team__location__postcode=f.PostcodeFactory(**FAR))
    keys = [far.pk, 0, unfit.pk, near.pk]
    fits = fit_for(search, [near, unfit, far])
    with django_assert_num_queries(1):
        scored = placements_fit.scores(search, keys)
        by_score = sorted([near.pk, unfit.pk, far.pk], key=lambda pk: (not fits[pk].fits, -fits[pk].score))
        assert sorted(keys, key=scored.rank) == [*by_score, 0]  # what nobody knows comes last
        assert by_score[0] == near.pk
        assert scored.fits([unfit]) == {unfit.pk: fits[unfit.pk]}
    homeless = make_search(status=SearchStatus.DRAFT, home=None)
    assert placements_fit.scores(homeless, keys) is None
    assert placements_fit.scores(search, []) is None
