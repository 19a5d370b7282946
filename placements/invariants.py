"""What must always be true of the tables of placements, whatever happened. `manage.py check_data` proves it with SQL."""

# ruff: noqa: S608 -- only the values of our own enums are put into these queries

from django.conf import settings

from placements.enums import ApplicationStatus, PlacementStatus
from stagematch.ui.invariants import register


def _values(members: frozenset[ApplicationStatus] | frozenset[PlacementStatus]) -> str:
    return ", ".join(f"'{member.value}'" for member in sorted(members))


def register_all() -> None:
    """Register every invariant of this room; called when Django starts."""
    open_ = _values(ApplicationStatus.open_statuses())
    holding = _values(PlacementStatus.holding())
    checks = {
        "places taken of a vacancy are its placements (R7)": f"""
            select v.id, v.places_taken, count(p.id) from placements_vacancy v
            left join placements_placement p on p.vacancy_id = v.id and p.status in ({holding})
            group by v.id having v.places_taken <> count(p.id)""",
        "taken places of a team are its placements (R7)": f"""
            select c.id, c.taken, count(p.id) from organisations_teamcapacity c
            left join placements_vacancy v on v.pool_id = c.id
            left join placements_placement p on p.vacancy_id = v.id and p.status in ({holding})
            group by c.id having c.taken <> count(p.id)""",
        "taken places of a praktijkbegeleider are the placements (R7)": f"""
            select s.id, s.taken, count(p.id) from organisations_supervisorcapacity s
            left join placements_placement p on p.supervisor_id = s.id and p.status in ({holding})
            group by s.id having s.taken <> count(p.id)""",
        "taken hours of a praktijkbegeleider are those of the placements (R7)": f"""
            select s.id, s.taken_hours, sum(p.guidance_hours) from organisations_supervisorcapacity s
            left join placements_placement p on p.supervisor_id = s.id and p.status in ({holding})
            group by s.id having s.taken_hours <> coalesce(sum(p.guidance_hours), 0)""",
        "nothing is given away that is not there (R7)": """
            select 'vacancy', id from placements_vacancy where places_taken > places
            union all select 'team', id from organisations_teamcapacity where taken > places
            union all select 'supervisor', id from organisations_supervisorcapacity
            where taken > places or taken_hours > hours_per_week""",
        "offers and placements together fit in the vacancy (R7)": """
            select v.id from placements_vacancy v
            join placements_application a on a.vacancy_id = v.id and a.status = 'offered'
            group by v.id having v.places_taken + count(*) > v.places""",
        "one open application per student and vacancy": f"""
            select student_id, vacancy_id from placements_application where status in ({open_})
            group by student_id, vacancy_id having count(*) > 1""",
        "no student has more open applications than allowed (R3)": f"""
            select student_id, count(*) from placements_application where status in ({open_})
            group by student_id having count(*) > {int(settings.MAX_OPEN_APPLICATIONS)}""",
        "a closed or draft vacancy has no open applications (R1)": f"""
            select v.id from placements_vacancy v where v.status <> 'published' and exists
            (select 1 from placements_application a where a.vacancy_id = v.id and a.status in ({open_}))""",
        "a rejection explains itself (R2)": """
            select a.id from placements_application a left join placements_rejection r on r.application_id = a.id
            where (a.status = 'rejected') <> (r.id is not null) or trim(r.explanation) = '' or trim(r.positive) = ''""",
        "an accepted application has its placement, and only that": """
            select a.id from placements_application a left join placements_placement p on p.application_id = a.id
            where (a.status = 'accepted') <> (p.id is not null)""",
        "a placement is of the application's student and vacancy": """
            select p.id from placements_placement p join placements_application a on a.id = p.application_id
            where p.student_id <> a.student_id or p.vacancy_id <> a.vacancy_id""",
        "a placement is of its application's search": """
            select p.id from placements_placement p join placements_application a on a.id = p.application_id
            where p.search_id <> a.search_id""",
        "the last step of a placement is its status": """
            select p.id from placements_placement p join placements_placementevent e on e.placement_id = p.id
            where e.id = (select max(l.id) from placements_placementevent l where l.placement_id = p.id)
            and e.to_status <> p.status""",
        "a signature that counts is of the agreement as it is now": """
            select s.id from placements_signature s join placements_placementfile f on f.id = s.file_id
            where s.reset_at is null and s.version <> f.version""",
        "a guardian signs for a minor only": """
            select s.id from placements_signature s join placements_placementfile f on f.id = s.file_id
            where s.reset_at is null and s.party = 'guardian' and f.is_minor is not true""",
        "a closed application says when, an open one does not": f"""
            select id from placements_application where (status in ({open_})) <> (closed_at is null)""",
        "an invited or later application was answered": """
            select id from placements_application
            where status in ('invited', 'second_round', 'reserve', 'offered', 'accepted', 'rejected')
            and answered_at is null""",
        "the last step of an application is its status": """
            select a.id from placements_application a where a.status <> (
                select e.to_status from placements_applicationevent e where e.application_id = a.id
                order by e.at desc, e.id desc limit 1)""",
        "an application belongs to the student of its search": """
            select a.id from placements_application a join students_placementsearch s on s.id = a.search_id
            where a.student_id <> s.student_id""",
        "a search with a placement is done": f"""
            select s.id from students_placementsearch s
            join placements_application a on a.search_id = s.id and a.status = 'accepted'
            join placements_placement p on p.application_id = a.id and p.status in ({holding})
            where s.status = 'open'""",
        "a vacancy is of its team's organisation, and so is its pool": """
            select v.id from placements_vacancy v join organisations_team t on t.id = v.team_id
            left join organisations_teamcapacity c on c.id = v.pool_id
            where v.organisation_id <> t.organisation_id or c.team_id <> v.team_id or c.period_id <> v.period_id""",
        "a planned talk is of an open application": f"""
            select i.id from placements_interview i join placements_application a on a.id = i.application_id
            where i.status = 'planned' and a.status not in ({open_})""",
        "agendas hold the planned talks and nothing else": """
            select b.id from placements_interviewbooking b join placements_interview i on i.id = b.interview_id
            where i.status <> 'planned' or b.starts_at <> i.starts_at or b.ends_at <> i.ends_at
            union all select i.id from placements_interview i where i.status = 'planned' and not exists
            (select 1 from placements_interviewbooking b where b.interview_id = i.id)""",
        "a reserve has a rank, and nobody else": """
            select id from placements_application where (status = 'reserve') <> (reserve_rank is not null)""",
        "a second talk follows a good first one": """
            select i.id from placements_interview i where i.round = 2 and i.status <> 'cancelled' and not exists
            (select 1 from placements_interview f where f.application_id = i.application_id and f.round = 1
             and f.status = 'held' and f.is_positive)""",
    }
    for name, sql in checks.items():
        register(name, sql)
