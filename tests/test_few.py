"""What is taken off a number before it is told: secret, another one for each figure, and the same every night (R9)."""

# mypy: disable-error-code="no-untyped-def"

from stagematch.few import LEAST, STEP, UNTOLD, at_least, fraction, secret

NAMES = [("place", f"PV{number}") for number in range(60)]


def first_told(*names: str) -> int:
    """The smallest number that is told of this figure."""
    return next(n for n in range(100) if at_least(n, *names) is not None)


def test_what_is_told_is_in_fives_from_ten_on_and_less_than_ten_below() -> None:
    for names in NAMES:
        for number in range(100):
            told = at_least(number, *names)
            assert told is None or (told >= LEAST and told % STEP == 0 and number - 2 * STEP < told <= number)
            assert told is not None or number < UNTOLD


def test_on_which_number_it_is_first_told_nobody_can_know() -> None:
    """With the same number for all, a day with 'at least ten' and then none, and one student less, was a day with nine."""
    assert {first_told(*names) for names in NAMES} == {11, 12, 13, 14, UNTOLD}


def test_it_is_the_same_every_night_and_another_for_every_figure() -> None:
    assert [first_told(*names) for names in NAMES] == [first_told(*names) for names in NAMES]
    assert len({fraction(secret(), *names) for names in NAMES}) == len(NAMES)
    assert fraction(secret(), "a", "bc") != fraction(secret(), "ab", "c")


def test_it_depends_on_the_secret_of_the_platform(settings):
    before, key = [first_told(*names) for names in NAMES], secret()
    settings.SECRET_KEY = "another secret key of the platform, only for this test"
    assert secret() != key
    assert [first_told(*names) for names in NAMES] != before
    assert key not in (settings.SECRET_KEY.encode(), secret())
