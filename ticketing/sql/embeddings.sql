-- name: get(box_office_id)^
select coalesce(e.version, 0) as version, coalesce(e.origins, '{}') as origins,
    coalesce(e.script_urls, '{}') as script_urls, coalesce(e.snippet, '') as snippet,
    coalesce(e.script_hosts, '{}') as script_hosts, coalesce(e.img_hosts, '{}') as img_hosts,
    coalesce(e.connect_hosts, '{}') as connect_hosts
from box_offices b
left join embeddings e on e.box_office_id = b.id
where b.id = :box_office_id;

-- name: own(organisation_id, box_office_id)^
-- An organisation's own box office, locked, so that two who save for the first time meet.
select name from box_offices where id = :box_office_id and organisation_id = :organisation_id for no key update;

-- name: change(box_office_id, version, origins, script_urls, snippet, script_hosts, img_hosts, connect_hosts)$
insert into embeddings (box_office_id, origins, script_urls, snippet, script_hosts, img_hosts, connect_hosts)
select :box_office_id, :origins, :script_urls, :snippet, :script_hosts, :img_hosts, :connect_hosts
where :version::integer = 0
    or exists (select from embeddings where box_office_id = :box_office_id and version = :version)
on conflict (box_office_id) do update set
    origins = excluded.origins, script_urls = excluded.script_urls, snippet = excluded.snippet,
    script_hosts = excluded.script_hosts, img_hosts = excluded.img_hosts, connect_hosts = excluded.connect_hosts,
    version = embeddings.version + 1
    where embeddings.version = :version
returning version;
