-- name: on_organisation(staff_id, slug)^
select r.*
from organisations o
cross join lateral reach(:staff_id, o.id, null, null) r
where o.slug = :slug;

-- name: on_box_office(staff_id, key)^
select r.*, array(
        select g.event_id from grants_of(:staff_id) g
        where g.box_office_id = b.id and g.event_id is not null and scope_rank(g.scope) >= scope_rank('sell')
    ) as sells
from box_offices b
cross join lateral reach(:staff_id, b.organisation_id, b.id, null) r
where b.key = :key;

-- name: on_event(staff_id, id)^
select r.*
from events e
join box_offices b on b.id = e.box_office_id
cross join lateral reach(:staff_id, b.organisation_id, b.id, e.id) r
where e.id = :id;

-- name: on_performance(staff_id, id)^
select r.*
from performances p
join box_offices b on b.id = p.box_office_id
cross join lateral reach(:staff_id, b.organisation_id, b.id, p.event_id) r
where p.id = :id;

-- name: on_tariff(staff_id, id)^
select r.*
from tariffs t
join events e on e.id = t.event_id
join box_offices b on b.id = e.box_office_id
cross join lateral reach(:staff_id, b.organisation_id, b.id, e.id) r
where t.id = :id;

-- name: on_venue(staff_id, id)^
select r.*
from venues v
cross join lateral reach(:staff_id, v.organisation_id, null, null) r
where v.id = :id;

-- name: on_plan(staff_id, id)^
select r.*
from plans p
join venues v on v.id = p.venue_id
cross join lateral reach(:staff_id, v.organisation_id, null, null) r
where p.id = :id;

-- name: on_drawing(staff_id, id)^
select r.*
from drawings d
join plans p on p.id = d.plan_id
join venues v on v.id = p.venue_id
cross join lateral reach(:staff_id, v.organisation_id, null, null) r
where d.id = :id;

-- name: on_order(staff_id, id)^
-- Through the box office, or through the event of all its tickets when they are of one.
select r.*
from orders o
join box_offices b on b.id = o.box_office_id
left join lateral (
    select case when min(p.event_id::text) = max(p.event_id::text) then min(p.event_id::text)::uuid end as event_id
    from tickets t
    join performances p on p.id = t.performance_id
    where t.order_id = o.id
) as whole on true
cross join lateral reach(:staff_id, b.organisation_id, b.id, whole.event_id) r
where o.id = :id;

-- name: on_token(staff_id, id)^
select r.*
from tokens t
cross join lateral reach(:staff_id, t.organisation_id, null, null) r
where t.id = :id;

-- name: places(staff_id, rows_max)
-- Every organisation of which a person reaches anything, and every box office in it of which they do, the newest first.
with granted as materialized (select * from grants_of(:staff_id))
select r.*, array(
        select e.event_id from granted e
        where e.box_office_id = place.id and e.event_id is not null and scope_rank(e.scope) >= scope_rank('sell')
    ) as sells
from (select distinct organisation_id from granted) as g
cross join lateral (
    select null::uuid as id, null::timestamptz as created_at, null::text as key
    union all
    select b.id, b.created_at, b.key from box_offices b where b.organisation_id = g.organisation_id
) as place
cross join lateral reach(:staff_id, g.organisation_id, place.id, null) r
order by place.created_at desc nulls first, place.key
limit :rows_max;

-- name: grant(grant_id, organisation_id, box_office_id, event_id, scope, creates_events, staff_id, group_id, email_domain, members, now)!
insert into grants (
    id, organisation_id, box_office_id, event_id, scope, creates_events, staff_id, group_id, email_domain, members,
    created_at
)
values (
    :grant_id, :organisation_id, :box_office_id, :event_id, :scope, :creates_events, :staff_id, :group_id,
    :email_domain, :members, :now
);

-- name: on_form(staff_id, id)^
select r.*
from forms f
join box_offices b on b.id = f.box_office_id
cross join lateral reach(:staff_id, b.organisation_id, b.id, null) r
where f.id = :id;

-- name: on_form_field(staff_id, id)^
select r.*
from form_fields d
join forms f on f.id = d.form_id
join box_offices b on b.id = f.box_office_id
cross join lateral reach(:staff_id, b.organisation_id, b.id, null) r
where d.id = :id;

-- name: on_ticket_design(staff_id, id)^
select r.*
from ticket_designs d
join box_offices b on b.id = d.box_office_id
cross join lateral reach(:staff_id, b.organisation_id, b.id, null) r
where d.id = :id;

-- name: on_pass_type(staff_id, id)^
select r.*
from pass_types y
join box_offices b on b.id = y.box_office_id
cross join lateral reach(:staff_id, b.organisation_id, b.id, null) r
where y.id = :id;

-- name: on_scan_profile(staff_id, id)^
select r.*
from scan_profiles f
join box_offices b on b.id = f.box_office_id
cross join lateral reach(:staff_id, b.organisation_id, b.id, null) r
where f.id = :id;

-- name: on_scan_device(staff_id, id)^
select r.*
from scan_devices d
join scan_profiles f on f.id = d.profile_id
join box_offices b on b.id = f.box_office_id
cross join lateral reach(:staff_id, b.organisation_id, b.id, null) r
where d.id = :id;

-- name: on_scan_hub(staff_id, id)^
select r.*
from scan_hubs h
join box_offices b on b.id = h.box_office_id
cross join lateral reach(:staff_id, b.organisation_id, b.id, null) r
where h.id = :id;

-- name: on_mailing(staff_id, id)^
select r.*
from mailings m
join events e on e.id = m.event_id
join box_offices b on b.id = e.box_office_id
cross join lateral reach(:staff_id, b.organisation_id, b.id, e.id) r
where m.id = :id;

-- name: on_till(staff_id, id)^
select r.*, array(
        select g.event_id from grants_of(:staff_id) g
        where g.box_office_id = b.id and g.event_id is not null and scope_rank(g.scope) >= scope_rank('sell')
    ) as sells
from tills t
join box_offices b on b.id = t.box_office_id
cross join lateral reach(:staff_id, b.organisation_id, b.id, null) r
where t.id = :id;

-- name: on_cash_session(staff_id, id)^
select r.*, array(
        select g.event_id from grants_of(:staff_id) g
        where g.box_office_id = b.id and g.event_id is not null and scope_rank(g.scope) >= scope_rank('sell')
    ) as sells
from cash_sessions s
join box_offices b on b.id = s.box_office_id
cross join lateral reach(:staff_id, b.organisation_id, b.id, null) r
where s.id = :id;

-- name: on_printer(staff_id, id)^
select r.*
from printers p
join box_offices b on b.id = p.box_office_id
cross join lateral reach(:staff_id, b.organisation_id, b.id, null) r
where p.id = :id;

-- name: on_print_job(staff_id, id)^
select r.*
from print_jobs j
join box_offices b on b.id = j.box_office_id
cross join lateral reach(:staff_id, b.organisation_id, b.id, null) r
where j.id = :id;
