-- name: ground(box_office_id, request_key, email, channel, performances, tariffs)
-- What an order stands on, in one look: a row for each performance and tariff asked for (no tariff: a pass pays).
select
    clock_timestamp() as asked_at,
    b.organisation_id,
    b.currency,
    c.id as customer_id,
    o.id as order_id,
    (
        select count(*)::integer from orders u join tickets h on h.order_id = u.id
        where u.customer_id = c.id and u.status = 'pending' and h.status = 'reserved'
    ) as unpaid_places,
    asked.performance_id,
    asked.tariff_id,
    p.pool_id,
    k.epoch as pool_epoch,
    case when s.visibility = 'draft' then 'draft' when p.label = 'postponed' then 'closed' else p.status end as status,
    case when :channel::text = 'counter' then s.counter_opens_at else s.sale_opens_at end as sale_opens_at,
    case when :channel::text = 'counter' then s.counter_closes_at else s.sale_closes_at end as sale_closes_at,
    s.order_places_max,
    coalesce(p.own_plan_hash, v.hash) as plan_hash,
    p.place_list_hash,
    t.name as tariff_name,
    t.version as tariff_version,
    t.sale_opens_at as tariff_opens_at,
    t.sale_closes_at as tariff_closes_at,
    t.closed_at as tariff_closed_at,
    t.counter_only,
    t.order_min,
    t.order_max,
    case when b.vat_registered then
        coalesce(t.vat_thousandths, vat_rate_on(b.id, (p.starts_at at time zone u.time_zone)::date))
    end as vat_thousandths,
    cost.dated,
    cost.zones,
    cost.categories,
    cost.prices_cents,
    choice.options,
    choice.option_groups,
    choice.option_names,
    choice.option_prices,
    array(
        select q.pool_id from quotas q
        where q.tariff_id = t.id and (q.performance_id is null or q.performance_id = p.id)
        order by q.pool_id
    ) as quota_pools,
    t.form_id,
    coalesce(w.order_form_id, y.id) as order_form_id
from box_offices b
left join customers c on c.organisation_id = b.organisation_id and c.email = :email and c.forgotten_at is null
left join orders o on o.box_office_id = b.id and o.request_key = :request_key
cross join unnest(:performances::uuid[], :tariffs::uuid[]) as asked (performance_id, tariff_id)
left join performances p on p.id = asked.performance_id and p.box_office_id = b.id
left join performance_sales s on s.performance_id = p.id
left join plan_versions v on v.id = p.plan_version_id
left join pools k on k.id = p.pool_id
left join venues u on u.id = p.venue_id
left join tariffs t on t.id = asked.tariff_id and t.event_id = p.event_id
left join events w on w.id = p.event_id
left join forms y on y.box_office_id = b.id and y.of_orders
cross join lateral (
    select array_agg(r.performance_id is not null) as dated, array_agg(r.zone) as zones,
        array_agg(r.category) as categories, array_agg(r.price_cents) as prices_cents
    from prices r
    where r.tariff_id = t.id and (r.performance_id is null or r.performance_id = p.id)
) as cost
cross join lateral (
    select array_agg(n.id) as options, array_agg(n.group_id) as option_groups, array_agg(n.name) as option_names,
        array_agg(n.price_cents) as option_prices
    from options n
    where n.tariff_id = t.id and n.closed_at is null
) as choice
where b.id = :box_office_id;

-- name: pass_types(box_office_id, pass_types)
-- A pass is taxed as on the day of its first performance.
select y.id, y.name, y.price_cents, y.pool_id,
    array(select performance_id from pass_type_performances where pass_type_id = y.id) as performances, y.withdrawn_at,
    (
        select vat_rate_on(p.box_office_id, (p.starts_at at time zone u.time_zone)::date)
        from pass_type_performances d
        join performances p on p.id = d.performance_id
        join venues u on u.id = p.venue_id
        where d.pass_type_id = y.id
        order by p.starts_at
        limit 1
    ) as vat_thousandths
from pass_types y
where y.box_office_id = :box_office_id and y.id = any(:pass_types::uuid[]);

