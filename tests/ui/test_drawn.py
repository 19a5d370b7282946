"""What is drawn once is kept for as many as were asked for last, and tests can make it forget."""

from stagematch.ui.drawn import DrawnOnce


def test_only_the_last_ones_asked_for_are_kept() -> None:
    drawn = DrawnOnce("ui/status_badge.html", "badge", most=2)
    first = drawn.html("success", "one")
    drawn.html("warning", "two")
    assert drawn.html("danger", "one") is first  # kept, and asked for later than 'two' now
    drawn.html("danger", "three")
    assert len(drawn) == 2
    assert drawn.html("danger", "one") is first
    assert "danger" in drawn.html("danger", "two")  # was pushed out, and is drawn anew


def test_forgetting_is_of_all() -> None:
    drawn = [DrawnOnce("ui/status_badge.html", "badge", most=2) for _ in range(2)]
    for one in drawn:
        one.html("success", "row")
    DrawnOnce.forget()
    assert [len(one) for one in drawn] == [0, 0]
