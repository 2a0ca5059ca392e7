-- name: rules(box_office_id)^
select version, to_jsonb(handovers) as handovers, cancellation_until_hours, holders_until_hours
from checkout_rules
where box_office_id = :box_office_id;

-- name: own(organisation_id, box_office_id)^
select name from box_offices where id = :box_office_id and organisation_id = :organisation_id;

-- name: change(box_office_id, version, handovers, cancellation_until_hours, holders_until_hours)$
-- Nothing where somebody else has saved meanwhile; version 0 is of who found nothing saved.
insert into checkout_rules (box_office_id, handovers, cancellation_until_hours, holders_until_hours)
select :box_office_id::uuid, :handovers::text[], :cancellation_until_hours::integer, :holders_until_hours::integer
where :version::integer = 0 or exists (select from checkout_rules where box_office_id = :box_office_id)
on conflict (box_office_id) do update
set version = checkout_rules.version + 1, handovers = excluded.handovers,
    cancellation_until_hours = excluded.cancellation_until_hours, holders_until_hours = excluded.holders_until_hours
where checkout_rules.version = :version
returning version;

-- name: store(order_id, handover, terms_hash)!
insert into order_choices (order_id, handover, terms_hash) values (:order_id, :handover, :terms_hash);

-- name: set_paper(order_id, paper)!
update orders set ticket_paper = :paper where id = :order_id;

-- name: set_handover(order_id, handover)!
insert into order_choices (order_id, handover) values (:order_id, :handover)
on conflict (order_id) do update set handover = excluded.handover;

-- name: of_order(order_id)^
-- What its buyer chose and may do, and what that depends on: its first date that somebody still has a ticket for.
select b.id as box_office_id, b.key as box_office_key, h.handover,
    coalesce(to_jsonb(r.handovers), '[]') as handovers, r.cancellation_until_hours, r.holders_until_hours,
    (
        select min(p.starts_at)
        from tickets t join performances p on p.id = t.performance_id
        where t.order_id = o.id and t.status in ('reserved', 'valid', 'opposed')
    ) as first_starts_at
from orders o
join box_offices b on b.id = o.box_office_id
left join order_choices h on h.order_id = o.id
left join checkout_rules r on r.box_office_id = b.id
where o.id = :order_id;

-- name: vat(amounts, rates)
-- What of some amounts is tax, as order lines have it.
select l.rate as rate_thousandths, sum(l.amount)::integer as amount_cents,
    sum(vat_included(l.amount, l.rate))::integer as vat_cents
from unnest(:amounts::integer[], :rates::integer[]) as l (amount, rate)
where l.rate is not null
group by l.rate
having sum(l.amount) <> 0
order by l.rate desc;