-- name: place(tariff_ids, tariff_versions, pinned_pools, pinned_epochs, customer_id, new_customer_id, organisation_id, email, name, locale, order_id, code, box_office_id, hold_id, request_key, request_digest, secret_hash, status, channel, ticket_status, currency, placed_at, expires_at, asked_at, order_s_max, claim_pools, claim_places, line_ids, line_kinds, line_labels, line_amounts, line_vats, pass_ids, pass_lines, pass_types, pass_holders, ticket_ids, ticket_lines, ticket_passes, ticket_performances, ticket_tariffs, ticket_pools, ticket_places, ticket_zones, ticket_rows, ticket_seats, ticket_categories, ticket_prices, ticket_options_cents, ticket_holders, option_tickets, option_ids, option_names, option_prices, total_cents, jobs, priorities, payloads, job_delays)^
-- The whole order in one statement: its tariffs, its kinds of pass and its pools are locked and looked at first, and
-- nothing is written when one was changed, or rebuilt. Claims go in by (pool, place), so that two orders for the same places wait for each
-- other in one direction only. Whoever asked rolls back unless everything is there. The jobs are PgQueuer's rows as it writes them itself.
with tariffs as materialized (
    select stale_tariffs(:tariff_ids::uuid[], :tariff_versions::integer[]) = '{}' as unchanged
), kinds as materialized (
    select unchanged and case when :pass_types::uuid[] = '{}' then true else stale_pass_types(
        :pass_ids::uuid[], :pass_types::uuid[], :ticket_passes::uuid[], :ticket_performances::uuid[],
        :claim_pools::bigint[]
    ) = '{}' end as unchanged
    from tariffs
), pools as materialized (
    select unchanged, stale_pools(:pinned_pools::bigint[], :pinned_epochs::bigint[]) = '{}' as ready from kinds
), buyer as (
    insert into customers (id, organisation_id, email, name, locale, created_at, forgotten_at)
    select :new_customer_id::uuid, :organisation_id::uuid, :email::text, :name::text, :locale::text,
        :placed_at::timestamptz, case when :email::text = '' then :placed_at::timestamptz end
    from pools
    where ready and unchanged and :customer_id::uuid is null
    on conflict (organisation_id, email, forgotten_id) do update set email = excluded.email
    returning id
), placed as (
    insert into orders (
        id, code, box_office_id, customer_id, hold_id, request_key, request_digest, secret_hash, status, channel,
        currency, placed_at, expires_at
    )
    select :order_id::uuid, :code::text, :box_office_id::uuid, coalesce(:customer_id::uuid, (select id from buyer)),
        :hold_id::bytea, :request_key::text, :request_digest::bytea, :secret_hash::bytea, :status::text,
        :channel::text, :currency::text, :placed_at::timestamptz, :expires_at::timestamptz
    from pools
    where ready and unchanged
    on conflict do nothing
    returning id
), claimed as (
    insert into claims (pool_id, place, order_id)
    select wanted.pool, wanted.place, placed.id
    from placed, unnest(:claim_pools::bigint[], :claim_places::integer[]) as wanted (pool, place)
    order by wanted.pool, wanted.place
    on conflict do nothing
    returning pool_id, place, serial
), lines as (
    insert into order_lines (id, order_id, box_office_id, kind, label, amount_cents, vat_thousandths, created_at)
    select l.id, placed.id, :box_office_id::uuid, l.kind, l.label, l.amount_cents, l.vat_thousandths,
        :placed_at::timestamptz
    from placed, unnest(
        :line_ids::uuid[], :line_kinds::text[], :line_labels::text[], :line_amounts::integer[], :line_vats::integer[]
    ) as l (id, kind, label, amount_cents, vat_thousandths)
), holders as (
    insert into passes (id, pass_type_id, order_id, order_line_id, holder_name, status)
    select h.id, h.pass_type, placed.id, h.line, h.holder, :ticket_status::text
    from placed, unnest(:pass_ids::uuid[], :pass_types::uuid[], :pass_lines::uuid[], :pass_holders::text[])
        as h (id, pass_type, line, holder)
), seats as (
    insert into tickets (
        id, order_id, order_line_id, pass_id, performance_id, tariff_id, pool_id, place, zone, row_label, seat_label,
        category, price_cents, options_cents, holder_name, status, placed_at
    )
    select t.id, placed.id, t.line, t.pass, t.performance, t.tariff, t.pool, t.place, t.zone, t.row_label,
        t.seat_label, t.category, t.price_cents, t.options_cents, t.holder, :ticket_status::text, :placed_at::timestamptz
    from placed, unnest(
        :ticket_ids::uuid[], :ticket_lines::uuid[], :ticket_passes::uuid[], :ticket_performances::uuid[],
        :ticket_tariffs::uuid[], :ticket_pools::bigint[], :ticket_places::integer[], :ticket_zones::text[],
        :ticket_rows::text[], :ticket_seats::text[], :ticket_categories::text[], :ticket_prices::integer[],
        :ticket_options_cents::integer[], :ticket_holders::text[]
    ) as t (
        id, line, pass, performance, tariff, pool, place, zone, row_label, seat_label, category, price_cents,
        options_cents, holder
    )
), chosen as (
    insert into ticket_options (ticket_id, option_id, name, price_cents)
    select n.ticket, n.option, n.name, n.price_cents
    from placed, unnest(
        :option_tickets::uuid[], :option_ids::uuid[], :option_names::text[], :option_prices::integer[]
    ) as n (ticket, option, name, price_cents)
), posted as (
    insert into ledger (order_id, box_office_id, debit, credit, amount_cents, currency, reason, at)
    select id, :box_office_id::uuid, 'receivable', 'sales', :total_cents::integer, :currency::text, 'placed', :placed_at::timestamptz
    from placed
    where :total_cents::integer > 0
), queued as (
    insert into pgqueuer (priority, entrypoint, payload, execute_after, status)
    select q.priority, q.job, q.payload, now() + make_interval(secs => q.delay_s), 'queued'
    from placed,
        unnest(:jobs::text[], :priorities::integer[], :payloads::bytea[], :job_delays::integer[])
            as q (job, priority, payload, delay_s)
)
select
    (select unchanged from pools) as unchanged,
    (select ready from pools) as ready,
    exists (select from placed) as placed,
    array(select pool_id from claimed order by pool_id, place) as pools,
    array(select place from claimed order by pool_id, place) as places,
    array(select serial from claimed order by pool_id, place) as serials,
    -- Last, so that the time spent waiting for another order's claims counts.
    clock_timestamp() < :asked_at::timestamptz + make_interval(secs => :order_s_max::integer) as in_time;

