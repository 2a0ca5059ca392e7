-- name: owns(organisation_id, box_office_id)$
select id from box_offices where id = :box_office_id and organisation_id = :organisation_id;

-- name: create_type(pass_type_id, box_office_id, name, short_name, price_cents, pool_id, created_at)!
insert into pass_types (id, box_office_id, name, short_name, price_cents, pool_id, created_at)
values (:pass_type_id, :box_office_id, :name, :short_name, :price_cents, :pool_id, :created_at);

-- name: add_performances(pass_type_id, box_office_id, performance_ids)!
insert into pass_type_performances (pass_type_id, performance_id)
select :pass_type_id, id
from performances
where id = any(:performance_ids::uuid[]) and box_office_id = :box_office_id and status <> 'cancelled';

-- name: get(pass_type_id)^
select
    y.id, y.box_office_id, y.name, y.short_name, y.price_cents, y.pool_id, y.withdrawn_at,
    array(
        select p.id
        from pass_type_performances d
        join performances p on p.id = d.performance_id
        where d.pass_type_id = y.id
        order by p.starts_at, p.id
    ) as performances
from pass_types y
where y.id = :pass_type_id;

-- name: list_of(box_office_key)
select
    y.id, y.box_office_id, y.name, y.short_name, y.price_cents, y.pool_id, y.withdrawn_at,
    array(
        select p.id
        from pass_type_performances d
        join performances p on p.id = d.performance_id
        where d.pass_type_id = y.id
        order by p.starts_at, p.id
    ) as performances
from pass_types y
join box_offices b on b.id = y.box_office_id
where b.key = :box_office_key and y.withdrawn_at is null
order by y.name, y.id;

-- name: shown(box_office_id, now)
-- What a shop shows, a row for each date: not withdrawn, and all of its dates public, not over and not closed.
select y.id, y.name, y.price_cents, p.id as performance, p.event_id, w.title as event_name, p.starts_at, u.time_zone,
    p.venue_id
from pass_types y
join pass_type_performances d on d.pass_type_id = y.id
join performances p on p.id = d.performance_id
join event_titles w on w.event_id = p.event_id
join venues u on u.id = p.venue_id
where y.box_office_id = :box_office_id and y.withdrawn_at is null
    and not exists (
        select from pass_type_performances o
        join performances f on f.id = o.performance_id
        join performance_sales s on s.performance_id = f.id
        join events e on e.id = f.event_id
        where o.pass_type_id = y.id
            and (f.status <> 'on_sale' or s.sale_closes_at <= :now or e.visibility <> 'public')
    )
order by y.name, y.id, p.starts_at, p.id;

-- name: overview(box_office_id, pass_type_id, now, rows_max, rows_skipped)
-- The passes of a box office, or one of them, as the back office has them; by name, with how many there are in all.
with told as (
    select d.pass_type_id, count(*)::integer as date_count, min(p.starts_at) as first_at, max(p.starts_at) as last_at,
        (array_agg(u.time_zone order by p.starts_at))[1] as time_zone, max(s.sale_opens_at) as opens_at,
        min(s.sale_closes_at) as closes_at, bool_or(p.status <> 'on_sale') as closed,
        bool_or(p.status = 'draft' or s.visibility <> 'public') as hidden
    from pass_types y
    join pass_type_performances d on d.pass_type_id = y.id
    join performances p on p.id = d.performance_id
    join performance_sales s on s.performance_id = p.id
    join venues u on u.id = p.venue_id
    where y.box_office_id = :box_office_id
    group by d.pass_type_id
)
select y.id, y.name, y.short_name, y.price_cents, q.place_count as quantity, y.version, t.date_count, t.first_at,
    t.last_at, t.time_zone, t.opens_at, n.live as live_count, n.reserved as reserved_count, n.ever as ever_count,
    case
        when y.withdrawn_at is not null then 'withdrawn'
        when t.closed and not t.hidden or t.closes_at <= :now::timestamptz then 'over'
        when t.hidden then 'hidden'
        when q.place_count <= n.live then 'sold_out'
        when t.opens_at > :now::timestamptz then 'later'
        else 'open'
    end as state,
    count(*) over ()::integer as row_count
