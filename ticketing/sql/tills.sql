-- name: lock_office(organisation_id, box_office_id)^
-- Whoever adds a till waits here, so that they are counted one after the other.
select id from box_offices where id = :box_office_id and organisation_id = :organisation_id for no key update;

-- name: used_count(box_office_id)$
select count(*)::integer from tills where box_office_id = :box_office_id and retired_at is null;

-- name: event_of(box_office_id, performance_id)$
select event_id from performances where id = :performance_id and box_office_id = :box_office_id;

-- name: owns_event(box_office_id, event_id)$
select exists (select from events where id = :event_id and box_office_id = :box_office_id);

-- name: shown_names(event_id, performance_id)^
select (select name from events where id = :event_id) as event,
    (select starts_at from performances where id = :performance_id) as starts_at;

-- name: create(till_id, box_office_id, name, locale, event_id, performance_id, shared, receipt_with_tickets, drawer_kicked, ticket_printer_id, receipt_printer_id, card_printer_id, now)!
insert into tills (
    id, box_office_id, name, locale, event_id, performance_id, shared, receipt_with_tickets, drawer_kicked,
    ticket_printer_id, receipt_printer_id, card_printer_id, created_at
)
values (
    :till_id, :box_office_id, :name, :locale, :event_id, :performance_id, :shared, :receipt_with_tickets,
    :drawer_kicked, :ticket_printer_id, :receipt_printer_id, :card_printer_id, :now
);

-- name: lock(organisation_id, till_id)^
select t.id, t.box_office_id, t.name, t.locale, t.event_id, t.performance_id, t.shared, t.receipt_with_tickets,
    t.drawer_kicked, t.ticket_printer_id, t.receipt_printer_id, t.card_printer_id, t.retired_at, t.version
from tills t
join box_offices b on b.id = t.box_office_id
where t.id = :till_id and b.organisation_id = :organisation_id
for no key update of t;

-- name: get(organisation_id, till_id)^
select t.id, t.box_office_id, t.name, t.locale, t.event_id, t.performance_id, t.shared, t.receipt_with_tickets,
    t.drawer_kicked, t.ticket_printer_id, t.receipt_printer_id, t.card_printer_id, t.retired_at, t.version
from tills t
join box_offices b on b.id = t.box_office_id
where t.id = :till_id and b.organisation_id = :organisation_id;

-- name: edit(till_id, name, locale, event_id, performance_id, shared, receipt_with_tickets, drawer_kicked, ticket_printer_id, receipt_printer_id, card_printer_id)^
update tills
set name = :name, locale = :locale, event_id = :event_id, performance_id = :performance_id, shared = :shared,
    receipt_with_tickets = :receipt_with_tickets, drawer_kicked = :drawer_kicked,
    ticket_printer_id = :ticket_printer_id, receipt_printer_id = :receipt_printer_id,
    card_printer_id = :card_printer_id, version = version + 1
where id = :till_id
returning id, box_office_id, name, locale, event_id, performance_id, shared, receipt_with_tickets, drawer_kicked,
    ticket_printer_id, receipt_printer_id, card_printer_id, retired_at, version;

-- name: in_use(till_id)$
select exists (select from cash_sessions where till_id = :till_id and closed_at is null);

-- name: retire(till_id, retired_at)!
update tills set retired_at = :retired_at where id = :till_id;

-- name: list_of(box_office_id, staff_id, rows_max)
select t.id, t.name, t.shared, t.retired_at, e.name as event_name, p.starts_at, u.time_zone, s.id as session_id,
    s.number as session_number, f.name as seller, s.opened_at,
    coalesce(s.opened_by = :staff_id or t.shared, false) as mine, l.number as last_number, l.closed_at as last_closed_at
from tills t
left join events e on e.id = t.event_id
left join performances p on p.id = t.performance_id
left join venues u on u.id = p.venue_id
left join cash_sessions s on s.till_id = t.id and s.closed_at is null
left join staff f on f.id = s.opened_by
left join lateral (
    select c.number, c.closed_at
    from cash_sessions c
    where c.till_id = t.id and c.closed_at is not null
    order by c.number desc
    limit 1
) l on true
where t.box_office_id = :box_office_id
order by t.retired_at is not null, lower(t.name), t.id
limit :rows_max;

-- name: dates(box_office_id, now, rows_max)
select p.id, p.event_id, e.name as event_name, p.starts_at, u.time_zone, u.name as venue_name
from performances p
join events e on e.id = p.event_id
join venues u on u.id = p.venue_id
where p.box_office_id = :box_office_id and p.ends_at > :now and p.status <> 'cancelled'
order by p.starts_at, p.id
limit :rows_max;

-- name: printers(box_office_id, printer_ids)
select id, name, prints from printers where box_office_id = :box_office_id and id = any (:printer_ids::uuid[]);
