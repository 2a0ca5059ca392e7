-- name: hall(performance_id)^
select coalesce(p.own_plan_hash, v.hash) as plan_hash, p.place_list_hash
from performances p
join plan_versions v on v.id = p.plan_version_id
where p.id = :performance_id;
