-- name: keep(scan_id, told, found, device_at, clock_offset_ms, uploaded_at, conflict)!
-- What was told of a scan; told again, nothing changes.
insert into offline_scans (scan_id, performance_id, told, found, device_at, clock_offset_ms, uploaded_at, conflict)
select id, performance_id, :told, :found, :device_at, :clock_offset_ms, :uploaded_at, :conflict
from scans
where id = :scan_id
on conflict do nothing;

-- name: conflicts(performance_ids, rows_max)
-- The other passage is the last way in that stood before this one: that of a device which told of it sooner.
select f.scan_id, f.performance_id, f.found, s.ticket_id, t.order_id, r.code as order_code, t.zone, t.row_label,
    t.seat_label, s.gate, d.name as device, s.at, o.gate as other_gate, e.name as other_device, o.at as other_at
from offline_scans f
join scans s on s.id = f.scan_id
join scan_devices d on d.id = s.device_id
left join tickets t on t.id = s.ticket_id
left join orders r on r.id = t.order_id
left join passages p on p.scan_id = f.scan_id
left join lateral (
    select ticket_id, entry
    from passages
    where ticket_id = s.ticket_id and (p.number is null or number < p.number)
    order by number desc
    limit 1
) b on true
left join passages o on o.ticket_id = b.ticket_id and o.number = b.entry
left join scans x on x.id = o.scan_id
left join scan_devices e on e.id = x.device_id
where f.performance_id = any(:performance_ids::uuid[]) and f.conflict
order by s.at desc, f.scan_id
limit :rows_max;
