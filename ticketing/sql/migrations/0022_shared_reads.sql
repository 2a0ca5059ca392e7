-- What several pages read, each worked out in one place.

-- What an order comes to, worked out in one place. `due_cents` is what its buyer still owes, or less than nothing when
-- too much was paid and is not yet marked to be paid back.
create function order_sums(ordered uuid) returns table (
    total_cents integer, received_cents integer, refunded_cents integer, refund_due_cents integer, due_cents integer
) language sql stable parallel safe
begin atomic
    select l.cents, p.cents, r.sent_cents, r.due_cents, l.cents - p.cents + r.sent_cents + r.due_cents
    from orders o
    cross join lateral (
        select coalesce(sum(w.amount_cents), 0)::integer as cents from order_lines w where w.order_id = o.id
    ) l
    cross join lateral (
        select coalesce(sum(w.amount_cents), 0)::integer as cents
        from payments w
        where w.order_id = o.id and w.currency = o.currency and w.status in ('succeeded', 'refund_due', 'refunded')
    ) p
    cross join lateral (
        select
            coalesce(sum(w.amount_cents) filter (where w.status = 'sent'), 0)::integer as sent_cents,
            coalesce(sum(w.amount_cents) filter (where w.status = 'due'), 0)::integer as due_cents
        from refunds w
        where w.order_id = o.id and w.currency = o.currency
    ) r
    where o.id = ordered;
end;

-- What an event says of itself, by language.
create view event_descriptions as
select e.id as event_id, coalesce(t.texts, '{}') as texts
from events e
cross join lateral (
    select jsonb_object_agg(
        x.language,
        jsonb_build_object(
            'title', x.title, 'subtitle', x.subtitle, 'description', x.description, 'picture_alt', x.picture_alt
        )
    ) as texts
    from event_texts x
    where x.event_id = e.id
) t;

-- The lowest price that an event's public tariffs still have at a moment; one of nothing only where there is no other.
create function event_from(event uuid, at timestamptz) returns table (cents integer) language sql stable parallel safe
begin atomic
    select coalesce(min(c.price_cents) filter (where c.price_cents > 0), min(c.price_cents))
    from tariffs t
    join prices c on c.tariff_id = t.id
    where t.event_id = event and not t.counter_only and t.closed_at is null
        and (t.sale_closes_at is null or t.sale_closes_at > at);
end;
