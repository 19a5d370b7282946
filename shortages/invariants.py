"""What must always be true of the counts. `manage.py check_data` proves it with SQL."""

from stagematch.ui.invariants import register


def register_all() -> None:
    """Register every invariant of this room; called when Django starts."""
    checks = {
        "the structural shortage of all groups is the proven shortage of the night": """
            select s.id from shortages_shortagesnapshot s join shortages_demandcell c on c.snapshot_id = s.id
            where s.status = 'done' group by s.id having sum(c.structural) <> (s.counts ->> 'shortage')::float8""",
        "the certificate of a count adds up": """
            select id from shortages_shortagesnapshot where status = 'done' and
            (counts ->> 'without_fit')::int + (counts ->> 'competing')::int - (counts ->> 'capacity')::int
            <> (counts ->> 'shortage')::int""",
        "the students of all groups are the students of the night": """
            select s.id from shortages_shortagesnapshot s join shortages_demandcell c on c.snapshot_id = s.id
            where s.status = 'done' group by s.id having sum(c.students) <> (s.counts ->> 'students')::int
            or sum(c.open) <> (s.counts ->> 'open')::int""",
        "no group lacks more than it has open": """
            select id from shortages_demandcell where structural > without_fit + competing or structural < without_fit
            or without_fit + competing > open or silent > open or applying > open""",
        "no more places are unused or blocked than are free, and those are vacant": """
            select id from shortages_supplycell where unused > free or blocked > free or free > vacant
            or vacant > free + held""",
        "a cell points at rows that exist": """
            select c.id from shortages_demandcell c
            left join organisations_programme p on p.id = c.programme_id
            left join organisations_organisation o on o.id = c.school_id
            left join organisations_stageperiod s on s.id = c.period_id
            left join regions_municipality m on m.id = c.municipality_id
            where p.id is null or o.id is null or s.id is null or (c.municipality_id is not null and m.id is null)
            union all select c.id from shortages_supplycell c
            left join organisations_organisation o on o.id = c.organisation_id
            left join organisations_stageperiod s on s.id = c.period_id
            left join regions_municipality m on m.id = c.municipality_id
            where o.id is null or (c.period_id is not null and s.id is null)
            or (c.municipality_id is not null and m.id is null)""",
        "only the newest count keeps its market": """
            select id from shortages_shortagesnapshot where market is not null and
            id <> (select id from shortages_shortagesnapshot where status = 'done' order by day desc limit 1)""",
        "a situation is of the newest count": """
            select id from shortages_searchsituation where snapshot_id <>
            (select id from shortages_shortagesnapshot where status = 'done' order by day desc limit 1)""",
    }
    for name, sql in checks.items():
        register(name, sql)
