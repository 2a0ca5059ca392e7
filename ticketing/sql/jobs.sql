-- name: held()
select id, entrypoint as job, payload, attempts, created as created_at
from pgqueuer
where status = 'failed'
order by id;

-- name: retry_held()!
update pgqueuer
set status = 'queued', attempts = 0, queue_manager_id = null, updated = now(), execute_after = now()
where status = 'failed';

-- name: forget_before(moment)!
delete from pgqueuer_log where created < :moment;

-- name: lag_s()$
-- How long the job that waits longest has been due, in seconds; 0 when none is.
select coalesce(extract(epoch from now() - min(execute_after)), 0)::float8
from pgqueuer
where status = 'queued' and execute_after <= now();
