-- name: list_of(organisation_id, box_office_id)
select r.holds_from, r.rate_thousandths
from vat_rates r
join box_offices b on b.id = r.box_office_id
where b.id = :box_office_id and b.organisation_id = :organisation_id
order by r.holds_from;

-- name: own(organisation_id, box_office_id)^
-- Held until the transaction ends: two changes of the same rates take turns.
select id, name from box_offices where id = :box_office_id and organisation_id = :organisation_id for no key update;

-- name: rate_from(box_office_id, holds_from)$
select rate_thousandths from vat_rates where box_office_id = :box_office_id and holds_from = :holds_from;

-- name: schedule(box_office_id, holds_from, rate_thousandths)!
insert into vat_rates (box_office_id, holds_from, rate_thousandths)
values (:box_office_id, :holds_from, :rate_thousandths)
on conflict (box_office_id, holds_from) do update set rate_thousandths = excluded.rate_thousandths;

-- name: withdraw(box_office_id, holds_from)!
delete from vat_rates where box_office_id = :box_office_id and holds_from = :holds_from;
