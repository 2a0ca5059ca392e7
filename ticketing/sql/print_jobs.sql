-- name: lock_printer(box_office_id, printer_id)^
-- Whoever adds a job to a printer waits here, so that those that wait are counted one after the other.
select p.retired_at, p.name,
    (select count(*)::integer from print_jobs j where j.printer_id = p.id and j.status = 'queued') as waiting_count
from printers p
where p.id = :printer_id and p.box_office_id = :box_office_id
for no key update of p;

-- name: by_key(box_office_id, request_key)$
select id from print_jobs where box_office_id = :box_office_id and request_key = :request_key;

-- name: queue(job_id, box_office_id, printer_id, request_key, kind, name, payload, format, page_count, order_id, ticket_ids, cash_session_id, reprint_of, staff_id, now)!
-- Due at once by Postgres's clock, which senders go by, also where the asker's is ahead.
insert into print_jobs (
    id, box_office_id, printer_id, request_key, kind, name, payload, format, page_count, order_id, ticket_ids,
    cash_session_id, reprint_of, created_by, created_at, not_before
)
values (
    :job_id, :box_office_id, :printer_id, :request_key, :kind, :name, :payload, :format, :page_count, :order_id,
    :ticket_ids, :cash_session_id, :reprint_of, :staff_id, :now, least(:now, now())
);

-- name: tell(channel, agent_id)!
select pg_notify(:channel, coalesce(:agent_id::uuid::text, ''));

-- name: agent_of(printer_id)$
select agent_id from printers where id = :printer_id;

-- name: taken(take_id, agent_id)^
-- What was taken under this id before, whatever became of it.
select j.id, j.number, j.take_id, j.kind, j.name, j.payload, j.format, j.page_count, j.status, j.tries, p.id as printer_id,
    p.way, p.host, p.port, p.path, p.dialect, p.tls, p.certificate, p.paper
from print_jobs j
join printers p on p.id = j.printer_id
where j.take_id = :take_id and j.agent_id is not distinct from :agent_id;

-- name: take(agent_id, printer_id, take_id, now)^
-- The first job of a printer that is at rest, if it is due. Of two who take, one gets it: the other finds its row held,
-- or not waiting any more, or meets the key of what is being sent.
with first as (
    select j.id
    from printers p
    cross join lateral (
        select q.id, q.not_before from print_jobs q
        where q.printer_id = p.id and q.status = 'queued'
        order by q.number
        limit 1
    ) h
    join print_jobs j on j.id = h.id
    where p.agent_id is not distinct from :agent_id and p.retired_at is null
        and (:printer_id::uuid is null or p.id = :printer_id)
        and not exists (select from print_jobs s where s.printer_id = p.id and s.status = 'sending')
        and j.status = 'queued' and j.not_before <= :now
    order by j.number
    limit 1
    for no key update of j skip locked
)
update print_jobs j
set status = 'sending', take_id = :take_id, agent_id = :agent_id, sending_at = :now, tries = j.tries + 1
from first, printers p
where j.id = first.id and p.id = j.printer_id
returning j.id, j.number, j.take_id, j.kind, j.name, j.payload, j.format, j.page_count, j.status, j.tries,
    p.id as printer_id, p.way, p.host, p.port, p.path, p.dialect, p.tls, p.certificate, p.paper;

-- name: due(agent_id, now)
-- Printers whose first job may go now.
select p.id
from printers p
cross join lateral (
    select q.not_before from print_jobs q
    where q.printer_id = p.id and q.status = 'queued'
    order by q.number
    limit 1
) h
where p.agent_id is not distinct from :agent_id and p.retired_at is null and h.not_before <= :now
    and not exists (select from print_jobs s where s.printer_id = p.id and s.status = 'sending');

-- name: lock(job_id)^
select id, box_office_id, printer_id, kind, name, status, created_at, tries, take_id, agent_id
from print_jobs where id = :job_id for no key update;

-- name: lock_seen(box_office_id, job_id)^
select id, box_office_id, printer_id, kind, name, status, created_at, tries, take_id, agent_id
from print_jobs where id = :job_id and box_office_id = :box_office_id for no key update;

-- name: settle(job_id, status, not_before, ended_at, outcome, reason, note, conditions)!
update print_jobs
set status = :status, not_before = coalesce(:not_before, not_before), ended_at = :ended_at, outcome = :outcome,
    reason = :reason, note = :note, conditions = :conditions
where id = :job_id;

-- name: printer_was(printer_id, conditions, now)!
update printers set conditions = :conditions, looked_at = :now where id = :printer_id;

-- name: left_behind(agent_id)
select id from print_jobs where status = 'sending' and agent_id is not distinct from :agent_id order by number;

-- name: overdue(before, rows_max)
select id from print_jobs where status = 'sending' and sending_at < :before order by number limit :rows_max;

-- name: waited_long(before, drawers_before, rows_max)
select id from print_jobs
where status = 'queued' and created_at < case kind when 'drawer' then :drawers_before::timestamptz else :before end
order by number
limit :rows_max;

-- name: waiting_of(printer_id)
select id from print_jobs where printer_id = :printer_id and status = 'queued' order by number;

