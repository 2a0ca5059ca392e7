-- name: target(scan_id, box_office_id, event_ids, date_ids)^
-- A scan at a date that a profile covers, with the passage that it was.
select s.ticket_id, s.performance_id, p.box_office_id, s.direction, g.number,
    concat_ws(' ', nullif(t.zone, ''), nullif(t.row_label, ''), nullif(t.seat_label, '')) as place
from scans s
join performances p on p.id = s.performance_id
left join passages g on g.scan_id = s.id and g.undoes is null
left join tickets t on t.id = s.ticket_id
where s.id = :scan_id and p.box_office_id = :box_office_id
    and (:event_ids::uuid[] is null or p.event_id = any(:event_ids::uuid[]))
    and (:date_ids::uuid[] is null or p.id = any(:date_ids::uuid[]));

-- name: seen(scan_id)^
select undoes from scans where id = :scan_id;

-- name: lock(ticket_id)!
-- Waits for scans under way, and has those that come later wait.
select from tickets where id = :ticket_id for no key update;

-- name: is_undone(ticket_id, number)$
select exists (select from passages where ticket_id = :ticket_id and undoes = :number);

-- name: latest(ticket_id)^
select number, last, inside, entry_count from passages where ticket_id = :ticket_id order by number desc limit 1;

-- name: take_back(scan_id, undoes, ticket_id, number, device_id, gate, verdict, reason, digest, now)!
-- The ticket is left as the passage before the one that is taken back left it. It counts at the gate of that one.
with recorded as (
    insert into scans (
        id, performance_id, ticket_id, device_id, gate, direction, verdict, undoes, reason, digest, at
    )
    select :scan_id, performance_id, ticket_id, :device_id, :gate::text, direction, :verdict::text, :undoes::uuid,
        :reason::text, :digest, :now::timestamptz
    from passages
    where ticket_id = :ticket_id and number = :number
)
insert into passages (
    ticket_id, number, scan_id, performance_id, gate, at, direction, mode, undoes, last, entry, entry_count, entry_change,
    inside_change, entered_at, entered_gate, left_at, left_gate
)
select u.ticket_id, l.number + 1, :scan_id, u.performance_id, u.gate, :now::timestamptz, u.direction, u.mode, u.number,
    coalesce(b.last, 0), coalesce(b.entry, 0), coalesce(b.entry_count, 0), coalesce(b.entry_count, 0) - l.entry_count,
    coalesce(b.inside, false)::integer - l.inside::integer, b.entered_at, b.entered_gate, b.left_at, b.left_gate
from passages u
cross join lateral (select * from passages where ticket_id = u.ticket_id order by number desc limit 1) l
left join passages b on b.ticket_id = u.ticket_id and b.number = u.number - 1
where u.ticket_id = :ticket_id and u.number = :number;
