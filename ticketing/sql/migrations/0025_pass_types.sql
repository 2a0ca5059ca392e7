-- Passes are edited while they are sold: a version, which whoever edits must have read; and what an order rests on is
-- looked at when it is written, under a lock that orders take together and whoever edits alone.
alter table pass_types add column version integer not null default 1;

create index passes_type on passes (pass_type_id, status);

create function stale_pass_types(pass_ids uuid[], type_ids uuid[], ticket_passes uuid[], ticket_performances uuid[], claim_pools bigint[])
returns uuid[] language plpgsql as $$
begin
    perform pg_advisory_xact_lock_shared(9, key) from (select distinct hashtext(id::text) as key from unnest(type_ids) as id order by 1) as sorted;
    return array(
        select y.id
        from pass_types y
        where y.id = any(type_ids) and (
            y.withdrawn_at is not null
            or exists (
                select
                from unnest(pass_ids, type_ids) as sold (id, type_id)
                where sold.type_id = y.id
                    and array(select performance_id from pass_type_performances where pass_type_id = y.id order by 1)
                        <> array(
                            select t.performance
                            from unnest(ticket_passes, ticket_performances) as t (pass, performance)
                            where t.pass = sold.id
                            order by 1
                        )
            )
            or y.pool_id is not null
                and (select count(*) from unnest(claim_pools) as pool where pool = y.pool_id)
                    <> (select count(*) from unnest(type_ids) as sold where sold = y.id)
        )
    );
end $$;
