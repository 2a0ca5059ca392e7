-- name: begin(opposition_id, ticket_id, pass_id, generation, reason, staff_id, now)!
insert into oppositions (id, ticket_id, pass_id, generation, reason, staff_id, opposed_at)
values (:opposition_id, :ticket_id, :pass_id, :generation, :reason, :staff_id, :now);

-- name: end(ticket_id, pass_id, now)!
update oppositions set ended_at = :now
where (ticket_id = :ticket_id or pass_id = :pass_id) and ended_at is null;

-- name: of_order(order_id)
select p.ticket_id, p.pass_id, p.generation, p.reason, s.name as by, p.opposed_at, p.ended_at
from (
    select id as ticket_id, null::uuid as pass_id from tickets where order_id = :order_id
    union all
    select null, id from passes where order_id = :order_id
) of_it
join oppositions p on p.ticket_id = of_it.ticket_id or p.pass_id = of_it.pass_id
left join staff s on s.id = p.staff_id
order by p.opposed_at, p.id;
