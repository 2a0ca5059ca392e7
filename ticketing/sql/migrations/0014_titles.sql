-- What buyers are told of an event and of an order.

-- What the public calls an event: its titles by language and, for readers of another one, the title in its box office's
-- language. One that has no title is called by its name.
create view event_titles as
select e.id as event_id, coalesce(t.titles ->> left(b.locale, 2), e.name) as title, t.titles
from events e
join box_offices b on b.id = e.box_office_id
cross join lateral (
    select coalesce(jsonb_object_agg(x.language, x.title), '{}') as titles
    from event_texts x
    where x.event_id = e.id and x.title <> ''
) t;

-- The tax in an order, the highest rate first: what its lines at a rate come to, and how much of that is tax. It is the
-- sum of the lines' own, so that it adds up to them.
create function order_vat(ordered uuid) returns jsonb language sql stable parallel safe
return (
    select coalesce(
        jsonb_agg(
            jsonb_build_object(
                'rate_thousandths', at_rate.vat_thousandths, 'amount_cents', at_rate.amount_cents,
                'vat_cents', at_rate.vat_cents
            )
            order by at_rate.vat_thousandths desc
        ),
        '[]'
    )
    from (
        select l.vat_thousandths, sum(l.amount_cents) as amount_cents, sum(l.vat_cents) as vat_cents
        from order_lines l
        where l.order_id = ordered and l.vat_thousandths is not null
        group by l.vat_thousandths
        having sum(l.amount_cents) <> 0 or sum(l.vat_cents) <> 0
    ) at_rate
);
