-- What a hub keeps, in SQLite. A scan is there before its verdict leaves, with the passage that it is, if it
-- is one; the index `passages` has each happen once. One table: what is written at each scan is waited for.

-- name: create()#
create table if not exists facts (
    name text primary key,
    value blob not null
);
create table if not exists lists (
    performance blob not null,
    position integer not null,
    document blob not null,
    primary key (performance, position)
);
create table if not exists scans (
    id blob primary key,
    digest blob not null,
    device blob not null,
    answer blob not null,
    waiting blob,
    at real not null,
    performance blob,
    kind integer,
    serial integer,
    number integer,
    enters integer,
    gate text,
    known real
);
create unique index if not exists passages on scans (serial, number, performance, kind) where number is not null;
create table if not exists troubles (
    scan blob primary key,
    document blob not null
);
create table if not exists scanners (
    hash blob primary key,
    document blob
);
create table if not exists files (
    path text primary key,
    headers blob not null,
    content blob not null
);

-- name: facts()
select name, value from facts;

-- name: set_fact(name, value)!
insert into facts (name, value) values (:name, :value) on conflict (name) do update set value = excluded.value;

-- name: lists()
select performance, document from lists order by performance, position;

-- name: forget_list(performance)!
delete from lists where performance = :performance;

-- name: add_list(performance, document)!
insert into lists (performance, position, document)
select :performance, coalesce(max(position) + 1, 0), :document from lists where performance = :performance;

-- name: scans()
select id, digest, device, answer, waiting, at, performance, kind, serial, number, enters, gate, known
from scans
order by rowid;

-- name: add_scan(id, digest, device, answer, waiting, at, performance, kind, serial, number, enters, gate, known)!
insert into scans (
    id, digest, device, answer, waiting, at, performance, kind, serial, number, enters, gate, known
)
values (
    :id, :digest, :device, :answer, :waiting, :at, :performance, :kind, :serial, :number, :enters, :gate, :known
)
on conflict do nothing;

-- name: has_scan(id)$
select count(*) from scans where id = :id;

-- name: scan_told(id, known)!
update scans set waiting = null, known = :known where id = :id;

-- name: passage_gone(id)!
update scans set number = null where id = :id;

-- name: forget_scans(before)!
delete from scans where waiting is null and at < :before;

-- name: troubles()
select scan, document from troubles order by rowid;

-- name: add_trouble(scan, document)!
insert into troubles (scan, document) values (:scan, :document) on conflict do nothing;

-- name: scanners()
select hash, document from scanners;

-- name: set_scanner(hash, document)!
insert into scanners (hash, document) values (:hash, :document)
on conflict (hash) do update set document = excluded.document;

-- name: forget_scanners()!
delete from scanners;

-- name: file(path)
select headers, content from files where path = :path;

-- name: file_paths()
select path from files;

-- name: set_file(path, headers, content)!
insert into files (path, headers, content) values (:path, :headers, :content)
on conflict (path) do update set headers = excluded.headers, content = excluded.content;
