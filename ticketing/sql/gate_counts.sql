-- name: gates(performance_id)
select gate, sum(entry_change)::integer as entered,
    sum(case when direction = 'out' then case when undoes is null then 1 else -1 end else 0 end)::integer as left
from passages
where performance_id = :performance_id
group by gate
order by gate;

-- name: zones(performance_id)
-- By zone as tickets have it; those that were let in with a ticket of another date have none.
with gone as (
    select ticket_id, sum(inside_change) as inside, (sum(entry_change) > 0)::integer as came
    from passages
    where performance_id = :performance_id
    group by ticket_id
)
select found.zone, sum(found.inside)::integer as inside, sum(found.came)::integer as came,
    sum(found.expected)::integer as expected
from (
    select t.zone, coalesce(g.inside, 0) as inside, coalesce(g.came, 0) as came, (t.status = 'valid')::integer as expected
    from tickets t
    left join gone g on g.ticket_id = t.id
    where t.performance_id = :performance_id
    union all
    select '', g.inside, g.came, 0
    from gone g
    join tickets t on t.id = g.ticket_id
    where t.performance_id <> :performance_id
) found
group by found.zone
order by found.zone;

-- name: conflicts(performance_id)$
select count(*)::integer from offline_scans where performance_id = :performance_id and conflict;
