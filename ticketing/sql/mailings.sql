-- name: owner(organisation_id, event_id)^
-- The event a mail is about, when it is the organisation's.
select e.id, e.name, e.box_office_id
from events e
join box_offices b on b.id = e.box_office_id
where e.id = :event_id and b.organisation_id = :organisation_id;

-- name: known(event_id, performance_ids, tariff_ids)$
-- Whether these are all dates and tariffs of the event.
select not exists (
        select from unnest(:performance_ids::uuid[]) as one (id)
        where not exists (select from performances f where f.id = one.id and f.event_id = :event_id)
    )
    and not exists (
        select from unnest(:tariff_ids::uuid[]) as one (id)
        where not exists (select from tariffs t where t.id = one.id and t.event_id = :event_id)
    );

-- name: create(mailing_id, event_id, staff_id, performance_ids, tariff_ids, now)!
insert into mailings (id, event_id, staff_id, performance_ids, tariff_ids, state, created_at)
values (:mailing_id, :event_id, :staff_id, :performance_ids, :tariff_ids, 'draft', :now);

-- name: revise(mailing_id, performance_ids, tariff_ids, version)!
update mailings
set performance_ids = :performance_ids, tariff_ids = :tariff_ids, version = version + 1
where id = :mailing_id and state = 'draft' and version = :version;

-- name: forget_texts(mailing_id)!
delete from mailing_texts where mailing_id = :mailing_id;

-- name: set_text(mailing_id, language, subject, body)!
insert into mailing_texts (mailing_id, language, subject, body) values (:mailing_id, :language, :subject, :body);

-- name: get(organisation_id, mailing_id)^
select m.id, m.event_id, e.name as event_name, w.title as event_title, w.titles, e.box_office_id, b.organisation_id,
    o.name as organisation_name, m.performance_ids, m.tariff_ids, m.state, m.version, m.created_at, m.started_at,
    m.ended_at, coalesce(s.name, '') as author
from mailings m
join events e on e.id = m.event_id
join event_titles w on w.event_id = e.id
join box_offices b on b.id = e.box_office_id
join organisations o on o.id = b.organisation_id
left join staff s on s.id = m.staff_id
where m.id = :mailing_id and b.organisation_id = :organisation_id;

-- name: any(mailing_id)^
select m.id, m.event_id, e.name as event_name, w.title as event_title, w.titles, e.box_office_id, b.organisation_id,
    o.name as organisation_name, m.performance_ids, m.tariff_ids, m.state, m.version, m.created_at, m.started_at,
    m.ended_at, coalesce(s.name, '') as author
from mailings m
join events e on e.id = m.event_id
join event_titles w on w.event_id = e.id
join box_offices b on b.id = e.box_office_id
join organisations o on o.id = b.organisation_id
left join staff s on s.id = m.staff_id
where m.id = :mailing_id;

-- name: texts(mailing_id)
select language, subject, body from mailing_texts where mailing_id = :mailing_id order by language;

-- name: of_event(event_id, mailings_max)
-- The mails to an event's buyers, the newest first.
select m.id, m.state, m.created_at, m.started_at, coalesce(s.name, '') as author,
    coalesce(t.subject, '') as subject, coalesce(w.titles ->> t.language, w.title) as event_title,
    m.waiting_count + m.sending_count + m.sent_count + m.refused_count as recipient_count
from mailings m
join event_titles w on w.event_id = m.event_id
left join staff s on s.id = m.staff_id
left join lateral (
    select x.language, x.subject from mailing_texts x where x.mailing_id = m.id order by x.language limit 1
) t on true
where m.event_id = :event_id
order by m.id desc
limit :mailings_max;

-- name: audience(organisation_id, event_id, performance_ids, tariff_ids)^
-- How many bought, and how many of them want no such mails.
select count(*)::integer as buyer_count,
    count(*) filter (where x.email is not null or c.forgotten_at is not null)::integer as opted_out_count
from (
    select distinct o.customer_id
    from performances f
    join tickets t on t.performance_id = f.id
    join orders o on o.id = t.order_id
    where f.event_id = :event_id and t.status in ('valid', 'opposed')
        and (:performance_ids::uuid[] = '{}' or f.id = any(:performance_ids::uuid[]))
        and (:tariff_ids::uuid[] = '{}' or t.tariff_id = any(:tariff_ids::uuid[]))
) as buyer
join customers c on c.id = buyer.customer_id
left join opt_outs x on x.organisation_id = :organisation_id and x.email = c.email;

