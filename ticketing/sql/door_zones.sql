-- name: hall(performance_id)^
select coalesce(p.own_plan_hash, v.hash) as plan_hash, p.place_list_hash
from performances p
join plan_versions v on v.id = p.plan_version_id
where p.id = :performance_id;

-- name: gates(box_office_id, performance_id, zone, rows_max)
select distinct f.gate
from scan_profiles f
join performances p on p.id = :performance_id
where f.box_office_id = :box_office_id and f.withdrawn_at is null and (f.zones is null or :zone = any(f.zones))
    and (
        f.covers = 'box_office'
        or exists (select from scan_profile_events e where e.profile_id = f.id and e.event_id = p.event_id)
        or exists (select from scan_profile_dates d where d.profile_id = f.id and d.performance_id = p.id)
    )
order by f.gate
limit :rows_max;
