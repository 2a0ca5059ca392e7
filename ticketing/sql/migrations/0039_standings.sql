-- A passage says too when and where somebody came in with its ticket last, and went out since: whoever scans the ticket
-- next reads one row.
alter table passages
    add column entered_at timestamptz,
    add column entered_gate text,
    add column left_at timestamptz,
    add column left_gate text;
update passages p set entered_at = e.at, entered_gate = e.gate from passages e
where e.ticket_id = p.ticket_id and e.number = p.entry;
update passages p set left_at = o.at, left_gate = o.gate from passages o
where o.ticket_id = p.ticket_id and o.number = p.last and p.last > p.entry;
alter table passages
    add check ((entry > 0) = (entered_at is not null) and (entry > 0) = (entered_gate is not null)),
    add check ((last > entry) = (left_at is not null) and (last > entry) = (left_gate is not null));

drop view admissions;
create view admissions as
select l.ticket_id, l.entered_gate as gate, l.entered_at as at
from passages l
where l.entry > 0 and not exists (select from passages n where n.ticket_id = l.ticket_id and n.number > l.number);
