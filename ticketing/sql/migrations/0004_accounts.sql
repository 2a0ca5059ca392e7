-- What opens an account beside its password, what is known of those who try, and who of a team is let in.

-- An authenticator app. Until its first code was typed (`confirmed_at`) it opens nothing; a step's code opens once.
create table authenticators (
    staff_id uuid primary key references staff,
    sealed_secret bytea not null,
    last_step bigint not null default 0,
    created_at timestamptz not null,
    confirmed_at timestamptz
);

create table passkeys (
    id uuid primary key,
    staff_id uuid not null references staff,
    name text not null,
    credential_id bytea not null unique check (length(credential_id) between 1 and 1023),
    public_key bytea not null,
    sign_count bigint not null,
    created_at timestamptz not null,
    used_at timestamptz
);
create index passkeys_staff on passkeys (staff_id);

-- What a browser is asked to sign with a passkey, once and soon. `staff_id` is null while nobody has said who they are.
create table passkey_challenges (
    challenge bytea primary key,
    staff_id uuid references staff,
    ends_at timestamptz not null
);
create index passkey_challenges_end on passkey_challenges (ends_at);

create table recovery_codes (
    staff_id uuid not null references staff,
    hash bytea not null check (length(hash) = 32),
    used_at timestamptz,
    primary key (staff_id, hash)
);

-- Links sent by mail that open an account once, to set its password.
create table account_links (
    hash bytea primary key check (length(hash) = 32),
    staff_id uuid not null references staff,
    kind text not null check (kind in ('password-reset', 'invitation')),
    created_at timestamptz not null,
    ends_at timestamptz not null,
    used_at timestamptz
);
create index account_links_staff on account_links (staff_id);

-- Tries of a password or a code, by the account that was named (hashed: it may not exist) and the network address.
-- The next one is judged from `free_at` on.
create table attempts (
    account_hash bytea not null check (length(account_hash) = 32),
    address text not null,
    attempt_count integer not null,
    at timestamptz not null,
    free_at timestamptz not null,
    primary key (account_hash, address)
);
create index attempts_at on attempts (at);

-- Where an account was signed in from before: nobody elsewhere can shut these out.
create table known_addresses (
    staff_id uuid not null references staff,
    address text not null,
    seen_at timestamptz not null,
    primary key (staff_id, address)
);

-- An account is a person's own; an organisation can only shut it out of itself, whatever else would let it in.
alter table members add column disabled_at timestamptz;

create or replace function grants_of(person uuid) returns setof grants language sql stable parallel safe
begin atomic
    with reaching as (
        select g.* from grants g where g.staff_id = person
        union all
        select g.* from grants g join group_members m on m.group_id = g.group_id where m.staff_id = person
        union all
        select g.* from grants g join members m on m.organisation_id = g.organisation_id and m.staff_id = person
        where g.members
        union all
        select g.* from grants g join staff s on s.id = person and g.email_domain = split_part(s.email, '@', 2)
    )
    select r.*
    from reaching r
    where not exists (
        select from members m
        where m.organisation_id = r.organisation_id and m.staff_id = person and m.disabled_at is not null
    );
end;

-- Everybody whom an organisation lets in, or did, by whichever way.
create function people_of(organisation uuid) returns setof uuid language sql stable parallel safe
begin atomic
    select m.staff_id from members m where m.organisation_id = organisation
    union
    select g.staff_id from grants g where g.organisation_id = organisation and g.staff_id is not null
    union
    select m.staff_id from group_members m join groups g on g.id = m.group_id where g.organisation_id = organisation
    union
    select s.id from staff s join grants g on g.email_domain = split_part(s.email, '@', 2)
    where g.organisation_id = organisation;
end;
create index staff_domain on staff (split_part(email, '@', 2));
