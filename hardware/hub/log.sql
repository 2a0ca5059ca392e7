-- What a hub keeps, in SQLite. A scan is there before its verdict leaves; the key of `passages` has each happen once.

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
    at real not null
);
create index if not exists scans_waiting on scans (at) where waiting is not null;
create table if not exists passages (
    performance blob not null,
    kind integer not null,
    serial integer not null,
    number integer not null,
    scan blob not null,
    enters integer not null,
    gate text not null,
    at real not null,
    known real,
    primary key (performance, kind, serial, number)
);
create index if not exists passages_scan on passages (scan);
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
select id, digest, device, answer, waiting, at from scans order by at;

-- name: add_scan(id, digest, device, answer, waiting, at)!
insert into scans (id, digest, device, answer, waiting, at)
values (:id, :digest, :device, :answer, :waiting, :at)
on conflict do nothing;

-- name: drop_scan(id)!
delete from scans where id = :id;

-- name: scan_told(id)!
update scans set waiting = null where id = :id;

-- name: passages()
select performance, kind, serial, number, scan, enters, gate, at, known
from passages
order by performance, kind, serial, number;

-- name: add_passage(performance, kind, serial, number, scan, enters, gate, at, known)!
insert into passages (performance, kind, serial, number, scan, enters, gate, at, known)
values (:performance, :kind, :serial, :number, :scan, :enters, :gate, :at, :known)
on conflict do nothing;

-- name: passage_known(known, scan)!
update passages set known = :known where scan = :scan;

-- name: passage_gone(scan)!
delete from passages where scan = :scan;

-- name: forget_scans(before)!
delete from scans where waiting is null and at < :before;

-- name: forget_passages(before)!
delete from passages where known is not null and at < :before;

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
