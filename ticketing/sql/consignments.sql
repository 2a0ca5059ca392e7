-- name: by_key(box_office_id, request_key)$
select id from orders where box_office_id = :box_office_id and request_key = :request_key;

-- name: costs(tariff_id, performance_id)$
-- Whether a tariff has a price at a date, and one above nothing: what is free is owed for by nobody.
select exists (
    select from prices
    where tariff_id = :tariff_id and (performance_id is null or performance_id = :performance_id) and price_cents > 0
);

-- name: allotted(allotment_id, performance_id)$
select exists (
    select from allotments
    where id = :allotment_id and performance_id = :performance_id and ended_at is null and code < 32768 and code <> 15
);

-- name: add(order_id, code, box_office_id, customer_id, hold_id, request_key, request_digest, secret_hash, performance_id, tariff_id, allotment_id, wanted_count, staff_id, now)!
-- The order is confirmed before its money comes: the box office trusts its points of sale.
with placed as (
    insert into orders (
        id, code, box_office_id, customer_id, hold_id, request_key, request_digest, secret_hash, status, channel,
        currency, placed_at
    )
    select :order_id::uuid, :code::text, b.id, :customer_id::uuid, :hold_id::bytea, :request_key::text,
        :request_digest::bytea, :secret_hash::bytea, 'paid', 'counter', b.currency, :now::timestamptz
    from box_offices b
    where b.id = :box_office_id::uuid
    returning id
)
insert into consignments (
    order_id, box_office_id, performance_id, tariff_id, allotment_id, wanted_count, state, staff_id, created_at
)
select id, :box_office_id::uuid, :performance_id::uuid, :tariff_id::uuid, :allotment_id::uuid,
    :wanted_count::integer, 'making', :staff_id::uuid, :now::timestamptz
from placed;

-- name: asked(order_id)^
select g.order_id, g.box_office_id, g.performance_id, g.tariff_id, g.allotment_id, a.code as allotment_code,
    a.ended_at is null as allotment_open, g.wanted_count,
    (select count(*)::integer from tickets t where t.order_id = g.order_id) as made_count, g.state,
    o.status as order_status, g.staff_id
from consignments g
join orders o on o.id = g.order_id
left join allotments a on a.id = g.allotment_id
where g.order_id = :order_id;

-- name: prices(tariff_id, performance_id)
-- What a tariff costs at a date, those that count last.
select zone, category, price_cents
from prices
where tariff_id = :tariff_id and (performance_id is null or performance_id = :performance_id)
order by performance_id nulls first;

-- name: fill(order_id, line_ids, ticket_ids, labels, prices, vat_thousandths, performance_id, tariff_id, pool_id, places, zones, rows, seats, categories, status, now)!
with made as (
    select m.*, o.box_office_id, o.placed_at
    from unnest(
        :line_ids::uuid[], :ticket_ids::uuid[], :labels::text[], :prices::integer[], :places::integer[],
        :zones::text[], :rows::text[], :seats::text[], :categories::text[]
    ) as m (line, ticket, label, price_cents, place, zone, row_label, seat_label, category)
    join orders o on o.id = :order_id::uuid
), lines as (
    insert into order_lines (id, order_id, box_office_id, kind, label, amount_cents, vat_thousandths, created_at)
    select line, :order_id::uuid, box_office_id, 'ticket', label, price_cents, :vat_thousandths::integer,
        :now::timestamptz
    from made
)
insert into tickets (
    id, order_id, order_line_id, performance_id, tariff_id, pool_id, place, zone, row_label, seat_label, category,
    price_cents, holder_name, status, placed_at
)
select ticket, :order_id::uuid, line, :performance_id::uuid, :tariff_id::uuid, :pool_id::bigint, place, zone, row_label,
    seat_label, category, price_cents, '', :status::text, placed_at
from made
order by place;

-- name: end(order_id, state, problem, now)!
update consignments set state = :state, problem = :problem, ended_at = :now where order_id = :order_id and state = 'making';

-- name: between(order_id, first_serial, last_serial)
select id from tickets
where order_id = :order_id and serial between :first_serial and :last_serial and status <> 'cancelled'
order by serial;

-- name: serials(order_id)
select serial from tickets where order_id = :order_id and status <> 'cancelled' order by serial;

-- name: shown(order_id, box_office_id, rows_max)
select g.order_id, o.code as order_code, o.status as order_status, g.box_office_id, b.key as box_office_key, o.currency,
    k.name as buyer_name, k.email as buyer_email, e.name as event_name, p.starts_at, v.time_zone, f.name as tariff_name,
    a.name as allotment_name, g.wanted_count, g.state, g.problem, g.created_at, n.made_count, n.live_count,
    n.let_in_count, n.first_serial, n.last_serial, s.total_cents, s.due_cents
from consignments g
join orders o on o.id = g.order_id
join box_offices b on b.id = g.box_office_id
join customers k on k.id = o.customer_id
join performances p on p.id = g.performance_id
join events e on e.id = p.event_id
join venues v on v.id = p.venue_id
join tariffs f on f.id = g.tariff_id
left join allotments a on a.id = g.allotment_id
cross join lateral order_sums(o.id) s
cross join lateral (
    select count(*)::integer as made_count, count(*) filter (where t.status <> 'cancelled')::integer as live_count,
        count(*) filter (where exists (select from admissions d where d.ticket_id = t.id))::integer as let_in_count,
        min(t.serial) filter (where t.status <> 'cancelled') as first_serial,
        max(t.serial) filter (where t.status <> 'cancelled') as last_serial
    from tickets t
    where t.order_id = g.order_id
) n
where (:order_id::uuid is null or g.order_id = :order_id) and (:box_office_id::uuid is null or g.box_office_id = :box_office_id)
order by g.created_at desc
limit :rows_max;
