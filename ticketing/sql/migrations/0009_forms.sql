-- What is asked of those who order. A form belongs to a box office; linked to a tariff it is answered for each ticket,
-- linked to an event, or marked `of_orders` for all of the box office, once for the order.

create table forms (
    id uuid primary key,
    box_office_id uuid not null references box_offices,
    name text not null,
    of_orders boolean not null default false,
    version integer not null default 1,
    created_at timestamptz not null,
    unique (box_office_id, name)
);
create unique index forms_of_orders on forms (box_office_id) where of_orders;

-- Texts by language: {"en": "Name"}. Options keep their keys when they are renamed; `limits` are those of the kind.
create table form_fields (
    id uuid primary key,
    form_id uuid not null references forms on delete cascade,
    kind text not null check (kind in (
        'text', 'long_text', 'select', 'radio', 'checkboxes', 'email', 'telephone', 'date', 'number', 'file'
    )),
    labels jsonb not null,
    helps jsonb not null default '{}',
    mandatory boolean not null default false,
    on_ticket text not null default 'no' check (on_ticket in ('no', 'line', 'holder')),
    link text not null default '' check (link = '' or link ~ '^https?://'),
    position integer check (position >= 0),
    hidden boolean not null default false,
    options jsonb not null default '[]',
    limits jsonb not null default '{}',
    version integer not null default 1
);
create index form_fields_form on form_fields (form_id);

alter table tariffs add column form_id uuid references forms;
alter table events add column order_form_id uuid references forms;
create index tariffs_form on tariffs (form_id) where form_id is not null;
create index events_order_form on events (order_form_id) where order_form_id is not null;

-- A file sent before its order: named by a secret, forgotten at `ends_at` unless an answer takes it (then null).
create table uploads (
    id uuid primary key,
    box_office_id uuid not null references box_offices,
    secret_hash bytea not null unique check (length(secret_hash) = 32),
    name text not null,
    media_type text not null check (media_type in ('application/pdf', 'image/png', 'image/jpeg')),
    content bytea not null,
    created_at timestamptz not null,
    ends_at timestamptz
);
create index uploads_waiting on uploads (ends_at) where ends_at is not null;
create index uploads_box_office on uploads (box_office_id) where ends_at is not null;

-- One answer to one question, of an order (ticket_id null) or of one of its tickets. `texts` holds what the kind says:
-- a text, keys of options, an ISO day, a number, a telephone number in E.164; nothing for a file.
create table answers (
    id uuid primary key,
    order_id uuid not null references orders,
    ticket_id uuid references tickets,
    field_id uuid not null references form_fields,
    texts text[] not null,
    upload_id uuid unique references uploads,
    answered_at timestamptz not null,
    unique nulls not distinct (order_id, ticket_id, field_id)
);
create index answers_field on answers (field_id);
