-- name: uses(pools)
select
    p.id as pool_id,
    coalesce(f.id, q.performance_id) as performance_id,
    q.tariff_id
from pools p
left join performances f on f.pool_id = p.id
left join quotas q on q.pool_id = p.id
where p.id = any(:pools::bigint[]);
