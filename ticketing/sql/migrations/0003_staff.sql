-- The people who work here: who they are, what they may, where they are signed in, and what they did.

create table staff (
    id uuid primary key,
    email text not null unique check (email = lower(email)),
    name text not null,
    locale text,
    password_hash text,
    created_at timestamptz not null,
    disabled_at timestamptz
);

create table staff_sessions (
    id uuid primary key,
    staff_id uuid not null references staff,
    hash bytea not null unique check (length(hash) = 32),
    previous_hash bytea unique check (length(previous_hash) = 32),
    stage text not null check (stage in ('password', 'full')),
    address text not null,
    agent text not null,
    created_at timestamptz not null,
    rotated_at timestamptz not null,
    seen_at timestamptz not null,
    confirmed_at timestamptz not null,
    ends_at timestamptz not null
);
create index staff_sessions_staff on staff_sessions (staff_id);

-- Who belongs to an organisation's team, whatever they may there.
create table members (
    organisation_id uuid not null references organisations,
    staff_id uuid not null references staff,
    joined_at timestamptz not null,
    primary key (organisation_id, staff_id)
);
create index members_staff on members (staff_id);

create table groups (
    id uuid primary key,
    organisation_id uuid not null references organisations,
    name text not null,
    unique (organisation_id, name)
);

create table group_members (
    group_id uuid not null references groups on delete cascade,
    staff_id uuid not null references staff,
    primary key (group_id, staff_id)
);
create index group_members_staff on group_members (staff_id);

-- A permission on an organisation, one of its box offices, or one event: given to a person, to a group, to whoever has
-- an address of a domain, or to all members of the organisation. The highest one wins. `creates_events` goes with a
-- whole organisation or box office.
create table grants (
    id uuid primary key,
    organisation_id uuid not null references organisations,
    box_office_id uuid references box_offices,
    event_id uuid references events on delete cascade,
    scope text not null check (scope in ('view', 'scan', 'sell', 'manage')),
    creates_events boolean not null default false,
    staff_id uuid references staff,
    group_id uuid references groups on delete cascade,
    email_domain text check (email_domain = lower(email_domain) and email_domain !~ '@'),
    members boolean not null default false,
    created_at timestamptz not null,
    check (num_nonnulls(staff_id, group_id, email_domain) + members::integer = 1),
    check (event_id is null or not creates_events),
    check (event_id is null or box_office_id is not null)
);
create index grants_organisation on grants (organisation_id);
create index grants_staff on grants (staff_id) where staff_id is not null;
create index grants_group on grants (group_id) where group_id is not null;
create index grants_domain on grants (email_domain) where email_domain is not null;

create function scope_rank(scope text) returns integer language sql immutable parallel safe
return array_position(array['view', 'scan', 'sell', 'manage'], scope);

-- Every grant that reaches a person, by whichever way.
create function grants_of(person uuid) returns setof grants language sql stable parallel safe
begin atomic
    select g.* from grants g where g.staff_id = person
    union all
    select g.* from grants g join group_members m on m.group_id = g.group_id where m.staff_id = person
    union all
    select g.* from grants g join members m on m.organisation_id = g.organisation_id and m.staff_id = person where g.members
    union all
    select g.* from grants g join staff s on s.id = person and g.email_domain = split_part(s.email, '@', 2);
end;

-- What a person reaches of an organisation, a box office in it (or none), an event in that (or none): no row when nothing.
-- `scope` is the permission on exactly that; null when only something inside it is granted.
create function reach(person uuid, organisation uuid, box_office uuid, event uuid)
returns table (
    organisation_id uuid, organisation_slug text, organisation_name text, box_office_id uuid, box_office_key text,
    box_office_name text, currency text, event_id uuid, scope text, creates_events boolean
) language sql stable parallel safe
begin atomic
    with reaching as (
        select
            g.*,
            (g.box_office_id is null or g.box_office_id = box_office) and (g.event_id is null or g.event_id = event)
                as covers
        from grants_of(person) g
        where g.organisation_id = organisation
            and (g.box_office_id is null or box_office is null or g.box_office_id = box_office)
            and (g.event_id is null or event is null or g.event_id = event)
    )
    select
        o.id, o.slug, o.name, b.id, b.key, b.name, b.currency, event,
        (array['view', 'scan', 'sell', 'manage'])[max(scope_rank(r.scope)) filter (where r.covers)],
        coalesce(bool_or(r.creates_events) filter (where r.covers), false)
    from reaching r
    join organisations o on o.id = r.organisation_id
    left join box_offices b on b.id = box_office
    group by o.id, b.id;
end;

-- What was done, by whom, to what. `changes` says what became of which field: {"name": ["old", "new"]}.
create table audit (
    id bigint generated always as identity primary key,
    organisation_id uuid references organisations,
    box_office_id uuid references box_offices,
    staff_id uuid references staff,
    token_id uuid references tokens,
    act text not null,
    subject_kind text not null,
    subject_id text not null,
    subject_name text not null,
    changes jsonb not null default '{}',
    address text not null,
    at timestamptz not null
);
create index audit_organisation on audit (organisation_id, id);
create index audit_subject on audit (subject_kind, subject_id, id);
