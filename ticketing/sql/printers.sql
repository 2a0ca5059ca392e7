-- name: lock_office(organisation_id, box_office_id)^
-- Whoever adds a printer waits here, so that they are counted one after the other.
select id from box_offices where id = :box_office_id and organisation_id = :organisation_id for no key update;

-- name: used_count(box_office_id)$
select count(*)::integer from printers where box_office_id = :box_office_id and retired_at is null;

-- name: has_agent(box_office_id, agent_id)$
select exists (
    select from print_agents where id = :agent_id and box_office_id = :box_office_id and revoked_at is null
);

-- name: create(printer_id, box_office_id, agent_id, name, way, host, port, path, dialect, tls, certificate, prints, paper, dots_per_mm, cuts, now)!
insert into printers (
    id, box_office_id, agent_id, name, way, host, port, path, dialect, tls, certificate, prints, paper, dots_per_mm,
    cuts, created_at
)
values (
    :printer_id, :box_office_id, :agent_id, :name, :way, :host, :port, :path, :dialect, :tls, :certificate, :prints,
    :paper, :dots_per_mm, :cuts, :now
);

-- name: lock(organisation_id, printer_id)^
select p.id, p.box_office_id, p.agent_id, a.name as agent_name, p.name, p.way, p.host, p.port, p.path, p.dialect, p.tls,
    p.certificate, p.prints, p.paper, p.dots_per_mm, p.cuts, p.conditions, p.looked_at, p.retired_at, p.version
from printers p
join box_offices b on b.id = p.box_office_id
left join print_agents a on a.id = p.agent_id
where p.id = :printer_id and b.organisation_id = :organisation_id
for no key update of p;

-- name: get(organisation_id, printer_id)^
select p.id, p.box_office_id, p.agent_id, a.name as agent_name, p.name, p.way, p.host, p.port, p.path, p.dialect, p.tls,
    p.certificate, p.prints, p.paper, p.dots_per_mm, p.cuts, p.conditions, p.looked_at, p.retired_at, p.version
from printers p
join box_offices b on b.id = p.box_office_id
left join print_agents a on a.id = p.agent_id
where p.id = :printer_id and b.organisation_id = :organisation_id;

-- name: edit(printer_id, agent_id, name, way, host, port, path, dialect, tls, certificate, prints, paper, dots_per_mm, cuts)!
update printers
set agent_id = :agent_id, name = :name, way = :way, host = :host, port = :port, path = :path, dialect = :dialect,
    tls = :tls, certificate = :certificate, prints = :prints, paper = :paper, dots_per_mm = :dots_per_mm, cuts = :cuts,
    conditions = '{}', looked_at = null, version = version + 1
where id = :printer_id;

-- name: is_used(printer_id, prints)$
-- Whether jobs wait for it, or a till prints on it what it would print no more.
select exists (select from print_jobs where printer_id = :printer_id and status in ('queued', 'sending'))
    or exists (
        select from tills t
        where (t.ticket_printer_id = :printer_id and :prints <> 'labels' and :prints <> 'documents')
            or (t.receipt_printer_id = :printer_id and :prints <> 'receipts')
            or (t.card_printer_id = :printer_id and :prints <> 'cards')
    );

-- name: retire(printer_id, retired_at)!
update printers set retired_at = :retired_at where id = :printer_id;

-- name: leave_tills(printer_id)!
update tills
set ticket_printer_id = nullif(ticket_printer_id, :printer_id),
    receipt_printer_id = nullif(receipt_printer_id, :printer_id),
    card_printer_id = nullif(card_printer_id, :printer_id), version = version + 1
where :printer_id in (ticket_printer_id, receipt_printer_id, card_printer_id);

-- name: list_of(box_office_id, rows_max)
select p.id, p.box_office_id, p.agent_id, a.name as agent_name, p.name, p.way, p.host, p.port, p.path, p.dialect, p.tls,
    p.certificate, p.prints, p.paper, p.dots_per_mm, p.cuts, p.conditions, p.looked_at, p.retired_at, p.version
from printers p
left join print_agents a on a.id = p.agent_id
where p.box_office_id = :box_office_id
order by p.retired_at is not null, lower(p.name), p.id
limit :rows_max;

-- name: of_agent(agent_id, rows_max)
select p.id, p.box_office_id, p.agent_id, a.name as agent_name, p.name, p.way, p.host, p.port, p.path, p.dialect, p.tls,
    p.certificate, p.prints, p.paper, p.dots_per_mm, p.cuts, p.conditions, p.looked_at, p.retired_at, p.version
from printers p
left join print_agents a on a.id = p.agent_id
where p.agent_id = :agent_id and p.retired_at is null
order by p.id
limit :rows_max;

-- name: looked(printer_id, agent_id, conditions, now)!
update printers set conditions = :conditions, looked_at = :now
where id = :printer_id and agent_id is not distinct from :agent_id;

-- name: agents(box_office_id)
select id, name from print_agents where box_office_id = :box_office_id and revoked_at is null order by lower(name), id;

-- name: of_office(box_office_id, printer_id)^
select p.id, p.box_office_id, p.agent_id, a.name as agent_name, p.name, p.way, p.host, p.port, p.path, p.dialect, p.tls,
    p.certificate, p.prints, p.paper, p.dots_per_mm, p.cuts, p.conditions, p.looked_at, p.retired_at, p.version
from printers p
left join print_agents a on a.id = p.agent_id
where p.id = :printer_id and p.box_office_id = :box_office_id;