-- name: answer(job_id, status, staff_id, now)!
update print_jobs set status = :status, answered_by = :staff_id, ended_at = :now where id = :job_id;

-- name: hurry(printer_id, now)!
update print_jobs set not_before = :now where printer_id = :printer_id and status = 'queued' and not_before > :now;

-- name: payload_of(job_id)^
select request_key, payload, format, page_count, order_id, ticket_ids, cash_session_id from print_jobs where id = :job_id;

-- name: forget(before)!
update print_jobs set payload = null
where payload is not null and created_at < :before and status not in ('queued', 'sending');

-- name: alone(key)$
-- A lock of the session: it ends with the connection.
select pg_try_advisory_lock(:key::bigint);

-- name: printed_of(order_id)
-- How often each ticket and pass of an order was printed, or is about to be; what did not come out is not counted.
select t.id, count(*)::integer as count
from print_jobs j
cross join lateral unnest(j.ticket_ids) as t (id)
where j.order_id = :order_id and j.status <> 'failed' and j.kind in ('tickets', 'card')
group by t.id;

-- name: receipts_of(order_id)$
select count(*)::integer from print_jobs where order_id = :order_id and kind = 'receipt' and status <> 'failed';

-- name: get(box_office_id, job_id)^
select j.id, j.number, j.kind, j.name, j.format, j.page_count, j.order_id, j.ticket_ids, j.cash_session_id, j.reprint_of,
    j.status, j.created_at, j.sending_at, j.ended_at, j.tries, j.outcome, j.reason, j.note, j.conditions,
    j.payload is not null as kept, p.id as printer_id, p.name as printer_name, p.conditions as printer_conditions,
    f.name as created_by, g.name as answered_by
from print_jobs j
join printers p on p.id = j.printer_id
left join staff f on f.id = j.created_by
left join staff g on g.id = j.answered_by
where j.id = :job_id and j.box_office_id = :box_office_id;

-- name: list_of(box_office_id, printer_id, before, rows_max)
select j.id, j.number, j.kind, j.name, j.format, j.page_count, j.order_id, j.ticket_ids, j.cash_session_id, j.reprint_of,
    j.status, j.created_at, j.sending_at, j.ended_at, j.tries, j.outcome, j.reason, j.note, j.conditions,
    j.payload is not null as kept, p.id as printer_id, p.name as printer_name, p.conditions as printer_conditions,
    f.name as created_by, g.name as answered_by
from print_jobs j
join printers p on p.id = j.printer_id
left join staff f on f.id = j.created_by
left join staff g on g.id = j.answered_by
where j.box_office_id = :box_office_id and (:printer_id::uuid is null or j.printer_id = :printer_id)
    and (:before::bigint is null or j.number < :before)
order by j.number desc
limit :rows_max;

-- name: open_of(box_office_id, rows_max)
-- What wants to be seen to: what is in doubt first, then what waits or is on its way, by printer.
select j.id, j.number, j.kind, j.name, j.format, j.page_count, j.order_id, j.ticket_ids, j.cash_session_id, j.reprint_of,
    j.status, j.created_at, j.sending_at, j.ended_at, j.tries, j.outcome, j.reason, j.note, j.conditions,
    j.payload is not null as kept, p.id as printer_id, p.name as printer_name, p.conditions as printer_conditions,
    f.name as created_by, g.name as answered_by
from print_jobs j
join printers p on p.id = j.printer_id
left join staff f on f.id = j.created_by
left join staff g on g.id = j.answered_by
where j.box_office_id = :box_office_id and j.status in ('unknown', 'queued', 'sending') and j.kind <> 'drawer'
order by j.status <> 'unknown', lower(p.name), j.number
limit :rows_max;

-- name: of_order(order_id, rows_max)
select j.id, j.number, j.kind, j.name, j.format, j.page_count, j.order_id, j.ticket_ids, j.cash_session_id, j.reprint_of,
    j.status, j.created_at, j.sending_at, j.ended_at, j.tries, j.outcome, j.reason, j.note, j.conditions,
    j.payload is not null as kept, p.id as printer_id, p.name as printer_name, p.conditions as printer_conditions,
    f.name as created_by, g.name as answered_by
from print_jobs j
join printers p on p.id = j.printer_id
left join staff f on f.id = j.created_by
left join staff g on g.id = j.answered_by
where j.order_id = :order_id
order by j.number desc
limit :rows_max;

-- name: of_session(cash_session_id, rows_max)
select j.id, j.number, j.kind, j.name, j.format, j.page_count, j.order_id, j.ticket_ids, j.cash_session_id, j.reprint_of,
    j.status, j.created_at, j.sending_at, j.ended_at, j.tries, j.outcome, j.reason, j.note, j.conditions,
    j.payload is not null as kept, p.id as printer_id, p.name as printer_name, p.conditions as printer_conditions,
    f.name as created_by, g.name as answered_by
from print_jobs j
join printers p on p.id = j.printer_id
left join staff f on f.id = j.created_by
left join staff g on g.id = j.answered_by
where j.cash_session_id = :cash_session_id
order by j.number desc
limit :rows_max;

-- name: order_subject(order_id)^
select code, box_office_id from orders where id = :order_id;
