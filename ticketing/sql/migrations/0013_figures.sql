-- What figures are read by: whose a line and a transfer are, which line an adjustment is about, in which zone days are
-- counted, how many of a mail's readers stand where.

-- The box office is the order's, known beside the line: reports read the lines of one box office's days and no others.
-- Without a foreign key of its own: the order's is enough, and every line would pay for it.
drop index order_lines_created;
alter table order_lines
    add column box_office_id uuid,
    add column adjusts uuid references order_lines,
    add check (adjusts is null or kind = 'adjustment');
update order_lines l set box_office_id = o.box_office_id from orders o where o.id = l.order_id;
alter table order_lines alter column box_office_id set not null;
create index order_lines_time on order_lines (box_office_id, created_at) include (kind, amount_cents, reverses);

-- Adjustments until now took an amount off a line of their own order that stands, with its label and its tax. Which of
-- several that are alike makes no difference.
with standing as (
    select l.id, l.order_id, l.label, l.amount_cents, coalesce(l.vat_thousandths, 0) as vat,
        row_number() over (
            partition by l.order_id, l.label, l.amount_cents, l.vat_thousandths order by l.id
        ) as number
    from order_lines l
    where l.kind in ('ticket', 'pass')
        and exists (select from order_lines a where a.order_id = l.order_id and a.kind = 'adjustment')
        and not exists (select from order_lines r where r.reverses = l.id)
), adjusting as (
    select l.id, l.order_id, l.label, l.amount_cents, coalesce(l.vat_thousandths, 0) as vat,
        row_number() over (
            partition by l.order_id, l.label, l.amount_cents, l.vat_thousandths order by l.id
        ) as number
    from order_lines l
    where l.kind = 'adjustment'
)
update order_lines l set adjusts = s.id
from adjusting a
join standing s on s.order_id = a.order_id and s.label = a.label and s.amount_cents = -a.amount_cents
    and s.vat = a.vat and s.number = a.number
where l.id = a.id;

drop index ledger_at;
alter table ledger add column box_office_id uuid;
update ledger g set box_office_id = o.box_office_id from orders o where o.id = g.order_id;
alter table ledger alter column box_office_id set not null;
create index ledger_time on ledger (box_office_id, at);

-- Orders by channel and time. A list of all channels walks down each of them; so one channel alone is no longer a walk.
drop index orders_placed;
create index orders_placed on orders (box_office_id, channel, placed_at, id);

-- The zone that days are counted in is that of most dates. What has none yet goes by whose it is; an organisation
-- without dates by its venues.
create function organisation_time_zone(organisation uuid) returns text language sql stable parallel safe
return coalesce(
    (
        select v.time_zone
        from venues v
        left join performances p on p.venue_id = v.id
        where v.organisation_id = organisation
        group by v.time_zone
        order by count(p.id) desc, count(distinct v.id) desc, v.time_zone
        limit 1
    ),
    'UTC'
);

create function box_office_time_zone(box_office uuid) returns text language sql stable parallel safe
return coalesce(
    (
        select v.time_zone
        from performances p
        join venues v on v.id = p.venue_id
        where p.box_office_id = box_office
        group by v.time_zone
        order by count(*) desc, v.time_zone
        limit 1
    ),
    (select organisation_time_zone(b.organisation_id) from box_offices b where b.id = box_office),
    'UTC'
);

create function event_time_zone(event uuid) returns text language sql stable parallel safe
return coalesce(
    (
        select v.time_zone
        from performances p
        join venues v on v.id = p.venue_id
        where p.event_id = event
        group by v.time_zone
        order by count(*) desc, v.time_zone
        limit 1
    ),
    (select box_office_time_zone(e.box_office_id) from events e where e.id = event),
    'UTC'
);

-- A mail that is stopped and goes on is sent by a new chain of jobs; what is left of the one before writes to nobody.
-- How many readers stand where is counted as they are written to: a hundred thousand are too many to count for a look.
alter table mailings
    add column chain integer not null default 0,
    add column waiting_count integer not null default 0,
    add column sending_count integer not null default 0,
    add column sent_count integer not null default 0,
    add column refused_count integer not null default 0,
    add column opted_out_count integer not null default 0;
update mailings m
set waiting_count = r.waiting, sending_count = r.sending, sent_count = r.sent, refused_count = r.refused,
    opted_out_count = r.opted_out
from (
    select mailing_id, count(*) filter (where state = 'waiting') as waiting,
        count(*) filter (where state = 'sending') as sending, count(*) filter (where state = 'sent') as sent,
        count(*) filter (where state = 'refused') as refused, count(*) filter (where state = 'opted_out') as opted_out
    from mailing_recipients
    group by mailing_id
) as r
where r.mailing_id = m.id;
create index mailing_recipients_log on mailing_recipients (mailing_id, at desc);
