-- name: order_head(order_id)^
-- An order as its customer sees it, with who sells it, who bought it, and the tax in it.
select
    o.id as order_id,
    o.code as order_code,
    o.status,
    o.currency,
    o.placed_at,
    b.organisation_id,
    b.name as box_office_name,
    g.name as organisation_name,
    c.name as customer_name,
    c.email as customer_email,
    c.locale as customer_locale,
    (select coalesce(sum(l.amount_cents), 0) from order_lines l where l.order_id = o.id) as total_cents,
    order_vat(o.id) as vat,
    b.vat_number
from orders o
join box_offices b on b.id = o.box_office_id
join organisations g on g.id = b.organisation_id
join customers c on c.id = o.customer_id
where o.id = :order_id;

-- name: of_order(order_id)
-- An order's tickets in the public's words. An option is called as when it was bought; in other languages as long as
-- nobody has renamed it.
select
    t.id as ticket_id,
    t.serial,
    t.generation,
    t.status,
    t.pass_id,
    t.pool_id,
    t.zone,
    t.row_label,
    t.seat_label,
    t.category,
    coalesce(f.name, '') as tariff_name,
    coalesce(f.names, '{}') as tariff_names,
    t.price_cents,
    (
        select coalesce(
            jsonb_agg(
                jsonb_build_object(
                    'name', k.name, 'names', case when n.name = k.name then n.names else '{}' end,
                    'price_cents', k.price_cents
                )
                order by n.position, n.id
            ),
            '[]'
        )
        from ticket_options k
        join options n on n.id = k.option_id
        where k.ticket_id = t.id
    ) as options,
    t.holder_name,
    e.title as event_name,
    e.titles,
    v.name as venue_name,
    v.address as venue_address,
    v.time_zone,
    p.starts_at,
    p.doors_at,
    p.ends_at,
    p.id as performance_id
from tickets t
join performances p on p.id = t.performance_id
join event_titles e on e.event_id = p.event_id
join venues v on v.id = p.venue_id
left join tariffs f on f.id = t.tariff_id
where t.order_id = :order_id
order by p.starts_at, t.place, t.serial;

-- name: passes_of_order(order_id)
select
    a.id as pass_id,
    a.serial,
    a.generation,
    a.status,
    a.holder_name,
    y.name,
    y.short_name,
    l.amount_cents as price_cents
from passes a
join pass_types y on y.id = a.pass_type_id
join order_lines l on l.id = a.order_line_id
where a.order_id = :order_id
order by a.serial;

-- name: lock(organisation_id, ticket_id)^
-- A ticket that can be changed by itself: one that a pass owns changes with its pass.
select t.id as ticket_id, t.order_id, o.code as order_code, o.box_office_id, t.serial, t.status, t.generation
from tickets t
join orders o on o.id = t.order_id
join box_offices b on b.id = o.box_office_id
where t.id = :ticket_id and t.pass_id is null and b.organisation_id = :organisation_id
for no key update of t;

-- name: write(ticket_id, status, generation)!
update tickets set status = :status, generation = :generation where id = :ticket_id;
