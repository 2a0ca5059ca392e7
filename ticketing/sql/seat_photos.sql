-- name: keep(organisation_id, hash, kept_at, photos_max)!
insert into seat_photos (organisation_id, hash, kept_at)
select :organisation_id, :hash, :kept_at
where (select count(*) from seat_photos where organisation_id = :organisation_id and hash <> :hash) < :photos_max
on conflict (organisation_id, hash) do update set kept_at = excluded.kept_at;

-- name: get(organisation_id, hash)^
select f.media_type, f.content, f.width, f.height
from seat_photos p
join files f on f.hash = p.hash
where p.organisation_id = :organisation_id and p.hash = :hash;

-- name: kept(organisation_id, hashes)
select encode(hash, 'hex') as hash
from seat_photos
where organisation_id = :organisation_id and hash = any(:hashes::bytea[]);

-- name: refer(plan_version_id, organisation_id, hashes)!
insert into plan_version_photos (plan_version_id, organisation_id, hash)
select :plan_version_id, organisation_id, hash
from seat_photos
where organisation_id = :organisation_id and hash = any(:hashes::bytea[])
for key share;

-- name: forget_unused(before)!
-- Those that no version and no drawing names.
delete from seat_photos p
where p.kept_at < :before
    and not exists (
        select from plan_version_photos v where v.organisation_id = p.organisation_id and v.hash = p.hash
    )
    and p.hash not in (
        select decode(named[1], 'hex')
        from drawing_parts d
        cross join regexp_matches(convert_from(d.data, 'UTF8'), '"photo":"([0-9a-f]{64})"', 'g') as named
        where position('"photo":"'::bytea in d.data) > 0
    );