from pass_types y
join told t on t.pass_type_id = y.id
left join pools q on q.id = y.pool_id
cross join lateral (
    select count(*) filter (where a.status in ('reserved', 'valid', 'opposed'))::integer as live,
        count(*) filter (where a.status = 'reserved')::integer as reserved, count(*)::integer as ever
    from passes a
    where a.pass_type_id = y.id
) n
where y.box_office_id = :box_office_id and (:pass_type_id::uuid is null or y.id = :pass_type_id)
order by y.name, y.id
limit :rows_max offset :rows_skipped;

-- name: dates(pass_type_id)
select p.id as performance, p.event_id, e.name as event_name, p.starts_at, u.time_zone, p.venue_id, u.name as venue_name
from pass_type_performances d
join performances p on p.id = d.performance_id
join events e on e.id = p.event_id
join venues u on u.id = p.venue_id
where d.pass_type_id = :pass_type_id
order by p.starts_at, p.id;

-- name: choices(box_office_id, pass_type_id, now, rows_max)
-- The dates to come, and those that the pass has already; by event, the one that begins first before the others.
select p.id as performance, p.event_id, e.name as event_name, p.starts_at, u.time_zone, p.venue_id, u.name as venue_name
from performances p
join events e on e.id = p.event_id
join venues u on u.id = p.venue_id
where p.box_office_id = :box_office_id and p.status <> 'cancelled'
    and (
        p.ends_at > :now
        or exists (
            select from pass_type_performances d where d.pass_type_id = :pass_type_id and d.performance_id = p.id
        )
    )
order by min(p.starts_at) over (partition by p.event_id), p.event_id, p.starts_at, p.id
limit :rows_max;

-- name: halls(box_office_id, performance_ids)
select distinct coalesce(p.own_plan_hash, v.hash), p.place_list_hash
from performances p
join plan_versions v on v.id = p.plan_version_id
where p.id = any(:performance_ids::uuid[]) and p.box_office_id = :box_office_id and p.status <> 'cancelled';

-- name: lock_alone(pass_type_id)$
-- The lock that orders take together (`stale_pass_types`), alone.
select pg_advisory_xact_lock(9, hashtext(:pass_type_id::uuid::text));

-- name: owned(organisation_id, pass_type_id)^
select y.id, y.box_office_id, y.name, y.short_name, y.price_cents, q.place_count as quantity, y.pool_id, y.version,
    y.withdrawn_at, exists (select from passes a where a.pass_type_id = y.id) as sold,
    array(
        select p.starts_at
        from pass_type_performances d
        join performances p on p.id = d.performance_id
        where d.pass_type_id = y.id
        order by p.starts_at, p.id
    ) as dates,
    array(select d.performance_id from pass_type_performances d where d.pass_type_id = y.id) as performances
from pass_types y
join box_offices b on b.id = y.box_office_id
left join pools q on q.id = y.pool_id
where y.id = :pass_type_id and b.organisation_id = :organisation_id;

-- name: edit(pass_type_id, name, short_name, price_cents, pool_id)!
update pass_types
set name = :name, short_name = :short_name, price_cents = :price_cents, pool_id = :pool_id, version = version + 1
where id = :pass_type_id;

-- name: drop_performances(pass_type_id)!
delete from pass_type_performances where pass_type_id = :pass_type_id;

-- name: withdraw(pass_type_id, withdrawn_at)!
update pass_types set withdrawn_at = :withdrawn_at where id = :pass_type_id;

-- name: lock_orders(pass_type_id)!
-- Every order that has, or may have again, passes of the type: whoever takes one back or seats one again waits.
select from orders
where id in (select order_id from passes where pass_type_id = :pass_type_id)
order by id
for no key update;

-- name: claim(pool, pass_type_id)!
-- A place for each live pass, from the first one on.
insert into claims (pool_id, place, order_id)
select :pool::bigint, row_number() over (order by id) - 1, order_id
from passes
where pass_type_id = :pass_type_id and status in ('reserved', 'valid', 'opposed');

-- name: live(pass_type_id)$
select count(*)::integer
from passes
where pass_type_id = :pass_type_id and status in ('reserved', 'valid', 'opposed');

-- name: lock(organisation_id, pass_id)^
select a.id, a.order_id, o.code as order_code, o.box_office_id, a.serial, a.status, a.generation
from passes a
join orders o on o.id = a.order_id
join box_offices b on b.id = o.box_office_id
where a.id = :pass_id and b.organisation_id = :organisation_id
for no key update of a;

-- name: write(pass_id, status, generation)!
update passes set status = :status, generation = :generation where id = :pass_id;
