-- name: add(note_id, order_id, staff_id, text, now)!
insert into order_notes (id, order_id, staff_id, text, created_at)
values (:note_id, :order_id, :staff_id, :text, :now);

-- name: of_order(order_id)
select n.id, s.name as by, n.text, n.created_at
from order_notes n
left join staff s on s.id = n.staff_id
where n.order_id = :order_id
order by n.created_at desc, n.id desc;
