-- name: keep(draft_id, organisation_id, venue_id, plan_name, file_name, format, document, place_count, findings, staff_id, created_at)!
insert into plan_drafts (
    id, venue_id, plan_name, file_name, format, document, place_count, findings, staff_id, created_at
)
select :draft_id, id, :plan_name, :file_name, :format, :document, :place_count, (:findings::text)::jsonb, :staff_id,
    :created_at
from venues
where id = :venue_id and organisation_id = :organisation_id;

-- name: get(organisation_id, venue_id, draft_id)^
select d.id, d.venue_id, d.plan_name, d.file_name, d.format, d.document, d.place_count, d.findings::text as findings,
    d.created_at
from plan_drafts d
join venues v on v.id = d.venue_id
where d.id = :draft_id and v.id = :venue_id and v.organisation_id = :organisation_id;

-- name: of_venue(organisation_id, venue_id, made_after)
select d.id, d.plan_name, d.file_name, d.created_at
from plan_drafts d
join venues v on v.id = d.venue_id
where v.id = :venue_id and v.organisation_id = :organisation_id and d.created_at >= :made_after
order by d.created_at desc, d.id;

-- name: take(organisation_id, venue_id, draft_id)^
-- The draft leaves; whoever confirms it a second time finds nothing.
delete from plan_drafts d
using venues v
where d.id = :draft_id and d.venue_id = :venue_id and v.id = d.venue_id and v.organisation_id = :organisation_id
returning d.plan_name, d.document, d.place_count;

-- name: sweep(venue_id, made_before, drafts_max)!
-- Those that nobody came back to, and all but the newest of a venue.
delete from plan_drafts
where venue_id = :venue_id
    and (created_at < :made_before or id not in (
        select id from plan_drafts where venue_id = :venue_id order by created_at desc, id desc limit :drafts_max
    ));

-- name: latest(organisation_id, venue_id, plan_name)^
-- The version a draft would follow.
select v.number, v.hash, v.document
from plan_versions v
join plans p on p.id = v.plan_id
join venues u on u.id = p.venue_id
where p.venue_id = :venue_id and p.name = :plan_name and u.organisation_id = :organisation_id
order by v.number desc
limit 1;