-- name: placed_by_key(box_office_id, request_key)^
-- An order as it was answered when it was placed: what changed since is left out.
select o.id, o.code, o.request_digest, o.currency, o.placed_at, o.expires_at,
    (
        select coalesce(sum(l.amount_cents), 0)::integer from order_lines l
        where l.order_id = o.id and l.kind <> 'reversal' and l.created_at = o.placed_at
    ) as total_cents
from orders o
where o.box_office_id = :box_office_id and o.request_key = :request_key;

-- name: hold_ordered(hold_id)$
select exists (select from orders where hold_id = :hold_id);

-- name: get(order_id)^
select
    o.id, o.code, o.box_office_id, b.organisation_id, o.customer_id, o.status, o.currency, o.placed_at, o.expires_at,
    o.closed_at, s.total_cents, s.received_cents, s.refunded_cents, s.refund_due_cents, s.due_cents,
    order_vat(o.id) as vat, o.payment_method
from orders o
join box_offices b on b.id = o.box_office_id
cross join lateral order_sums(o.id) s
where o.id = :order_id;

-- name: by_secret(order_id, secret_hash)$
select id from orders where id = :order_id and secret_hash = :secret_hash;

-- name: of_organisation(organisation_id, order_id)$
select o.id
from orders o
join box_offices b on b.id = o.box_office_id
where o.id = :order_id and b.organisation_id = :organisation_id;

-- name: by_code(organisation_id, code)$
select o.id
from orders o
join box_offices b on b.id = o.box_office_id
where o.code = :code and b.organisation_id = :organisation_id;

-- name: lines(order_id)
select id, kind, label, amount_cents, vat_thousandths, vat_cents, reverses, created_at
from order_lines
where order_id = :order_id
order by id;

-- name: lock(order_id)^
select id, code, box_office_id, status from orders where id = :order_id for no key update;

-- name: lock_due(now, orders_max)
-- Orders past their time, those that another worker has in hand left out.
select id, code, box_office_id, status
from orders
where status = 'pending' and expires_at <= :now
order by expires_at
limit :orders_max
for no key update skip locked;

