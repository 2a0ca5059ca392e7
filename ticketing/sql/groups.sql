-- name: list_of(organisation_id)
select g.id, g.name, (select count(*) from group_members m where m.group_id = g.id) as member_count
from groups g
where g.organisation_id = :organisation_id
order by g.name;

-- name: get(organisation_id, group_id)^
select g.id, g.name, (select count(*) from group_members m where m.group_id = g.id) as member_count
from groups g
where g.organisation_id = :organisation_id and g.id = :group_id;

-- name: members(organisation_id, group_id)
select s.id, s.name, s.email
from group_members m
join groups g on g.id = m.group_id
join staff s on s.id = m.staff_id
where g.organisation_id = :organisation_id and g.id = :group_id
order by s.name, s.email;

-- name: of_person(organisation_id, staff_id)
select g.id, g.name, (select count(*) from group_members m where m.group_id = g.id) as member_count
from groups g
join group_members own on own.group_id = g.id and own.staff_id = :staff_id
where g.organisation_id = :organisation_id
order by g.name;

-- name: create(group_id, organisation_id, name)!
insert into groups (id, organisation_id, name) values (:group_id, :organisation_id, :name)
on conflict (organisation_id, name) do nothing;

-- name: rename(group_id, name)!
update groups set name = :name where id = :group_id;

-- name: delete(group_id)!
delete from groups where id = :group_id;

-- name: name_in_team(organisation_id, staff_id)$
select s.name from staff s where s.id = :staff_id and s.id in (select people_of(:organisation_id));

-- name: join(group_id, staff_id)!
insert into group_members (group_id, staff_id) values (:group_id, :staff_id) on conflict do nothing;

-- name: leave(group_id, staff_id)$
delete from group_members m using staff s
where m.group_id = :group_id and m.staff_id = :staff_id and s.id = m.staff_id
returning s.name;
