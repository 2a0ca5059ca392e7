-- What became of a rush ($1: the event, $2: its date): tickets that hold a place, claims on them, how many were let in
-- before the serving number had come to them, and how fast people were called at the end.
select
    (
        select count(*)::integer from tickets where performance_id = $2 and status in ('reserved', 'valid')
    ) as tickets,
    (
        select count(*)::integer from claims c join performances p on p.pool_id = c.pool_id where p.id = $2
    ) as claims,
    (
        select count(*)::integer
        from waiting_turns t
        join waiting_arrivals a using (event_id, ordinal)
        where t.event_id = $1 and not exists (
            select from waiting_steps s
            where s.event_id = t.event_id and s.serving > a.rank and s.at <= t.admitted_at
        )
    ) as out_of_order,
    (select called_per_s from waiting_rooms where event_id = $1) as pace_per_s
