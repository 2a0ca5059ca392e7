-- name: admit(scan_id, digest, performance_id, organisation_id, token_id, gate, now, kind, serial, generation, spelt)^
-- One scan, answered and written in one statement. Everything is read as of its start, but for the ticket, which is
-- locked and so read as it is: a cancellation comes wholly before or wholly after. When two scans of a ticket run at
-- once, the keys of admissions and scans let one of them write; the other fails, is run again, and sees it.
-- No row: the organisation has no such performance.
with here as (
    select p.id
    from performances p
    join box_offices b on b.id = p.box_office_id
    where p.id = :performance_id and b.organisation_id = :organisation_id
),
seen as (
    select verdict, digest from scans where id = :scan_id
),
found as (
    select id, null::smallint as pass_generation, 'valid' as pass_status
    from tickets
    where :kind = 1 and serial = :serial
    union all
    -- A pass is its ticket for this performance (a live one before a cancelled one), or else the next date it has.
    (
        select t.id, a.generation, a.status
        from passes a
        join tickets t on t.pass_id = a.id
        join performances p on p.id = t.performance_id
        where :kind = 2 and a.serial = :serial
        order by t.performance_id = :performance_id desc, t.status = 'cancelled', p.ends_at < :now, p.starts_at
        limit 1
    )
),
subject as (
    select
        t.id, t.performance_id, t.tariff_id, t.zone, t.row_label, t.seat_label, t.category, t.holder_name,
        array[t.status, f.pass_status] as statuses, coalesce(f.pass_generation, t.generation) as generation
    from found f
    join tickets t on t.id = f.id
    for share of t
),
known as (
    select
        s.id, s.generation, s.statuses || p.status as statuses, p.id as performance_id,
        s.zone, s.row_label, s.seat_label, s.category, s.holder_name, f.name as tariff_name,
        e.name as event_name, p.starts_at, v.time_zone, a.at as entered_at, a.gate as entered_gate
    from subject s
    join performances p on p.id = s.performance_id
    join box_offices b on b.id = p.box_office_id
    join events e on e.id = p.event_id
    join venues v on v.id = p.venue_id
    left join tariffs f on f.id = s.tariff_id
    left join admissions a on a.ticket_id = s.id
    where b.organisation_id = :organisation_id
),
judged as (
    select
        k.id as ticket_id,
        case
            when k.id is null then :spelt
            when k.generation <> :generation then 'old_code'
            when 'opposed' = any(k.statuses) then 'opposed'
            when 'cancelled' = any(k.statuses) then 'cancelled'
            when 'reserved' = any(k.statuses) then 'not_paid'
            when k.performance_id <> h.id then 'wrong_performance'
            when k.entered_at is not null then 'already_in'
            else 'admitted'
        end as verdict
    from here h
    left join known k on true
    where not exists (select from seen)
),
entered as (
    insert into admissions (ticket_id, scan_id, performance_id, gate, at)
    select ticket_id, :scan_id, :performance_id, :gate, :now from judged where verdict = 'admitted'
),
recorded as (
    insert into scans (id, performance_id, ticket_id, token_id, gate, verdict, digest, at)
    select :scan_id, :performance_id, ticket_id, :token_id, :gate, verdict, :digest, :now from judged
)
select
    coalesce(s.verdict, j.verdict) as verdict,
    s.digest as seen_digest,
    k.zone, k.row_label, k.seat_label, k.category, k.holder_name, k.tariff_name,
    k.event_name, k.starts_at, k.time_zone, k.entered_at, k.entered_gate
from here h
left join seen s on true
left join judged j on true
left join known k on true;
