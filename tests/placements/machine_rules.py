"""What must be true of the tables after every step of `test_machine`, in SQL of its own, and words for explanations."""

# ruff: noqa: S608 -- only the values of our own enums are put into these queries

OPEN = "('submitted', 'in_review', 'invited', 'second_round', 'reserve', 'offered')"
HOLDING = "('agreed', 'running', 'finished')"

# What must be true after every step: a name, and SQL that returns a row for everything that is wrong.
ALWAYS = {
    "R1: nothing waits at a place that is closed": f"""
        select a.id from placements_application a join placements_vacancy v on v.id = a.vacancy_id
        where a.status in {OPEN} and v.status <> 'published'""",
    "R1: who waits has a date, who had an answer waits no more": """
        select id from placements_application where answer_by is null
        or (status in ('submitted', 'in_review')) and answered_at is not null
        or status in ('invited', 'second_round', 'reserve', 'offered', 'accepted', 'rejected') and answered_at is null""",
    "R1: the student was told of every answer": """
        select a.id from placements_application a join students_student s on s.id = a.student_id
        where a.status in ('invited', 'second_round', 'reserve', 'offered', 'accepted', 'rejected') and not exists (
            select 1 from mail_outgoingmail m where m.to_user_id = s.user_id and m.template in ('invitation', 'rejection')
            and split_part(m.key, ':', 2) = a.public_id::text)""",
    "R2: a rejection has a reason, an explanation and a kind word": """
        select a.id from placements_application a left join placements_rejection r on r.application_id = a.id
        where (a.status = 'rejected') <> (r.id is not null)
        or length(trim(r.explanation)) < 60 or trim(r.positive) = '' or r.reason = ''""",
    "R2: no explanation is a template or that of another": """
        select r.id from placements_rejection r join placements_rejection q
        on q.id <> r.id and lower(q.explanation) = lower(r.explanation)""",
    "R3: a student has no more open reactions than allowed": f"""
        select student_id from placements_application where status in {OPEN}
        group by student_id having count(*) > %(limit)s""",
    "R3: a place has no more open reactions than it ever took": f"""
        select v.id from placements_vacancy v join placements_application a on a.vacancy_id = v.id
        where a.status in {OPEN} group by v.id having count(*) > v.places * v.applications_per_place""",
    "R3: one open reaction per student and place": f"""
        select student_id from placements_application where status in {OPEN}
        group by student_id, vacancy_id having count(*) > 1""",
    "R4: no mail names who was never invited": """
        select m.id from mail_outgoingmail m
        join placements_application a on a.public_id::text = split_part(m.key, ':', 2)
        join students_student s on s.id = a.student_id join accounts_user u on u.id = s.user_id
        join organisations_membership mb on mb.user_id = m.to_user_id and mb.role = 'broker'
        where not exists (select 1 from placements_applicationevent e where e.application_id = a.id
            and e.to_status = 'invited')
        and (m.body_text ilike '%%' || u.last_name || '%%' or m.subject ilike '%%' || u.last_name || '%%'
             or m.body_text ilike '%%' || u.email || '%%')""",
    "R5: nobody is placed without their own yes": """
        select a.id from placements_application a join students_student s on s.id = a.student_id
        where a.status = 'accepted' and not exists (
            select 1 from placements_applicationevent e where e.application_id = a.id
            and e.from_status = 'offered' and e.to_status = 'accepted' and e.actor_id = s.user_id)""",
    "R5: nobody reacted but the student": """
        select a.id from placements_application a join students_student s on s.id = a.student_id
        where not exists (select 1 from placements_applicationevent e where e.application_id = a.id
            and e.from_status = '' and e.actor_id = s.user_id)""",
    "R7: a place, a team and a begeleider have what they gave": f"""
        select 'vacancy', v.id from placements_vacancy v where v.places_taken <> (
            select count(*) from placements_placement p where p.vacancy_id = v.id and p.status in {HOLDING})
        union all select 'team', c.id from organisations_teamcapacity c where c.taken <> (
            select count(*) from placements_placement p join placements_vacancy v on v.id = p.vacancy_id
            where v.pool_id = c.id and p.status in {HOLDING})
        union all select 'supervisor', s.id from organisations_supervisorcapacity s where s.taken <> (
            select count(*) from placements_placement p where p.supervisor_id = s.id and p.status in {HOLDING})
        or s.taken_hours <> (select coalesce(sum(p.guidance_hours), 0) from placements_placement p
            where p.supervisor_id = s.id and p.status in {HOLDING})""",
    "R7: nothing is given twice, and no offer is for a place that is gone": """
        select 'vacancy', v.id from placements_vacancy v where v.places_taken + (
            select count(*) from placements_application a where a.vacancy_id = v.id and a.status = 'offered') > v.places
        union all select 'team', c.id from organisations_teamcapacity c where c.taken + (
            select count(*) from placements_application a join placements_vacancy v on v.id = a.vacancy_id
            where v.pool_id = c.id and a.status = 'offered') > c.places
        union all select 'supervisor', s.id from organisations_supervisorcapacity s where s.taken + (
            select count(*) from placements_application a where a.offered_supervisor_id = s.id
            and a.status = 'offered') > s.places
        or s.taken_hours + (select coalesce(sum(v.guidance_hours), 0) from placements_application a
            join placements_vacancy v on v.id = a.vacancy_id
            where a.offered_supervisor_id = s.id and a.status = 'offered') > s.hours_per_week""",
    "R7: a student has one place": f"""
        select search_id from placements_placement where status in {HOLDING} group by search_id having count(*) > 1""",
    "a student with a place waits nowhere else for that period": f"""
        select a.id from placements_application a join placements_placement p
        on p.search_id = a.search_id and p.status in {HOLDING} where a.status in {OPEN}""",
    "an offer follows a good last talk": """
        select a.id from placements_application a join placements_vacancy v on v.id = a.vacancy_id
        join organisations_organisation o on o.id = v.organisation_id
        where a.status in ('offered', 'accepted', 'reserve') and not exists (
            select 1 from placements_interview i where i.application_id = a.id and i.status = 'held' and i.is_positive
            and i.round = case when o.second_interview then 2 else 1 end)""",
    "a second talk follows a good first one": """
        select i.id from placements_interview i where i.round = 2 and not exists (
            select 1 from placements_interview g where g.application_id = i.application_id and g.round = 1
            and g.status = 'held' and g.is_positive)""",
    "nobody is in two talks at once": """
        with people as (
            select i.id, 'u' || s.user_id as person, i.starts_at, i.ends_at from placements_interview i
            join placements_application a on a.id = i.application_id join students_student s on s.id = a.student_id
            where i.status = 'planned'
            union select i.id, 'u' || i.host_id, i.starts_at, i.ends_at from placements_interview i
            where i.status = 'planned'
            union select i.id, coalesce('u' || p.user_id, p.email), i.starts_at, i.ends_at
            from placements_interview i join placements_interviewparticipant p on p.interview_id = i.id
            where i.status = 'planned')
        select a.id, b.id from people a join people b on a.id < b.id and a.person = b.person
        and a.starts_at < b.ends_at and b.starts_at < a.ends_at""",
    "agendas hold the planned talks and nothing else": """
        select b.id from placements_interviewbooking b join placements_interview i on i.id = b.interview_id
        where i.status <> 'planned' or (b.starts_at, b.ends_at) <> (i.starts_at, i.ends_at)
        union all select i.id from placements_interview i where i.status = 'planned' and not exists (
            select 1 from placements_interviewbooking b where b.interview_id = i.id)""",
    "a talk is planned only while the reaction is open": f"""
        select i.id from placements_interview i join placements_application a on a.id = i.application_id
        where i.status in ('planned', 'proposed') and a.status not in {OPEN}""",
}
"""R6 (fair turns) is the engine's; what placements keeps for it is the count of rejections, checked below."""

