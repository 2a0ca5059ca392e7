-- name: of_box_office(organisation_id, box_office_id)^
select b.ticket_paper as paper, b.ticket_files as files
from box_offices b
where b.id = :box_office_id and b.organisation_id = :organisation_id;

-- name: of_order(order_id)^
select coalesce(o.ticket_paper, b.ticket_paper) as paper, coalesce(o.ticket_files, b.ticket_files) as files
from orders o
join box_offices b on b.id = o.box_office_id
where o.id = :order_id;

-- name: lock_office(organisation_id, box_office_id)^
select b.name, b.ticket_paper as paper, b.ticket_files as files
from box_offices b
where b.id = :box_office_id and b.organisation_id = :organisation_id
for no key update;

-- name: set_of_box_office(box_office_id, paper, files)!
update box_offices set ticket_paper = :paper, ticket_files = :files where id = :box_office_id;

-- name: set_of_order(order_id, paper, files)!
update orders set ticket_paper = :paper, ticket_files = :files where id = :order_id;
