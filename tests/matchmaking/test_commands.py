"""The commands an operator types."""

import datetime as dt
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from matchmaking.bench import nights
from matchmaking.enums import ProposalStatus, RunStatus, RunTrigger
from matchmaking.management.commands.bench import write_sections
from matchmaking.models import MatchingRun, Proposal
from stagematch.clock import today

pytestmark = pytest.mark.django_db


def run(*args: str) -> str:
    out = StringIO()
    call_command(*args, stdout=out, stderr=out)
    return out.getvalue()


def test_run_matching_says_what_it_did_and_does_it_once(town):
    said = run("run_matching")
    assert "6 studenten zoeken" in said
    assert "gepubliceerd" in said
    assert "was al gedaan" in run("run_matching")
    assert MatchingRun.objects.get().trigger == RunTrigger.NIGHTLY


def test_run_matching_again_makes_one_more_run(town):
    run("run_matching")
    run("run_matching", "--again")
    assert MatchingRun.objects.filter(status=RunStatus.PUBLISHED).count() == 2


def test_run_matching_dry_changes_nothing(town):
    assert "proef" in run("run_matching", "--dry-run")
    assert not Proposal.objects.exists()


def test_run_matching_catches_up_for_another_night(town):
    run("run_matching")
    later = today() + dt.timedelta(days=20)
    run("run_matching", "--date", later.isoformat())
    assert MatchingRun.objects.filter(night=later, status=RunStatus.PUBLISHED).count() == 1
    assert Proposal.objects.filter(status=ProposalStatus.EXPIRED).count() == 5


def test_replay_run_proves_equality_and_fails_on_a_difference(town):
    run("run_matching")
    number = str(MatchingRun.objects.get().pk)
    assert "uitkomst: gelijk" in run("replay_run", number)
    MatchingRun.objects.update(outcome_hash="0" * 64)
    with pytest.raises(SystemExit):
        run("replay_run", number)
    with pytest.raises(CommandError, match="bestaat niet"):
        run("replay_run", "999999")


def test_measured_night_divides_also_after_the_night_itself(town):
    run("run_matching")
    out = set(Proposal.objects.values_list("pk", "status"))
    assert out
    # Nobody is left for whom there is a place; what is measured is the market before that.
    table = nights.table()
    assert f"The {len(out)} proposals that were out were set aside" in table
    assert int(table.splitlines()[2].split("|")[4]) > 0
    assert set(Proposal.objects.values_list("pk", "status")) == out
    assert MatchingRun.objects.count() == 1


def test_benchmarks_replace_their_own_section_only(tmp_path):
    path = tmp_path / "benchmarks.md"
    write_sections(path, {"engine": "| a |\n", "pages": "| b |\n"})
    write_sections(path, {"engine": "| c |\n"})
    text = path.read_text()
    assert "| a |" not in text
    assert "| c |" in text
    assert text.count("## Engine") == text.count("## Pages") == 1
