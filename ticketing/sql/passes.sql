-- name: owns(organisation_id, box_office_id)$
select id from box_offices where id = :box_office_id and organisation_id = :organisation_id;

-- name: create_type(pass_type_id, box_office_id, name, short_name, price_cents, pool_id, created_at)!
insert into pass_types (id, box_office_id, name, short_name, price_cents, pool_id, created_at)
values (:pass_type_id, :box_office_id, :name, :short_name, :price_cents, :pool_id, :created_at);

-- name: add_performances(pass_type_id, box_office_id, performance_ids)!
insert into pass_type_performances (pass_type_id, performance_id)
select :pass_type_id, id
from performances
where id = any(:performance_ids::uuid[]) and box_office_id = :box_office_id and status <> 'cancelled';

-- name: get(pass_type_id)^
select
    y.id, y.box_office_id, y.name, y.short_name, y.price_cents, y.pool_id,
    array(
        select p.id
        from pass_type_performances d
        join performances p on p.id = d.performance_id
        where d.pass_type_id = y.id
        order by p.starts_at, p.id
    ) as performances
from pass_types y
where y.id = :pass_type_id;

-- name: list_of(box_office_key)
select
    y.id, y.box_office_id, y.name, y.short_name, y.price_cents, y.pool_id,
    array(
        select p.id
        from pass_type_performances d
        join performances p on p.id = d.performance_id
        where d.pass_type_id = y.id
        order by p.starts_at, p.id
    ) as performances
from pass_types y
join box_offices b on b.id = y.box_office_id
where b.key = :box_office_key
order by y.name, y.id;

-- name: lock(organisation_id, pass_id)^
select a.id, a.order_id, o.code as order_code, o.box_office_id, a.serial, a.status, a.generation
from passes a
join orders o on o.id = a.order_id
join box_offices b on b.id = o.box_office_id
where a.id = :pass_id and b.organisation_id = :organisation_id
for no key update of a;

-- name: write(pass_id, status, generation)!
update passes set status = :status, generation = :generation where id = :pass_id;
