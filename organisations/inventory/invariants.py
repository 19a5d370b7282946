"""What must always be true of the inventory. `manage.py check_data` proves it with SQL."""

from stagematch.ui.invariants import register


def register_all() -> None:
    """Register every invariant of the inventory."""
    register(
        "a question to a team is about the period of its round",
        """select q.id from organisations_inventoryrequest q join organisations_inventoryround r on r.id = q.round_id
           where q.period_id <> r.period_id""",
    )
    register(
        "only a yes became room for students",
        """select q.id from organisations_inventoryrequest q
           left join organisations_inventoryanswer a on a.request_id = q.id
           where q.taken_over_at is not null and (a.id is null or (a.choice <> 'yes' and a.changed_at <= q.taken_over_at))""",
    )
    register(
        "nobody got more than two reminders by the clock",
        "select id, reminders from organisations_inventoryrequest where reminders > 2",
    )
    register(
        "praktijkbegeleiders in an answer work at the team's organisation",
        """select s.id from organisations_inventoryanswer_supervisors s
           join organisations_inventoryanswer a on a.id = s.inventoryanswer_id
           join organisations_inventoryrequest q on q.id = a.request_id
           join organisations_team t on t.id = q.team_id
           join organisations_membership m on m.id = s.membership_id
           where m.organisation_id <> t.organisation_id""",
    )
