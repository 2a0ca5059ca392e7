-- name: create(event_id, organisation_id, box_office_id, name, created_at)^
insert into events (id, box_office_id, name, created_at)
select :event_id, id, :name, :created_at
from box_offices
where id = :box_office_id and organisation_id = :organisation_id
returning id, box_office_id, name, created_at;

-- name: get(organisation_id, event_id)^
select e.id, e.box_office_id, e.name, e.created_at
from events e
join box_offices b on b.id = e.box_office_id
where e.id = :event_id and b.organisation_id = :organisation_id;

-- name: list_of(organisation_id, box_office_id)
select e.id, e.box_office_id, e.name, e.created_at
from events e
join box_offices b on b.id = e.box_office_id
where b.id = :box_office_id and b.organisation_id = :organisation_id
order by e.name, e.id;
