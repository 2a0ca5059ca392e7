-- name: order_of(organisation_id, ticket_id)$
select o.id
from tickets t
join orders o on o.id = t.order_id
join box_offices b on b.id = o.box_office_id
where t.id = :ticket_id and b.organisation_id = :organisation_id;

-- name: lock(ticket_id)!
-- Waits for a scan under way: a statement after this one sees whom it let in, and one that comes later waits.
select from tickets where id = :ticket_id for no key update;

-- name: get(ticket_id, now)^
-- A ticket with what its move depends on. A pass's ticket has no line of its own and no price.
select t.id, t.order_id, t.order_line_id, t.pass_id, t.pool_id, t.place, t.zone, t.row_label, t.seat_label, t.category,
    t.price_cents, t.options_cents, t.generation, t.status, t.performance_id, t.tariff_id, f.name as tariff_name,
    array(select n.name from ticket_options n where n.ticket_id = t.id order by n.option_id) as options,
    p.place_list_hash, coalesce(p.own_plan_hash, v.hash) as plan_hash, k.epoch,
    p.ends_at > :now::timestamptz and p.status <> 'cancelled' as to_come,
    exists (select from admissions a where a.ticket_id = t.id) as admitted
from tickets t
join performances p on p.id = t.performance_id
join plan_versions v on v.id = p.plan_version_id
join pools k on k.id = t.pool_id
left join tariffs f on f.id = t.tariff_id
where t.id = :ticket_id;

-- name: price(tariff_id, performance_id, zone, category)$
-- A zone's price goes before its category's, a date's before that of all dates.
select price_cents
from prices
where tariff_id = :tariff_id
    and (performance_id is null or performance_id = :performance_id)
    and (zone = :zone or category = :category)
order by zone is null, performance_id is null
limit 1;

-- name: place(ticket_id, place, zone, row_label, seat_label, category, price_cents, generation, status)!
update tickets
set place = :place, zone = :zone, row_label = :row_label, seat_label = :seat_label, category = :category,
    price_cents = :price_cents, generation = :generation, status = :status
where id = :ticket_id;

-- name: reline(ticket_id, old_line, reversal_id, new_line, label, amount_cents, now)!
-- The ticket's line taken back and written again, as what it is now.
with reversed as (
    insert into order_lines (
        id, order_id, box_office_id, kind, label, amount_cents, vat_thousandths, reverses, created_at
    )
    select :reversal_id::uuid, order_id, box_office_id, 'reversal', label, -amount_cents, vat_thousandths, id,
        :now::timestamptz
    from order_lines
    where id = :old_line
    returning order_id, box_office_id, vat_thousandths
), written as (
    insert into order_lines (id, order_id, box_office_id, kind, label, amount_cents, vat_thousandths, created_at)
    select :new_line::uuid, order_id, box_office_id, 'ticket', :label::text, :amount_cents::integer, vat_thousandths,
        :now::timestamptz
    from reversed
), left_behind as (
    insert into former_lines (line_id, ticket_id) select :old_line::uuid, :ticket_id::uuid from reversed
)
update tickets set order_line_id = :new_line::uuid where id = :ticket_id;
