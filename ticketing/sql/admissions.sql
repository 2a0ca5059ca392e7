-- name: admit(scan_id, digest, performance_ids, organisation_id, token_id, device_id, profile_version, box_office_id, event_ids, date_ids, zone_dates, zone_firsts, zone_pasts, gate, now, kind, serial, generation, ticket_id, late, spelt, direction, mode, entries_max, if_new, if_inside, if_outside, passed, despite, refused, reason)^
-- One scan, answered and written in one statement. Everything is read as of its start, but for the ticket, which is
-- locked and so read as it is: a cancellation comes wholly before or wholly after. When two scans of a ticket run at
-- once, the keys of passages and scans let one of them write; the other fails, is run again, and sees it.
-- No row: there is no such performance here, or the device or its profile is not what it was.
with here as (
    select p.id
    from performances p
    join box_offices b on b.id = p.box_office_id
    where p.id = any(:performance_ids::uuid[]) and b.organisation_id = :organisation_id
        and (
            :device_id::uuid is null
            or p.box_office_id = :box_office_id::uuid
                and (:event_ids::uuid[] is null or p.event_id = any(:event_ids::uuid[]))
                and (:date_ids::uuid[] is null or p.id = any(:date_ids::uuid[]))
                and (
                    :late::boolean
                    or exists (
                        select from scan_devices d
                        join scan_profiles f on f.id = d.profile_id
                        where d.id = :device_id and d.revoked_at is null and f.version = :profile_version::integer
                    )
                )
        )
),
seen as (
    select verdict, digest from scans where id = :scan_id
),
found as (
    select id, null::smallint as pass_generation, 'valid' as pass_status
    from tickets
    where :kind = 1 and serial = :serial
    union all
    -- A pass is its ticket for one of these performances (a live one before a cancelled one), or else its next date.
    (
        select t.id, a.generation, a.status
        from passes a
        join tickets t on t.pass_id = a.id
        join performances p on p.id = t.performance_id
        where :kind = 2 and a.serial = :serial
        order by t.performance_id = any(:performance_ids::uuid[]) desc, t.status = 'cancelled', p.ends_at < :now,
            p.starts_at
        limit 1
    )
    union all
    -- Found by somebody who looked it up.
    select t.id, null, coalesce(a.status, 'valid')
    from tickets t
    left join passes a on a.id = t.pass_id
    where :kind = 3 and t.id = :ticket_id::uuid
),
subject as (
    select
        t.id, t.performance_id, t.tariff_id, t.zone, t.row_label, t.seat_label, t.category, t.holder_name, t.place,
        t.pass_id, array[t.status, f.pass_status] as statuses, coalesce(f.pass_generation, t.generation) as generation
    from found f
    join tickets t on t.id = f.id
    for share of t
),
known as (
    select
        s.id, s.generation, s.statuses || p.status as statuses, p.id as performance_id, s.place,
        s.zone, s.row_label, s.seat_label, s.category, s.holder_name,
        (select f.name from tariffs f where f.id = s.tariff_id) as tariff_name,
        (
            select y.name from passes a join pass_types y on y.id = a.pass_type_id where a.id = s.pass_id
        ) as pass_name,
        e.name as event_name, p.starts_at, v.time_zone,
        coalesce(l.number, 0) as number, coalesce(l.last, 0) as last, coalesce(l.entry, 0) as entry,
        coalesce(l.entry_count, 0) as entry_count, coalesce(l.inside, false) as inside,
        l.entered_at, l.entered_gate, l.left_at, l.left_gate
    from subject s
    join performances p on p.id = s.performance_id
    join box_offices b on b.id = p.box_office_id
    join events e on e.id = p.event_id
    join venues v on v.id = p.venue_id
    left join lateral (
        select number, last, entry, entry_count, inside, entered_at, entered_gate, left_at, left_gate
        from passages
        where ticket_id = s.id
        order by number desc
        limit 1
    ) l on true
    where b.organisation_id = :organisation_id
),
-- Of several dates at one gate, the ticket's own.
door as (
    select id
    from here
    order by id = (select performance_id from known) desc nulls last, array_position(:performance_ids::uuid[], id)
    limit 1
),
judged as (
    select
        k.id as ticket_id,
        door.id as performance_id,
        case
            when k.id is null then :spelt
            when k.generation <> :generation::smallint then 'old_code'
            when 'opposed' = any(k.statuses) then 'opposed'
            when 'cancelled' = any(k.statuses) then 'cancelled'
            when 'reserved' = any(k.statuses) then 'not_paid'
            when k.performance_id <> door.id then 'wrong_performance'
            when :zone_dates::uuid[] is not null and not exists (
                select from unnest(:zone_dates::uuid[], :zone_firsts::integer[], :zone_pasts::integer[])
                    as z (date, first, past)
                where z.date = k.performance_id and k.place >= z.first and k.place < z.past
            ) then 'wrong_zone'
            when :direction = 'in' and k.entry_count >= :entries_max::integer then 'entries_spent'
            when k.last = 0 then :if_new::text
            when k.inside then :if_inside::text
            else :if_outside::text
        end as verdict
    from door
    left join known k on true
    where not exists (select from seen)
),
passing as (
    select j.ticket_id, j.performance_id, k.number + 1 as number, :direction = 'in' as enters, k.entry, k.entry_count,
        k.inside, k.entered_at, k.entered_gate, nullif(j.verdict, :passed::text) as despite
    from judged j
    join known k on k.id = j.ticket_id
    where (j.verdict = :passed::text or :despite::boolean) and :refused::text is null
),
entered as (
    insert into passages (
        ticket_id, number, scan_id, performance_id, gate, at, direction, mode, last, entry, entry_count, entry_change,
        inside_change, entered_at, entered_gate, left_at, left_gate, despite
    )
    select ticket_id, number, :scan_id, performance_id, :gate, :now, :direction, :mode::text, number,
        case when enters then number else entry end, entry_count + enters::integer, enters::integer,
        enters::integer - inside::integer, case when enters then :now else entered_at end,
        case when enters then :gate else entered_gate end, case when not enters then :now end,
        case when not enters then :gate end, despite
    from passing
),
recorded as (
    insert into scans (
        id, performance_id, ticket_id, token_id, device_id, gate, direction, verdict, reason, digest, at
    )
    select :scan_id, j.performance_id, j.ticket_id, :token_id, :device_id, :gate, :direction,
        case when p.ticket_id is null then coalesce(:refused::text, j.verdict) else :passed end,
        case when p.despite is null then '' else :reason::text end, :digest, :now
    from judged j
    left join passing p on true
)
select
    coalesce(s.verdict, case when p.ticket_id is null then j.verdict else :passed end) as verdict,
    s.digest as seen_digest,
    coalesce(w.despite, p.despite) as despite,
    p.ticket_id is not null as passes,
    k.id as ticket_id, k.performance_id, k.place, k.zone, k.row_label, k.seat_label, k.category, k.holder_name,
    k.tariff_name, k.pass_name, k.event_name, k.starts_at, k.time_zone, k.last, k.entry_count, k.inside, k.entered_at,
    k.entered_gate, k.left_at, k.left_gate
from door
left join seen s on true
left join passages w on s.verdict is not null and w.scan_id = :scan_id
left join judged j on true
left join passing p on true
left join known k on true;

-- name: lock_serial(serial)!
-- The ticket of a code, held against every other scan of it: whoever has it next sees what is true by then.
select from tickets where serial = :serial for no key update;

-- name: lock_ticket(ticket_id)!
select from tickets where id = :ticket_id for no key update;

-- name: lock_pass(serial, performance_ids)!
select from passes a
join tickets t on t.pass_id = a.id
where a.serial = :serial and t.performance_id = any(:performance_ids::uuid[])
order by t.id
for no key update of t;
