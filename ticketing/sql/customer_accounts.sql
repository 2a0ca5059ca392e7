-- name: password_of(organisation_id, email)^
select id, password_hash
from customers
where organisation_id = :organisation_id and email = :email and forgotten_at is null;

-- name: lock(customer_id)^
select id, organisation_id, email, name, locale, created_at
from customers
where id = :customer_id and forgotten_at is null
for no key update;

-- name: prove(customer_id, now)$
-- Whether this opened the account.
with before as (
    select proved_at from customers where id = :customer_id
)
update customers c
set proved_at = coalesce(c.proved_at, :now)
from before
where c.id = :customer_id
returning before.proved_at is null;

-- name: is_proved(customer_id)$
select proved_at is not null from customers where id = :customer_id;

-- name: set_profile(customer_id, name, locale)!
update customers set name = :name, locale = :locale where id = :customer_id;

-- name: set_password(customer_id, password_hash)!
update customers set password_hash = :password_hash where id = :customer_id;

-- name: set_email(customer_id, email, now)!
update customers set email = :email, proved_at = coalesce(proved_at, :now) where id = :customer_id;

-- name: lock_other(organisation_id, email, customer_id)$
select id
from customers
where organisation_id = :organisation_id and email = :email and id <> :customer_id and forgotten_at is null
for no key update;

-- name: take_orders(customer_id, other_id)!
update orders set customer_id = :customer_id where customer_id = :other_id;

-- name: strip(customer_id, name, now)!
update customers
set email = '', name = :name, password_hash = null, proved_at = null, deletion_asked_at = null, forgotten_at = :now
where id = :customer_id;

-- name: drop_links(customer_id)!
delete from customer_links where customer_id = :customer_id;

-- name: drop_addresses(customer_id)!
delete from customer_addresses where customer_id = :customer_id;

-- name: keep_opted_out(organisation_id, email, new_email, now)!
-- Who wants no mails wants none at another address either.
insert into opt_outs (organisation_id, email, at)
select organisation_id, :new_email, :now
from opt_outs
where organisation_id = :organisation_id and email = :email
on conflict do nothing;

-- name: orders(customer_id, language, now, orders_max)
-- A customer's orders: those with something to come first, the nearest one first of all, then the last ones.
select o.id, o.code, b.key as box_office_key, b.name as box_office_name, o.status, o.currency, o.placed_at, o.expires_at,
    d.first_at, d.last_ends_at, coalesce(d.time_zone, box_office_time_zone(b.id)) as time_zone,
    coalesce(d.events, '{}') as events, coalesce(d.ticket_count, 0) as ticket_count,
    (select coalesce(sum(l.amount_cents), 0)::integer from order_lines l where l.order_id = o.id) as total_cents,
    coalesce(o.status in ('pending', 'paid') and d.last_ends_at > :now, false) as upcoming
from orders o
join box_offices b on b.id = o.box_office_id
left join lateral (
    select coalesce(min(p.starts_at) filter (where p.ends_at > :now), min(p.starts_at)) as first_at,
        max(p.ends_at) as last_ends_at, min(v.time_zone) as time_zone,
        array_agg(distinct coalesce(w.titles ->> :language::text, w.title)) as events,
        count(*) filter (where t.status <> 'cancelled')::integer as ticket_count
    from tickets t
    join performances p on p.id = t.performance_id
    join venues v on v.id = p.venue_id
    join event_titles w on w.event_id = p.event_id
    where t.order_id = o.id
) d on true
where o.customer_id = :customer_id
order by upcoming desc, case when o.status in ('pending', 'paid') and d.last_ends_at > :now then d.first_at end,
    o.placed_at desc, o.id desc
limit :orders_max;

-- name: next_tickets(customer_id, language, now, tickets_max)
-- Good tickets of dates to come, the nearest first.
select t.order_id, b.key as box_office_key, p.id as performance_id,
    coalesce(w.titles ->> :language::text, w.title) as event_name, v.name as venue_name, v.time_zone, p.starts_at,
    p.doors_at, t.zone, t.row_label as row, t.seat_label as label, coalesce(f.name, '') as tariff_name, t.holder_name
