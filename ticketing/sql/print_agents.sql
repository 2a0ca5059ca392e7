-- name: lock_office(box_office_id)^
select id, (
    select count(*)::integer from print_agents a where a.box_office_id = b.id and a.revoked_at is null
) as agent_count
from box_offices b where id = :box_office_id for no key update;

-- name: enrol(agent_id, box_office_id, name, hash, software, hardware, seen_from, code_id, now)!
with counted as (
    update agent_codes set agent_count = agent_count + 1 where id = :code_id
)
insert into print_agents (id, box_office_id, name, hash, software, hardware, seen_from, code_id, enrolled_at, seen_at)
values (:agent_id, :box_office_id, :name, :hash, :software, :hardware, :seen_from, :code_id, :now, :now);

-- name: by_hash(hash)^
select a.id, a.box_office_id, b.organisation_id, a.name, a.seen_at,
    (a.look_id is not null or a.report_asked_at is not null) as report_wanted
from print_agents a
join box_offices b on b.id = a.box_office_id
where a.hash = :hash and a.revoked_at is null;

-- name: seen(agent_id, now, seen_from)!
update print_agents set seen_at = :now, seen_from = :seen_from where id = :agent_id;

-- name: report(agent_id, now, seen_from, software, plugged, look_id, found)^
-- What a search found replaces what the one before found, and ends it if it is the one that is waited for.
update print_agents
set seen_at = :now, seen_from = :seen_from, reported_at = :now, report_asked_at = null,
    software = coalesce(nullif(:software, ''), software), plugged = :plugged::jsonb,
    found = case when :look_id::uuid = look_id then :found::jsonb else found end,
    looked_at = case when :look_id::uuid = look_id then :now else looked_at end,
    look_asked_at = case when :look_id::uuid = look_id then null else look_asked_at end,
    look_id = case when :look_id::uuid = look_id then null else look_id end
where id = :agent_id and revoked_at is null
returning name, look_id;

-- name: orphans(agent_id, takes, before, rows_max)
-- Jobs on their way under an id that the agent knows nothing of.
select id, take_id from print_jobs
where agent_id = :agent_id and status = 'sending' and sending_at < :before and not take_id = any(:takes::uuid[])
order by number
limit :rows_max;

-- name: list_of(box_office_id, revoked_max)
with ended as (
    select id from print_agents
    where box_office_id = :box_office_id and revoked_at is not null
    order by revoked_at desc, id limit :revoked_max
)
select a.id, a.name, a.software, a.hardware, a.enrolled_at, a.seen_at, a.seen_from, a.revoked_at, a.reported_at,
    a.plugged, a.look_asked_at, a.found, a.looked_at,
    (select count(*)::integer from printers p where p.agent_id = a.id and p.retired_at is null) as printer_count,
    (
        select count(*)::integer from printers p join print_jobs j on j.printer_id = p.id
        where p.agent_id = a.id and j.status = 'queued'
    ) as waiting_count
from print_agents a
where a.box_office_id = :box_office_id and (a.revoked_at is null or a.id in (select id from ended))
order by a.revoked_at is not null, lower(a.name), a.id;

-- name: lock(box_office_id, agent_id)^
select id, name, revoked_at from print_agents
where id = :agent_id and box_office_id = :box_office_id for no key update;

-- name: revoke(agent_id, now)!
update print_agents set revoked_at = :now, look_id = null, look_asked_at = null where id = :agent_id;

-- name: rename(agent_id, name)!
update print_agents set name = :name where id = :agent_id;

-- name: ask_look(agent_id, look_id, now)!
update print_agents set look_id = :look_id, look_asked_at = :now where id = :agent_id;

-- name: ask_report(box_office_id, now)!
update print_agents set report_asked_at = :now where box_office_id = :box_office_id and revoked_at is null;