-- name: part_paid(order_ids)
-- Which of these orders something came in for.
select o.id
from orders o
where o.id = any(:order_ids::uuid[])
    and exists (select from payments p where p.order_id = o.id and p.status in ('succeeded', 'refund_due', 'refunded'))
order by o.id;

-- name: lock_tickets(order_ids)!
-- Waits for scans under way: a statement after this one sees whom they let in, and those that come later wait.
select from tickets where order_id = any(:order_ids::uuid[]) order by id for no key update;

-- name: tickets_of(order_ids)
select t.id, t.order_id, t.order_line_id, t.pass_id, t.pool_id, t.place, t.status,
    exists (select from admissions a where a.ticket_id = t.id) as admitted
from tickets t
where t.order_id = any(:order_ids::uuid[])
order by t.pool_id, t.place;

-- name: open_lines(order_ids)
-- Lines that were not taken back.
select l.id
from order_lines l
where l.order_id = any(:order_ids::uuid[]) and l.kind <> 'reversal'
    and not exists (select from order_lines r where r.reverses = l.id);

-- name: beside(ticket_ids)
-- Interchangeable places that tickets take beside their own, by pool: of their tariff's quotas, of their passes' number.
select q.pool_id, count(*)::integer as place_count
from tickets t
join quotas q on q.tariff_id = t.tariff_id and (q.performance_id is null or q.performance_id = t.performance_id)
where t.id = any(:ticket_ids::uuid[])
group by q.pool_id
union all
select y.pool_id, count(distinct p.id)::integer
from tickets t
join passes p on p.id = t.pass_id
join pass_types y on y.id = p.pass_type_id
where t.id = any(:ticket_ids::uuid[]) and y.pool_id is not null
group by y.pool_id;

-- name: take_back(line_ids, reversal_ids, ticket_sources, reason, now)!
-- Each line by its opposite, with its tickets and passes, and what the orders were sold for.
with taken as (
    select l.id, l.order_id, l.label, l.amount_cents, l.vat_thousandths, l.box_office_id, o.currency,
        chosen.reversal
    from unnest(:line_ids::uuid[], :reversal_ids::uuid[]) as chosen (line, reversal)
    join order_lines l on l.id = chosen.line
    join orders o on o.id = l.order_id
), reversed as (
    insert into order_lines (
        id, order_id, box_office_id, kind, label, amount_cents, vat_thousandths, reverses, created_at
    )
    select reversal, order_id, box_office_id, 'reversal', label, -amount_cents, vat_thousandths, id, :now::timestamptz
    from taken
), seats as (
    update tickets set status = 'cancelled'
    from taken
    where tickets.order_id = taken.order_id and tickets.order_line_id = taken.id
        and tickets.status = any(:ticket_sources::text[])
), holders as (
    update passes set status = 'cancelled'
    from taken
    where passes.order_id = taken.order_id and passes.order_line_id = taken.id
        and passes.status = any(:ticket_sources::text[])
)
insert into ledger (order_id, box_office_id, debit, credit, amount_cents, currency, reason, at)
select order_id, box_office_id, 'sales', 'receivable', sum(amount_cents), currency, :reason::text, :now::timestamptz
from taken
group by order_id, box_office_id, currency
having sum(amount_cents) > 0;

-- name: adjust(line_ids, new_ids, now)!
-- Lines that stand, each with another that takes its amount off: what they were for stays what it is.
insert into order_lines (id, order_id, box_office_id, kind, label, amount_cents, vat_thousandths, adjusts, created_at)
select chosen.fresh, l.order_id, l.box_office_id, 'adjustment', l.label, -l.amount_cents, l.vat_thousandths, l.id,
    :now::timestamptz
from unnest(:line_ids::uuid[], :new_ids::uuid[]) as chosen (line, fresh)
join order_lines l on l.id = chosen.line
where l.amount_cents <> 0;

-- name: close(order_ids, status, now)!
update orders set status = :status, closed_at = :now where id = any(:order_ids::uuid[]);

-- name: pay(order_id, status, ticket_sources, ticket_status)!
with seats as (
    update tickets set status = :ticket_status::text
    where order_id = :order_id and status = any(:ticket_sources::text[])
), holders as (
    update passes set status = :ticket_status::text
    where order_id = :order_id and status = any(:ticket_sources::text[])
)
update orders set status = :status where id = :order_id;
