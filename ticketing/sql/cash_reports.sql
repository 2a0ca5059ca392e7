-- name: stands(session_id)^
select number, hash from cash_movements where session_id = :session_id order by number desc limit 1;

-- name: kept(session_id)^
select document, hash from cash_reports where session_id = :session_id;

-- name: last_hash(till_id)$
select hash from cash_reports where till_id = :till_id order by number desc limit 1;

-- name: hash_before(till_id, number)$
select hash from cash_reports where till_id = :till_id and number = :number - 1;

-- name: keep(session_id, till_id, number, document, hash)!
insert into cash_reports (session_id, till_id, number, document, hash)
values (:session_id, :till_id, :number, :document, :hash);

-- name: head(session_id)^
select s.number, s.till_id, t.name as till, s.box_office_id, b.name as box_office, g.name as organisation,
    case when b.vat_registered then b.vat_number else '' end as vat_number, s.currency,
    box_office_time_zone(b.id) as time_zone, s.opened_at, f.name as opened_by, m.amount_cents as float_cents,
    m.entry as opening
from cash_sessions s
join tills t on t.id = s.till_id
join box_offices b on b.id = s.box_office_id
join organisations g on g.id = b.organisation_id
join staff f on f.id = s.opened_by
join cash_movements m on m.session_id = s.id and m.number = 1
where s.id = :session_id;

-- name: takings(session_id)
select m.staff_id as seller_id, f.name as seller, m.method,
    coalesce(sum(m.amount_cents) filter (where m.kind = 'payment'), 0)::bigint as received_cents,
    (count(*) filter (where m.kind = 'payment'))::integer as received_count,
    coalesce(-sum(m.amount_cents) filter (where m.kind = 'refund'), 0)::bigint as returned_cents,
    (count(*) filter (where m.kind = 'refund'))::integer as returned_count
from cash_movements m
join staff f on f.id = m.staff_id
where m.session_id = :session_id and m.kind in ('payment', 'refund')
group by m.staff_id, f.name, m.method
order by f.name, m.staff_id, m.method;

-- name: untaken(session_id)
-- What was sold without taking money, by seller and by why.
select m.staff_id as seller_id, f.name as seller, m.method, count(*)::integer as count,
    sum(m.value_cents)::bigint as value_cents
from cash_movements m
join staff f on f.id = m.staff_id
where m.session_id = :session_id and m.kind = 'sale'
group by m.staff_id, f.name, m.method
order by f.name, m.staff_id, m.method;

-- name: lines(session_id)
select m.kind, m.at, f.name as seller, m.reason, m.note, m.amount_cents, m.expected_cents, m.counted_cents
from cash_movements m
join staff f on f.id = m.staff_id
where m.session_id = :session_id and m.kind in ('in', 'out', 'count')
order by m.number;

-- name: vat(session_id)
select l.vat_thousandths as rate_thousandths, sum(h.amount_cents)::bigint as amount_cents,
    sum(h.vat_cents)::bigint as vat_cents
from cash_shares h
join order_lines l on l.id = h.order_line_id
where h.session_id = :session_id
group by l.vat_thousandths
order by l.vat_thousandths desc nulls last;

-- name: sold(session_id)
-- What was taken by tariff and by pass: a line is of its ticket, or of the ticket that left it behind.
select coalesce(e.name, '') as event, coalesce(r.name, y.name, l.label) as name, l.kind,
    sum(h.item_count)::integer as count, sum(h.amount_cents)::bigint as amount_cents
from cash_shares h
join order_lines l on l.id = h.order_line_id
left join lateral (
    select t.performance_id, t.tariff_id
    from tickets t
    where t.order_id = l.order_id and t.order_line_id = l.id and t.pass_id is null
    limit 1
) t on true
left join former_lines n on n.line_id = l.id
left join tickets m on m.id = n.ticket_id
left join performances p on p.id = coalesce(t.performance_id, m.performance_id)
left join events e on e.id = p.event_id
left join tariffs r on r.id = coalesce(t.tariff_id, m.tariff_id)
left join passes a on a.order_id = l.order_id and a.order_line_id = l.id
left join pass_types y on y.id = a.pass_type_id
where h.session_id = :session_id
group by e.id, r.id, y.id, l.kind, coalesce(e.name, ''), coalesce(r.name, y.name, l.label)
order by event, r.position nulls last, name, l.kind;

-- name: orders(session_id)^
-- Orders in the order of their first row: a payment, or a sale without one. What a movement sold and took back at once has moved, and is neither.
with paid as (
    select o.code, min(m.number) as number
    from cash_movements m
    left join payments p on p.id = m.payment_id
    join orders o on o.id = coalesce(p.order_id, m.order_id)
    where m.session_id = :session_id
    group by o.code
), items as (
    select l.kind, sum(h.item_count) as items
    from cash_shares h
    join order_lines l on l.id = h.order_line_id
    where h.session_id = :session_id
    group by h.number, l.kind
)
select (select count(*)::integer from paid) as order_count,
    (select code from paid order by number limit 1) as first_order,
    (select code from paid order by number desc limit 1) as last_order,
    coalesce(sum(items) filter (where kind = 'ticket' and items > 0), 0)::integer as tickets_sold,
    coalesce(-sum(items) filter (where kind = 'ticket' and items < 0), 0)::integer as tickets_returned,
    coalesce(sum(items) filter (where kind = 'pass' and items > 0), 0)::integer as passes_sold,
    coalesce(-sum(items) filter (where kind = 'pass' and items < 0), 0)::integer as passes_returned
from items;
