"""The statements behind the inbox: which tasks are picked, in which order, and what a row of them shows.

Every pick gives (task_id, urgency, due_on). Whatever the number of open tasks, a pick reads a bounded number of
rows: the index of the inbox in its order, one LIMIT for each post; or what few there are of (a person's own tasks,
pauses, signals, days to come back, hits of a search).
"""

from __future__ import annotations

from webapp.identity import within_lent
from webapp.models.inbox import PINYIN_KEYS
from webapp.services.clocks import STANDS_STILL, TASK_COUNTED_FROM, TASK_STANDS_STILL

#: Tasks of one post that a filter looks through for a page; the next page goes on behind them.
WINDOW = 5000
#: Tasks up to which a list can be sorted by something else than its limits.
SORTED = 2000

#: Open tasks where who looks declared a conflict that is in force: few, read once for a statement, and neither shown
#: nor counted.
HIDDEN = """array(select h.id from declared_conflict d join user_task h on h.case_id = d.case_id and h.state = 'open'
        and (d.item_case_id is null or h.item_case_id is null or d.item_case_id = h.item_case_id)
        where d.user_id = %(me)s and d.withdrawn_at is null)"""
# Limits stand in the text: for a limit that is a parameter PostgreSQL would plan a tenth of the table, and plan anew
# each time.
#: One LIMIT per group, read from the index in its order, then merged.
OF_GROUPS = f"""
    select distinct p.task_id, p.urgency, p.due_on
    from unnest(%(groups)s::text[]) g(key)
    cross join lateral (
        select task_id, urgency, due_on from task_candidate
        where group_key = g.key and (urgency, due_on, task_id) {{beyond}} (%(urgency)s, %(due_on)s, %(task)s)
            and task_id <> all({HIDDEN})
        order by urgency {{way}}, due_on {{way}}, task_id {{way}} limit {{limit}}
    ) p
    order by p.urgency {{way}}, p.due_on {{way}}, p.task_id {{way}} limit {{limit}}"""
WHOLE = """join user_task t on t.id = c.task_id
        join cases k on k.id = t.case_id
        left join item_case ic on ic.id = t.item_case_id"""
#: The same where something narrows the list: only so far into each post.
IN_WINDOW = f"""
    select distinct p.task_id, p.urgency, p.due_on
    from unnest(%(groups)s::text[]) g(key) {{levels}}
    cross join lateral (
        select c.task_id, c.urgency, c.due_on from (
            select task_id, urgency, due_on from task_candidate
            where group_key = g.key {{span}}
                and (urgency, due_on, task_id) {{beyond}} (%(urgency)s, %(due_on)s, %(task)s)
            order by urgency {{way}}, due_on {{way}}, task_id {{way}} limit {WINDOW}
        ) c
        {WHOLE}
        where c.task_id <> all({HIDDEN}) and {{narrow}}
        order by c.urgency {{way}}, c.due_on {{way}}, c.task_id {{way}} limit {{limit}}
    ) p
    order by p.urgency {{way}}, p.due_on {{way}}, p.task_id {{way}} limit {{limit}}"""
#: Where the window of a post ends; the nearest of them. No row: the page has seen all there is.
WINDOW_END = f"""
    select p.urgency, p.due_on, p.task_id
    from unnest(%(groups)s::text[]) g(key) {{levels}}
    cross join lateral (
        select task_id, urgency, due_on from task_candidate
        where group_key = g.key {{span}} and (urgency, due_on, task_id) {{beyond}} (%(urgency)s, %(due_on)s, %(task)s)
        order by urgency {{way}}, due_on {{way}}, task_id {{way}} offset {WINDOW - 1} limit 1
    ) p
    order by p.urgency {{way}}, p.due_on {{way}}, p.task_id {{way}} limit 1"""
#: A day within bounds is found in the index at each urgency of its own.
LEVELS = "cross join (values (-1), (0), (1)) u(level)"
SPAN = "and urgency = u.level and due_on between %(first_day)s and %(last_day)s"
IN_SPAN = "c.due_on between %(first_day)s and %(last_day)s"

_OF_FEW = f"""
    select distinct c.task_id, c.urgency, c.due_on
    from {{few}}
    join task_candidate c on c.task_id = t.id
    join cases k on k.id = t.case_id
    left join item_case ic on ic.id = t.item_case_id
    where t.state = 'open' and t.id <> all({HIDDEN}) and {{narrow}}
        and (c.urgency, c.due_on, c.task_id) {{beyond}} (%(urgency)s, %(due_on)s, %(task)s)
    order by c.urgency {{way}}, c.due_on {{way}}, c.task_id {{way}} limit {{limit}}"""
#: Posts that one has for some bundles only, because one stands in for somebody there.
LENT_OF_FEW, LENT_OF_GROUPS = (within_lent(post, "k.bundle_key") for post in ("c.group_key", "g.key"))
WITHIN_GROUPS = "c.group_key = any(%(groups)s)"


def of_few(few: str) -> str:
    """A pick that begins with these tasks `t`."""
    return _OF_FEW.replace("{few}", few)


OWN = "user_task t"
#: One's own work: what one holds, and the verifications for which one is drawn (nobody holds those).
MINE = """(
        select own.id from user_task own where own.assignee_id = %(me)s and own.state = 'open'
        union
        select v.id from drawn_officer d join user_task v on v.item_case_id = d.item_case_id and v.state = 'open'
            and v.step in ('verify', 'recheck') where d.user_id = %(me)s
    ) few(id) join user_task t on t.id = few.id"""
