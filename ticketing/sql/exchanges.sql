-- name: dates(box_office_id, now, rows_max)
select p.id, p.event_id, e.name as event_name, p.starts_at, v.time_zone, v.name as venue_name
from performances p
join events e on e.id = p.event_id
join venues v on v.id = p.venue_id
where p.box_office_id = :box_office_id and p.ends_at > :now and p.status in ('on_sale', 'closed')
    and e.visibility <> 'draft'
order by p.starts_at, p.id
limit :rows_max;

-- name: tariffs(performance_id)
select t.id, t.name
from performances p
join tariffs t on t.event_id = p.event_id and t.closed_at is null
where p.id = :performance_id
    and exists (select from prices r where r.tariff_id = t.id and coalesce(r.performance_id, p.id) = p.id)
order by t.position, t.name;

-- name: box_office_of(order_id)$
select box_office_id from orders where id = :order_id;

-- name: target(box_office_id, performance_id, tariff_id, now)^
select p.id as performance_id, p.box_office_id, p.pool_id, coalesce(p.own_plan_hash, v.hash) as plan_hash,
    p.place_list_hash, k.epoch, p.ends_at > :now::timestamptz and p.status in ('on_sale', 'closed') as to_come,
    t.id as tariff_id, t.name as tariff_name, t.closed_at is not null as closed, t.form_id,
    case when b.vat_registered then
        coalesce(t.vat_thousandths, vat_rate_on(b.id, (p.starts_at at time zone u.time_zone)::date))
    end as vat_thousandths,
    array(
        select q.pool_id from quotas q
        where q.tariff_id = t.id and (q.performance_id is null or q.performance_id = p.id)
        order by q.pool_id
    ) as quota_pools
from performances p
join box_offices b on b.id = p.box_office_id
join tariffs t on t.event_id = p.event_id
join plan_versions v on v.id = p.plan_version_id
join pools k on k.id = p.pool_id
join venues u on u.id = p.venue_id
where p.box_office_id = :box_office_id and p.id = :performance_id and t.id = :tariff_id;

-- name: lock_tariff(tariff_id)!
select from tariffs where id = :tariff_id for share;

-- name: issue(ticket_id, line_id, old_id, performance_id, tariff_id, pool_id, place, zone, row_label, seat_label, category, price_cents, options_cents, vat_thousandths, label, status, now)!
-- The ticket that another is exchanged for, in its order and for its holder, with a line of its own.
with line as (
    insert into order_lines (id, order_id, box_office_id, kind, label, amount_cents, vat_thousandths, created_at)
    select :line_id::uuid, o.id, o.box_office_id, 'ticket', :label::text, :price_cents::integer,
        :vat_thousandths::integer, :now::timestamptz
    from tickets t
    join orders o on o.id = t.order_id
    where t.id = :old_id::uuid
)
insert into tickets (
    id, order_id, order_line_id, performance_id, tariff_id, pool_id, place, zone, row_label, seat_label, category,
    price_cents, options_cents, holder_name, status, placed_at
)
select :ticket_id::uuid, order_id, :line_id::uuid, :performance_id::uuid, :tariff_id::uuid, :pool_id::bigint,
    :place::integer, :zone::text, :row_label::text, :seat_label::text, :category::text, :price_cents::integer,
    :options_cents::integer, holder_name, :status::text, placed_at
from tickets
where id = :old_id::uuid;

-- name: follow(ticket_id, old_id, form_id, same_tariff)!
-- Options of the same tariff, and the answers to the same form.
with chosen as (
    insert into ticket_options (ticket_id, option_id, name, price_cents)
    select :ticket_id, option_id, name, price_cents from ticket_options where ticket_id = :old_id and :same_tariff
)
update answers a set ticket_id = :ticket_id
from form_fields f
where a.ticket_id = :old_id and f.id = a.field_id and f.form_id = :form_id;

-- name: told(tickets)
-- Dates, seats and tariffs as the audit log tells of them.
select to_char(p.starts_at at time zone v.time_zone, 'YYYY-MM-DD HH24:MI') || ' ' || e.name,
    concat_ws(', ', t.zone, nullif(t.row_label || '-' || t.seat_label, '-')), f.name
from unnest(:tickets::uuid[]) with ordinality as asked (id, position)
join tickets t on t.id = asked.id
join performances p on p.id = t.performance_id
join events e on e.id = p.event_id
join venues v on v.id = p.venue_id
join tariffs f on f.id = t.tariff_id
order by asked.position;