-- name: enlist(mailing_id, now)!
-- Everybody it is for, once. Who wants no such mails, or was forgotten, is in the list too, and is not written to.
with enlisted as (
    insert into mailing_recipients (mailing_id, customer_id, state, at)
    select m.id, buyer.customer_id,
        case when x.email is null and c.forgotten_at is null then 'waiting' else 'opted_out' end, :now::timestamptz
    from mailings m
    join events e on e.id = m.event_id
    join box_offices b on b.id = e.box_office_id
    cross join lateral (
        select distinct o.customer_id
        from performances f
        join tickets t on t.performance_id = f.id
        join orders o on o.id = t.order_id
        where f.event_id = m.event_id and t.status in ('valid', 'opposed')
            and (m.performance_ids = '{}' or f.id = any(m.performance_ids))
            and (m.tariff_ids = '{}' or t.tariff_id = any(m.tariff_ids))
    ) as buyer
    join customers c on c.id = buyer.customer_id
    left join opt_outs x on x.organisation_id = b.organisation_id and x.email = c.email
    where m.id = :mailing_id
    on conflict do nothing
    returning state
)
update mailings
set waiting_count = waiting_count + (select count(*) from enlisted where state = 'waiting'),
    opted_out_count = opted_out_count + (select count(*) from enlisted where state = 'opted_out')
where id = :mailing_id;

-- name: begin(mailing_id, version, now)!
update mailings set state = 'sending', started_at = :now, version = version + 1
where id = :mailing_id and state = 'draft' and version = :version;

-- name: stop(mailing_id)!
update mailings set state = 'stopped', version = version + 1 where id = :mailing_id and state = 'sending';

-- name: go_on(mailing_id)$
-- By a new chain of jobs: those of the one before, which may be waiting yet, write to nobody.
update mailings set state = 'sending', version = version + 1, chain = chain + 1
where id = :mailing_id and state = 'stopped'
returning chain;

-- name: end_if_done(mailing_id, now)!
update mailings set state = 'sent', ended_at = :now, version = version + 1
where id = :mailing_id and state = 'sending'
    and not exists (select from mailing_recipients r where r.mailing_id = :mailing_id and r.state = 'waiting');

-- name: is_sending(mailing_id, chain)$
select exists (select from mailings where id = :mailing_id and state = 'sending' and chain = :chain);

-- name: delete_draft(mailing_id)!
delete from mailings where id = :mailing_id and state = 'draft';

-- name: progress(mailing_id)
select readers.state, readers.recipient_count
from mailings m
cross join lateral (
    values
        ('waiting', m.waiting_count),
        ('sending', m.sending_count),
        ('sent', m.sent_count),
        ('refused', m.refused_count),
        ('opted_out', m.opted_out_count)
) as readers (state, recipient_count)
where m.id = :mailing_id and readers.recipient_count > 0;

-- name: sent_log(mailing_id, rows_max)
-- The latest lines alone are read, down their index: a page asks for them every other second.
select c.name, c.email, r.state, r.at, r.reply
from mailing_recipients r
join customers c on c.id = r.customer_id
where r.mailing_id = :mailing_id
order by r.at desc
limit :rows_max;

-- name: take(mailing_id, chain, after, now)^
-- The next who waits, noted as being written to; or as not wanting it, when that was said meanwhile.
with next as (
    select r.customer_id
    from mailings m
    join mailing_recipients r on r.mailing_id = m.id
    where m.id = :mailing_id and m.state = 'sending' and m.chain = :chain and r.state = 'waiting'
        and r.customer_id > :after
    order by r.customer_id
    limit 1
    for no key update of r skip locked
), taken as (
    update mailing_recipients r
    set at = :now::timestamptz, state = case
        when c.forgotten_at is not null or exists (
            select from opt_outs x where x.organisation_id = c.organisation_id and x.email = c.email
        ) then 'opted_out'
        else 'sending'
    end
    from next
    join customers c on c.id = next.customer_id
    where r.mailing_id = :mailing_id and r.customer_id = next.customer_id
    returning r.customer_id, r.state, c.email, c.name, c.locale
), counted as (
    update mailings m
    set waiting_count = m.waiting_count - 1, sending_count = m.sending_count + (taken.state = 'sending')::integer,
        opted_out_count = m.opted_out_count + (taken.state = 'opted_out')::integer
    from taken
    where m.id = :mailing_id
)
select customer_id, state, email, name, locale from taken;

-- name: note(mailing_id, customer_id, state, reply, now)!
with noted as (
    update mailing_recipients
    set state = :state, reply = :reply, at = :now
    where mailing_id = :mailing_id and customer_id = :customer_id and state = 'sending'
    returning state
)
update mailings m
set sending_count = m.sending_count - 1, waiting_count = m.waiting_count + (noted.state = 'waiting')::integer,
    sent_count = m.sent_count + (noted.state = 'sent')::integer,
    refused_count = m.refused_count + (noted.state = 'refused')::integer
from noted
where m.id = :mailing_id;

-- name: staff(staff_id)^
select name, email, coalesce(locale, '') as locale from staff where id = :staff_id;

-- name: organisation_name(organisation_id)$
select name from organisations where id = :organisation_id;

-- name: opt_out(organisation_id, email, now)!
insert into opt_outs (organisation_id, email, at)
select id, :email::text, :now::timestamptz from organisations where id = :organisation_id
on conflict do nothing;

-- name: opt_in(organisation_id, email)!
delete from opt_outs where organisation_id = :organisation_id and email = :email;

-- name: opted_out(organisation_id, email)$
select exists (select from opt_outs where organisation_id = :organisation_id and email = :email);
