-- Photos of the view from seats. Plans and drawings name them by their hash; an organisation keeps them.
create table seat_photos (
    organisation_id uuid not null references organisations on delete cascade,
    hash bytea not null references files,
    kept_at timestamptz not null,
    primary key (organisation_id, hash)
);
create index seat_photos_hash on seat_photos (hash);

-- Those that a version of a plan names, noted when it is added: what stands here is not forgotten.
create table plan_version_photos (
    plan_version_id uuid not null references plan_versions on delete cascade,
    organisation_id uuid not null,
    hash bytea not null,
    primary key (plan_version_id, hash),
    foreign key (organisation_id, hash) references seat_photos
);
create index plan_version_photos_photo on plan_version_photos (organisation_id, hash);

-- The parts of drawings that name some.
create index drawing_parts_photos on drawing_parts (drawing_id) where position('"photo":"'::bytea in data) > 0;
