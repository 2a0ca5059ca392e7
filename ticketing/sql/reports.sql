-- name: box_office(organisation_id, box_office_id)^
-- What a report is told in.
select b.id, b.key, b.name, b.currency, box_office_time_zone(b.id) as time_zone
from box_offices b
where b.id = :box_office_id and b.organisation_id = :organisation_id;

-- name: sold(box_office_id, since, until, grouped_by, time_zone, rows_max)
-- The lines written in a time, by what they are about. A line is about its ticket, or the one that left it behind;
-- a reversal or an adjustment, about what its line is about; of a pass, about no date. What was taken back of an order
-- that was never paid has lapsed; a ticket that moves is not taken back: its sale becomes another's.
with line as (
    select l.kind, l.amount_cents, l.vat_cents, l.created_at, o.channel, o.status,
        coalesce(b.kind, l.kind) as base_kind, l.kind = 'reversal' and n.line_id is null or l.adjusts is not null as back,
        coalesce(t.performance_id, m.performance_id) as performance_id, coalesce(t.tariff_id, m.tariff_id) as tariff_id
    from order_lines l
    join orders o on o.id = l.order_id
    left join order_lines b on b.id = l.reverses
    left join lateral (
        select t.performance_id, t.tariff_id
        from tickets t
        where t.order_id = l.order_id and t.order_line_id = coalesce(l.reverses, l.adjusts, l.id) and t.pass_id is null
        limit 1
    ) as t on true
    left join former_lines n on n.line_id = coalesce(l.reverses, l.adjusts, l.id)
    left join tickets m on m.id = n.ticket_id
    where l.box_office_id = :box_office_id and l.created_at >= :since and l.created_at < :until
), keyed as (
    select line.*,
        case :grouped_by::text
            when 'event' then f.event_id::text
            when 'date' then f.id::text
            when 'tariff' then line.tariff_id::text
            when 'day' then to_char(line.created_at at time zone :time_zone::text, 'YYYY-MM-DD')
            when 'channel' then line.channel
        end as key
    from line
    left join performances f on f.id = line.performance_id
)
select key,
    (count(*) filter (where base_kind = 'ticket' and kind <> 'reversal')
        - count(*) filter (where base_kind = 'ticket' and kind = 'reversal'))::integer as ticket_count,
    coalesce(sum(amount_cents) filter (where not back), 0)::bigint as sold_cents,
    coalesce(-sum(amount_cents) filter (where back and status <> 'expired'), 0)::bigint as returned_cents,
    coalesce(-sum(amount_cents) filter (where back and status = 'expired'), 0)::bigint as lapsed_cents,
    sum(amount_cents)::bigint as net_cents,
    sum(vat_cents)::bigint as vat_cents
from keyed
group by key
order by key
limit :rows_max;

-- name: events(keys)
select id::text as key, name, null::text as detail, null::timestamptz as at, null::text as time_zone
from events
where id = any(:keys::text[]::uuid[]);

-- name: dates(keys)
select f.id::text as key, e.name, null::text as detail, f.starts_at as at, u.time_zone
from performances f
join events e on e.id = f.event_id
join venues u on u.id = f.venue_id
where f.id = any(:keys::text[]::uuid[]);

-- name: tariffs(keys)
select t.id::text as key, t.name, e.name as detail, null::timestamptz as at, null::text as time_zone
from tariffs t
join events e on e.id = t.event_id
where t.id = any(:keys::text[]::uuid[]);

-- name: money(box_office_id, since, until)
-- What came in and went back in a time, by where the money lies, as the ledger has it; not what changed its order.
select account as key, currency,
    coalesce(sum(cents) filter (where cents > 0), 0)::bigint as received_cents,
    coalesce(-sum(cents) filter (where cents < 0), 0)::bigint as returned_cents
from (
    select case when g.credit = 'receivable' then g.debit else g.credit end as account, g.currency,
        case when g.credit = 'receivable' then g.amount_cents else -g.amount_cents end as cents
    from ledger g
    where g.box_office_id = :box_office_id and g.at >= :since and g.at < :until
        and 'receivable' in (g.debit, g.credit) and 'sales' not in (g.debit, g.credit) and g.reason <> 'split'
) as moved
group by account, currency
order by account, currency;

-- name: next_dates(box_office_id, now, rows_max)
-- The next dates of a box office, with what is sold of them.
select f.id, f.event_id, e.name as event_name, f.starts_at, f.ends_at, f.status, f.label, f.pool_id,
    coalesce(f.own_plan_hash, v.hash) as plan_hash, f.place_list_hash, u.name as venue_name, u.time_zone,
    s.sale_opens_at, s.sale_closes_at,
    v.place_count - kept_count(p.id, p.blocked_count, p.coded) as capacity,
    (
        select count(*)::integer from tickets t where t.performance_id = f.id and t.status <> 'cancelled'
    ) as taken_count
from performances f
join events e on e.id = f.event_id
join performance_sales s on s.performance_id = f.id
join venues u on u.id = f.venue_id
join plan_versions v on v.id = f.plan_version_id
join pools p on p.id = f.pool_id
where f.box_office_id = :box_office_id and f.ends_at > :now and f.status in ('on_sale', 'closed')
    and e.visibility <> 'draft'
order by f.starts_at, f.id
limit :rows_max;

-- name: to_do(box_office_id)^
-- What waits for somebody.
select
    (
        select count(*)::integer
        from refunds r
        join payments y on y.id = r.payment_id
        join orders o on o.id = r.order_id
        where r.status = 'due' and y.provider in ('on_site', 'terminal', 'transfer') and o.box_office_id = :box_office_id
    ) as refunds_due_count,
    (
        select count(*)::integer
        from events e
        where e.box_office_id = :box_office_id and e.visibility = 'draft'
    ) as draft_count,
    (
        select count(*)::integer
        from events e
        where e.box_office_id = :box_office_id and e.visibility <> 'draft'
            and not exists (select from performances f where f.event_id = e.id)
    ) as dateless_count;

-- name: tickets_and_sales(box_office_id, since, until)^
-- Tickets sold and taken back in a time, and what that comes to; of the index alone, but for what was taken back.
select
    (
        count(*) filter (where l.kind = 'ticket') - count(*) filter (
            where case when l.reverses is not null then
                (select b.kind from order_lines b where b.id = l.reverses) = 'ticket'
            end
        )
    )::integer as ticket_count,
    coalesce(sum(l.amount_cents), 0)::bigint as net_cents
from order_lines l
where l.box_office_id = :box_office_id and l.created_at >= :since and l.created_at < :until;
