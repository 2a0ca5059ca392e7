-- Waiting rooms: an event that more people come to than can be served at once lets them in by number.

-- One number, `serving`, tells everybody whether their turn has come: everyone whose rank is below it. Until the opening
-- the seed is kept sealed, and only its hash is told; at the opening it is told with how many ordinals it shuffles.
-- What steers it, and what was last measured, stand beside: it is advanced by one worker at a time, whichever that is.
create table waiting_rooms (
    event_id uuid primary key references events on delete cascade,
    state text not null check (state in ('announced', 'open', 'paused', 'closed')),
    version integer not null default 1,
    created_at timestamptz not null,
    opens_at timestamptz not null,
    opened_at timestamptz,
    sealed_seed bytea not null,
    seed_hash bytea not null check (length(seed_hash) = 32),
    seed bytea check (sha256(seed) = seed_hash),
    shuffled_count bigint,
    next_ordinal bigint not null default 0,
    serving bigint not null default 0,
    lapsed bigint not null default 0,

    target_p99_ms integer not null check (target_p99_ms between 50 and 10000),
    pace_min integer not null check (pace_min >= 1),
    pace_max integer not null check (pace_max >= pace_min),
    pace_fixed integer check (pace_fixed >= 0),
    turn_s integer not null check (turn_s between 30 and 3600),
    admission_s integer not null check (admission_s between 60 and 14400),
    party_max integer not null check (party_max between 1 and 50),
    challenge_bits integer not null default 0 check (challenge_bits between 0 and 24),

    per_s double precision not null default 0,
    credit double precision not null default 0,
    settles_at timestamptz not null,
    stepped_at timestamptz,
    called_per_s double precision not null default 0,
    p99_ms integer,
    arrived_count integer not null default 0,
    waiting_count integer not null default 0,
    last_rank bigint not null default 0,
    inside_count integer not null default 0,
    inside_places integer not null default 0,
    served_count integer not null default 0,
    bought_places integer not null default 0,
    left_places integer,
    conversion double precision not null default 1,

    check ((seed is null) = (shuffled_count is null)),
    check (0 <= lapsed and lapsed <= serving and serving <= next_ordinal)
);
create index waiting_rooms_on on waiting_rooms (event_id) where state <> 'closed';

-- Whoever was called stays called, no ordinal is given twice, and what was told of the shuffle stays true.
create function waiting_room_goes_on() returns trigger language plpgsql as $$
begin
    if new.serving < old.serving or new.lapsed < old.lapsed or new.next_ordinal < old.next_ordinal
        or new.seed_hash <> old.seed_hash
        or old.shuffled_count is not null and new.shuffled_count is distinct from old.shuffled_count
    then
        raise exception 'a waiting room never goes back' using errcode = 'check_violation';
    end if;
    return new;
end $$;
create trigger waiting_room_goes_on before update on waiting_rooms
for each row execute function waiting_room_goes_on();

-- Who came: one number a browser (its cookie's hash). The rank is its ordinal, or where the shuffle has put it.
create table waiting_arrivals (
    event_id uuid not null references waiting_rooms on delete cascade,
    ordinal bigint not null,
    browser bytea not null,
    party integer not null check (party >= 1),
    rank bigint,
    at timestamptz not null,
    primary key (event_id, ordinal),
    unique (event_id, browser)
);
create unique index waiting_arrivals_rank on waiting_arrivals (event_id, rank) include (party) where rank is not null;
create index waiting_arrivals_unranked on waiting_arrivals (event_id, ordinal) where rank is null;

-- Who was let in, once a number; how many places they have ordered since.
create table waiting_turns (
    event_id uuid not null,
    ordinal bigint not null,
    party integer not null check (party >= 1),
    admitted_at timestamptz not null,
    expires_at timestamptz not null,
    bought_places integer not null default 0 check (bought_places between 0 and party),
    primary key (event_id, ordinal),
    foreign key (event_id, ordinal) references waiting_arrivals on delete cascade
);

-- When the serving number came to where it was: by this a turn lapses.
create table waiting_steps (
    event_id uuid not null references waiting_rooms on delete cascade,
    serving bigint not null,
    at timestamptz not null,
    primary key (event_id, serving)
);

-- How fast each serving process answered, a second at a time, in the buckets of `engine/waiting/pace.py`; for a minute.
create table serving_loads (
    process text not null,
    at timestamptz not null,
    counts integer[] not null,
    primary key (process, at)
);
create index serving_loads_at on serving_loads (at);
