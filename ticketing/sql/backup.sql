-- name: tables()
-- Every table of ours, its columns in order, and the tables its foreign keys point to.
select c.relname as name,
    array(
        select attname from pg_attribute
        where attrelid = c.oid and attnum > 0 and not attisdropped and attgenerated = ''
        order by attnum
    ) as columns,
    array(
        select distinct r.relname from pg_constraint f
        join pg_class r on r.oid = f.confrelid
        where f.conrelid = c.oid and f.contype = 'f' and f.confrelid <> c.oid
    ) as refers_to
from pg_class c
where c.relnamespace = current_schema()::regnamespace
    and c.relkind in ('r', 'p')
    and not c.relispartition
    and c.relname <> 'migrations'
order by c.relname;

-- name: sequences()
select sequencename as name, coalesce(last_value, start_value) as last_value
from pg_sequences
where schemaname = current_schema()
order by sequencename;

-- name: advance(name, at_least)$
select setval(format('%I', :name::text)::regclass, least(:at_least::bigint, max_value))
from pg_sequences
where schemaname = current_schema() and sequencename = :name::text;

-- name: new_epochs()!
update pools set epoch = nextval('pool_epochs'), server_run = '';

-- name: new_ordinals(step)!
-- Numbers of waiting rooms that were given out since are not given out again.
update waiting_rooms set next_ordinal = next_ordinal + :step where state <> 'closed';

-- name: migrations()
select name, checksum from migrations order by name;

-- name: is_migrated()$
select to_regclass('migrations') is not null;

-- name: first_filled()$
-- A table that has, or had, rows in it.
select relname from pg_class
where relnamespace = current_schema()::regnamespace
    and relkind = 'r'
    and relname <> 'migrations'
    and pg_relation_size(oid) > 0
order by relname
limit 1;

-- name: drop_schema()!
drop schema public cascade;

-- name: create_schema()!
create schema public;