from orders o
join box_offices b on b.id = o.box_office_id
join tickets t on t.order_id = o.id
join performances p on p.id = t.performance_id
join venues v on v.id = p.venue_id
join event_titles w on w.event_id = p.event_id
left join tariffs f on f.id = t.tariff_id
where o.customer_id = :customer_id and t.status = 'valid' and p.ends_at > :now
order by p.starts_at, p.id, o.id, t.place
limit :tickets_max;

-- name: is_theirs(customer_id, order_id, box_office_id)$
select exists (
    select from orders where id = :order_id and customer_id = :customer_id and box_office_id = :box_office_id
);

-- name: customer_of(order_id)^
select c.id, c.organisation_id, c.email, c.name, c.locale, c.created_at
from orders o
join customers c on c.id = o.customer_id
where o.id = :order_id and c.forgotten_at is null;

-- name: taken_away(customer_id)$
-- All that is kept of a customer, as they may take it with them. What they said, not what others noted.
select jsonb_build_object(
    'customer', jsonb_build_object(
        'email', c.email, 'name', c.name, 'language', c.locale, 'known_since', c.created_at,
        'address_proved_at', c.proved_at, 'mails_of_the_organiser', x.email is null,
        'deletion_asked_at', c.deletion_asked_at
    ),
    'orders', coalesce((
        select jsonb_agg(
            jsonb_build_object(
                'number', o.code, 'box_office', b.name, 'status', o.status, 'channel', o.channel, 'currency', o.currency,
                'placed_at', o.placed_at, 'closed_at', o.closed_at,
                'lines', (
                    select coalesce(
                        jsonb_agg(
                            jsonb_build_object('label', l.label, 'amount_cents', l.amount_cents, 'written_at', l.created_at)
                            order by l.created_at, l.id
                        ),
                        '[]'
                    )
                    from order_lines l where l.order_id = o.id
                ),
                'payments', (
                    select coalesce(
                        jsonb_agg(
                            jsonb_build_object(
                                'provider', p.provider, 'status', p.status, 'amount_cents', p.amount_cents,
                                'begun_at', p.created_at
                            )
                            order by p.created_at, p.id
                        ),
                        '[]'
                    )
                    from payments p where p.order_id = o.id
                ),
                'tickets', (
                    select coalesce(
                        jsonb_agg(
                            jsonb_build_object(
                                'number', t.serial, 'status', t.status, 'event', e.name, 'starts_at', f.starts_at,
                                'venue', v.name, 'zone', t.zone, 'row', t.row_label, 'seat', t.seat_label,
                                'tariff', r.name, 'price_cents', t.price_cents, 'holder', t.holder_name,
                                'let_in_at', a.at
                            )
                            order by f.starts_at, t.serial
                        ),
                        '[]'
                    )
                    from tickets t
                    join performances f on f.id = t.performance_id
                    join events e on e.id = f.event_id
                    join venues v on v.id = f.venue_id
                    left join tariffs r on r.id = t.tariff_id
                    left join admissions a on a.ticket_id = t.id
                    where t.order_id = o.id
                ),
                'answers', (
                    select coalesce(
                        jsonb_agg(
                            jsonb_build_object(
                                'ticket', t.serial, 'question', coalesce(d.labels ->> left(c.locale, 2), d.labels ->> 'en'),
                                'answers', to_jsonb(s.texts), 'file', u.name, 'answered_at', s.answered_at
                            )
                            order by s.answered_at, s.id
                        ),
                        '[]'
                    )
                    from answers s
                    join form_fields d on d.id = s.field_id
                    left join tickets t on t.id = s.ticket_id
                    left join uploads u on u.id = s.upload_id
                    where s.order_id = o.id
                ),
                'mails', (
                    select coalesce(
                        jsonb_agg(
                            jsonb_build_object('kind', m.kind, 'to', m.recipient, 'outcome', m.outcome, 'at', m.at)
                            order by m.at, m.id
                        ),
                        '[]'
                    )
                    from order_mails m where m.order_id = o.id
                )
            )
            order by o.placed_at, o.id
        )
        from orders o
        join box_offices b on b.id = o.box_office_id
        where o.customer_id = c.id
    ), '[]')
)::text
from customers c
left join opt_outs x on x.organisation_id = c.organisation_id and x.email = c.email
where c.id = :customer_id and c.forgotten_at is null;
