-- name: open(session_id, till_id, staff_id, now)^
-- The till's row is held, so nobody else has the number.
insert into cash_sessions (id, till_id, box_office_id, currency, number, opened_by, opened_at)
select :session_id, t.id, b.id, b.currency,
    (select coalesce(max(s.number), 0) + 1 from cash_sessions s where s.till_id = t.id), :staff_id::uuid,
    :now::timestamptz
from tills t
join box_offices b on b.id = t.box_office_id
where t.id = :till_id
returning number, currency;

-- name: seller_at(till_id)$
select f.name
from cash_sessions s
join staff f on f.id = s.opened_by
where s.till_id = :till_id and s.closed_at is null;

-- name: own_till(box_office_id, staff_id)$
select t.name
from cash_sessions s
join tills t on t.id = s.till_id
where s.box_office_id = :box_office_id and s.opened_by = :staff_id and s.closed_at is null;

-- name: own(box_office_id, staff_id)$
select id from cash_sessions where box_office_id = :box_office_id and opened_by = :staff_id and closed_at is null;

-- name: lock(session_id, seen_by)^
-- Whoever moves money at the till waits here.
select s.id, s.till_id, t.name as till_name, s.box_office_id, s.currency, s.number, s.closed_at
from cash_sessions s
join tills t on t.id = s.till_id
where s.id = :session_id and (:seen_by::uuid is null or s.opened_by = :seen_by or t.shared)
for no key update of s;

-- name: close(session_id, staff_id, now)$
-- The name of who closed it.
update cash_sessions set closed_by = :staff_id, closed_at = :now
from staff f
where cash_sessions.id = :session_id and f.id = :staff_id
returning f.name;

-- name: drawers(box_office_id, staff_id, rows_max)
select s.id, t.name as till_name, s.opened_by = :staff_id as own
from cash_sessions s
join tills t on t.id = s.till_id
where s.box_office_id = :box_office_id and s.closed_at is null and (s.opened_by = :staff_id or t.shared)
order by s.opened_by = :staff_id desc, lower(t.name), s.id
limit :rows_max;

-- name: get(session_id, seen_by)^
select s.id, s.till_id, t.name as till_name, t.locale as till_locale, t.shared, s.box_office_id, s.currency,
    box_office_time_zone(s.box_office_id) as time_zone, s.number, f.name as seller, s.opened_at, g.name as closed_by,
    s.closed_at,
    (
        select coalesce(sum(m.amount_cents), 0)::bigint from cash_movements m
        where m.session_id = s.id and m.method = 'on_site'
    ) as cash_cents,
    (select max(m.number) from cash_movements m where m.session_id = s.id) as journal_number
from cash_sessions s
join tills t on t.id = s.till_id
join staff f on f.id = s.opened_by
left join staff g on g.id = s.closed_by
where s.id = :session_id and (:seen_by::uuid is null or s.opened_by = :seen_by or t.shared);

-- name: movements(session_id, rows_max)
select m.number, m.kind, m.method, m.amount_cents, m.value_cents, m.expected_cents, m.counted_cents, m.reason, m.note,
    f.name as seller, m.at, o.id as order_id, o.code as order_code
from cash_movements m
join staff f on f.id = m.staff_id
left join payments p on p.id = m.payment_id
left join refunds r on r.id = m.refund_id
left join orders o on o.id = coalesce(p.order_id, r.order_id, m.order_id)
where m.session_id = :session_id
order by m.number desc
limit :rows_max;

-- name: lock_order(order_id)$
select id from orders where id = :order_id for no key update;

-- name: sold(order_id)$
select 1 from cash_movements where order_id = :order_id;

-- name: entries(session_id)
select entry from cash_movements where session_id = :session_id order by number;

-- name: closed(till_id, seen_by, rows_max, rows_skipped)
select s.id, s.number, f.name as seller, s.opened_at, s.closed_at, w.taken_cents,
    l.counted_cents - l.expected_cents as difference_cents
from cash_sessions s
join tills t on t.id = s.till_id
join staff f on f.id = s.opened_by
cross join lateral (
    select coalesce(sum(m.amount_cents), 0)::bigint as taken_cents
    from cash_movements m
    where m.session_id = s.id and m.kind in ('payment', 'refund')
) w
cross join lateral (
    select m.counted_cents, m.expected_cents from cash_movements m
    where m.session_id = s.id order by m.number desc limit 1
) l
where s.till_id = :till_id and s.closed_at is not null
    and (:seen_by::uuid is null or s.opened_by = :seen_by or t.shared)
order by s.number desc
limit :rows_max offset :rows_skipped;