IS_MINE = """(t.assignee_id = %(me)s or t.step in ('verify', 'recheck') and exists (select from drawn_officer d
        where d.user_id = %(me)s and d.item_case_id = t.item_case_id))"""
FOUND = "cases found join user_task t on t.case_id = found.id"
BY_TOKENS = "found.search_tokens @> %(wanted)s::text[]"
#: By the letters of a name: the pairs of first letters, and one of these syllables.
_KEYS = PINYIN_KEYS.replace("applicant_pinyin", "found.applicant_pinyin")
BY_INITIALS, BY_SYLLABLE = f"{_KEYS} @> %(initials)s::text[]", f"{_KEYS} && %({{name}})s::text[]"
#: Pauses are few: whoever asks for what stands still begins with them.
PAUSED = f"""(
        select t.id from clock_pause p join legal_clock l on l.id = p.clock_id
        join item_case i on i.id = l.item_case_id
        join user_task t on t.case_id = i.case_id and t.clock = l.name and t.state = 'open'
            and (t.item_case_id = i.id or (t.item_case_id is null and t.due_on = l.due_on))
        where {STANDS_STILL}
    )"""
#: What waits: a clock or a case stands still, one has signed and others have not, or colleagues were asked.
WAITING = f"""(
        {PAUSED}
        union
        select t.id from cases held join user_task t on t.case_id = held.id where held.suspended_at is not null
        union
        select p.task_id from participant p where p.user_id = %(me)s
        union
        select id from user_task where waits > 0 and state = 'open'
    ) few(id) join user_task t on t.id = few.id"""
STANDING_STILL = f"{PAUSED} few(id) join user_task t on t.id = few.id"
SIGNALLED = """(
        select distinct t.id from supervision_signal s
        join user_task t on t.case_id = s.case_id and t.item_case_id is not distinct from s.item_case_id
            and t.state = 'open'
        where s.settled_at is null and s.colour = %(colour)s and s.unit in (
            select d.key from candidate_group g join department d on d.id = g.department_id
            where g.key = any(%(groups)s))
    ) few(id) join user_task t on t.id = few.id"""
FOLLOWED = "follow_up f join user_task t on t.id = f.task_id and f.user_id = %(me)s"

#: The most serious signal of the task's item (of the case, where the task is the case's) that nobody has settled.
COLOUR = """(select min(s.colour) from supervision_signal s where s.case_id = t.case_id
        and s.item_case_id is not distinct from t.item_case_id and s.settled_at is null)"""
#: Who is drawn for a verification: [[id, name], …]; null where nobody is. Other tasks ask for nothing.
DRAWN = """case when t.step in ('verify', 'recheck') then (
        select jsonb_agg(jsonb_build_array(u.id, u.name) order by u.id)
        from drawn_officer d join app_user u on u.id = d.user_id where d.item_case_id = t.item_case_id) end"""
ROWS = f"""
with picked as ({{picked}})
select p.task_id, p.urgency, p.due_on, t.name_zh, t.name_en, t.step, t.opened_at, t.revision, t.assignee_id,
    coalesce(holder.name, ''), t.participants > 1, k.id, k.number, k.applicant_name, k.subject_name,
    k.release_id, ic.item_key,
    {TASK_STANDS_STILL},
    k.suspended_at is not null, k.profile_key, k.applicant_pinyin, f.on_day,
    {COLOUR},
    {DRAWN},
    t.participants > 1 and exists (select from participant o where o.task_id = t.id and o.user_id = %(me)s),
    t.groups, t.acting_for, t.waits, exists (select from urging g where g.task_id = t.id),
    (select min(o.finish_by) from supervisory_order o where o.task_id = t.id and o.answered_at is null
        and o.lifted_at is null and o.ended_at is null),
    {TASK_COUNTED_FROM}
from picked p
join user_task t on t.id = p.task_id
join cases k on k.id = t.case_id
left join item_case ic on ic.id = t.item_case_id
left join app_user holder on holder.id = t.assignee_id
left join follow_up f on f.task_id = t.id and f.user_id = %(me)s
order by {{order}}
"""
USUAL_ORDER = "p.urgency, p.due_on, p.task_id"
#: Another order: over at most SORTED tasks, from the place of a task on.
SORT_KEYS = {
    "arrived": ("t.opened_at", "asc"),
    "newest": ("t.opened_at", "desc"),
    "number": ("coalesce(k.number, '')", "asc"),
    "applicant": ("k.applicant_pinyin", "asc"),
    "holder": ("coalesce(w.name_pinyin, '~')", "asc"),
}
IN_ORDER = """
    select o.task_id, o.urgency, o.due_on, o.sort_key from (
        select a.task_id, a.urgency, a.due_on, {key} as sort_key
        from ({all}) a join user_task t on t.id = a.task_id join cases k on k.id = t.case_id
        left join app_user w on w.id = t.assignee_id
    ) o
    where %(at)s = 0 or (o.sort_key, o.task_id) {beyond} (
        select {key}, t.id from user_task t join cases k on k.id = t.case_id
        left join app_user w on w.id = t.assignee_id where t.id = %(at)s)
    order by o.sort_key {way}, o.task_id {way} limit {limit}"""
