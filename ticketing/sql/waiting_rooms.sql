-- name: get(event_id)^
select r.event_id, e.name as event_name, e.box_office_id, b.key as box_office_key, b.organisation_id, e.visibility,
    r.state, r.version, r.opens_at, r.opened_at, r.sealed_seed, r.seed_hash, r.seed, r.shuffled_count, r.next_ordinal, r.serving, r.lapsed,
    r.target_p99_ms, r.pace_min, r.pace_max, r.pace_fixed, r.turn_s, r.admission_s, r.party_max, r.challenge_bits,
    r.per_s, r.credit, r.settles_at, r.stepped_at, r.called_per_s, r.p99_ms, r.arrived_count, r.waiting_count, r.last_rank,
    r.inside_count, r.inside_places, r.served_count, r.bought_places, r.left_places, r.conversion
from waiting_rooms r
join events e on e.id = r.event_id
join box_offices b on b.id = e.box_office_id
where r.event_id = :event_id;

-- name: event(organisation_id, event_id, now)^
-- The event a room is for, and when its sale opens: that of its next date, of none when all are over.
select e.name, e.box_office_id, min(s.sale_opens_at) as sale_opens_at
from events e
join box_offices b on b.id = e.box_office_id
left join performances f on f.event_id = e.id and f.status = 'on_sale' and f.ends_at > :now
left join performance_sales s on s.performance_id = f.id
where e.id = :event_id and b.organisation_id = :organisation_id
group by e.id;

-- name: create(event_id, now, opens_at, sealed_seed, seed_hash, target_p99_ms, pace_min, pace_max, turn_s, admission_s, party_max, challenge_bits)!
insert into waiting_rooms (
    event_id, state, created_at, opens_at, sealed_seed, seed_hash, target_p99_ms, pace_min, pace_max, turn_s, admission_s,
    party_max, challenge_bits, per_s, settles_at
)
values (
    :event_id, 'announced', :now, :opens_at, :sealed_seed, :seed_hash, :target_p99_ms, :pace_min, :pace_max, :turn_s,
    :admission_s, :party_max, :challenge_bits, :pace_min::integer / 60.0, :now
)
on conflict do nothing;

-- name: edit(event_id, version, opens_at, target_p99_ms, pace_min, pace_max, turn_s, admission_s, party_max, challenge_bits)!
update waiting_rooms
set opens_at = :opens_at, target_p99_ms = :target_p99_ms, pace_min = :pace_min, pace_max = :pace_max, turn_s = :turn_s,
    admission_s = :admission_s, party_max = :party_max, challenge_bits = :challenge_bits, version = version + 1
where event_id = :event_id and version = :version;

-- name: pace(event_id, pace_fixed)!
update waiting_rooms set pace_fixed = :pace_fixed, version = version + 1 where event_id = :event_id;

-- name: turn(event_id, before, state)!
update waiting_rooms
set state = :state, version = version + 1, stepped_at = null, credit = 0
where event_id = :event_id and state = :before;

-- name: open(event_id, state, seed, now)!
-- The one moment at which the shuffle is fixed: of all ordinals that were given out until now.
update waiting_rooms
set state = :state, seed = :seed, shuffled_count = next_ordinal, opened_at = :now, version = version + 1, stepped_at = null
where event_id = :event_id and seed is null;

-- name: is_on(event_id)$
select exists (select from waiting_rooms where event_id = :event_id and state <> 'closed');

-- name: on()
select event_id from waiting_rooms where state <> 'closed' order by event_id;