AFTER_A_NIGHT = {
    "R1: who waits too long is known to the organisation": """
        select a.id from placements_application a where a.status in ('submitted', 'in_review')
        and a.answer_by < %(day)s and not exists (select 1 from mail_outgoingmail m
            where m.template = 'answer_overdue' and split_part(m.key, ':', 2) = a.public_id::text)""",
    "no offer outlives its term": "select id from placements_application where status = 'offered' and offer_until < %(day)s",
    "R8: nothing stays longer than its term": """
        select id from placements_application where status in ('rejected', 'withdrawn', 'declined', 'expired')
        and (closed_at at time zone 'Europe/Amsterdam')::date <= %(day)s - 28""",
}

WORDS = [
    "koken",
    "praten",
    "dinsdag",
    "woensdag",
    "groep",
    "ouderen",
    "jongeren",
    "buurt",
    "plein",
    "school",
    "rooster",
    "begeleider",
    "team",
    "locatie",
    "avond",
    "ochtend",
    "training",
    "leerdoel",
    "gesprek",
    "reis",
    "fiets",
    "bus",
    "taal",
    "spel",
    "muziek",
    "sport",
    "tuin",
    "wijk",
    "gezin",
    "opvang",
    "inloop",
    "huiswerk",
    "vrijwilliger",
    "bezoek",
    "kring",
    "kamer",
    "keuken",
    "winkel",
    "markt",
    "feest",
    "plan",
    "verslag",
    "vraag",
    "antwoord",
    "ruimte",
    "drukte",
    "rust",
]
