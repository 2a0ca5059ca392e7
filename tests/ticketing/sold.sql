-- A small house with something of everything in it, as the verbs would have left it: 300 paid orders of two seats, one
-- pending, one expired, one cancelled and refunded, a pass over three performances, a quota, scans and admissions.
-- Every invariant holds. Tests of migrations, of backups and of `check` start from here.

create function pg_temp.id(kind integer, n bigint) returns uuid language sql immutable as $$
    select (lpad(to_hex(kind), 8, '0') || '-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid
$$;

insert into organisations values (pg_temp.id(1, 1), 'house', 'House', '2026-01-01T00:00Z');
insert into box_offices values (pg_temp.id(2, 1), pg_temp.id(1, 1), 'season', 'Season', 'EUR', 'en', '2026-01-01T00:00Z');
insert into venues (id, organisation_id, name, address, time_zone, created_at) values (pg_temp.id(3, 1), pg_temp.id(1, 1), 'Hall', '1 Hall Street', 'Europe/Paris', '2026-01-01T00:00Z');
insert into plans values (pg_temp.id(4, 1), pg_temp.id(3, 1), 'Hall');
insert into plan_versions
values (pg_temp.id(5, 1), pg_temp.id(4, 1), 1, sha256('plan'), 'plan', 2000, '2026-01-01T00:00Z');
insert into place_lists values (sha256('places'), 'places', 2000);
insert into date_plans values (sha256('plan of a date'), 'plan of a date', '2026-01-01T00:00Z');
insert into events values (pg_temp.id(6, 1), pg_temp.id(2, 1), 'Match', '2026-01-01T00:00Z');

insert into pools (id, box_office_id, kind, place_count) overriding system value
values (1, pg_temp.id(2, 1), 'performance', 2000), (2, pg_temp.id(2, 1), 'performance', 2000),
    (3, pg_temp.id(2, 1), 'performance', 2000), (4, pg_temp.id(2, 1), 'quota', 100),
    (5, pg_temp.id(2, 1), 'pass_quantity', 50);
select setval(pg_get_serial_sequence('pools', 'id'), 5);
insert into performances
select pg_temp.id(7, n), pg_temp.id(6, 1), pg_temp.id(2, 1), pg_temp.id(3, 1), pg_temp.id(5, 1), sha256('places'), n,
    start, start - interval '1 hour', start + interval '2 hours', '2026-01-01T00:00Z', start, 'on_sale'
from generate_series(1, 3) n, lateral (select timestamptz '2036-06-01T18:00Z' + n * interval '1 week' as start);

insert into tariffs values (pg_temp.id(8, 1), pg_temp.id(6, 1), 'Full', 0), (pg_temp.id(8, 2), pg_temp.id(6, 1), 'Reduced', 1);
insert into prices select pg_temp.id(8, t), category, t * 1000 from unnest(array[1, 2]) t, unnest(array['A', 'B']) category;
insert into quotas values (pg_temp.id(9, 1), pg_temp.id(8, 2), null, 4);

insert into customers
select pg_temp.id(10, n), pg_temp.id(1, 1), 'buyer' || n || '@example.org', 'Buyer ' || n, 'en', '2026-01-02T00:00Z'
from generate_series(1, 304) n;

-- Orders 1 to 300 are paid; 301 waits for its money, 302 waited too long, 303 was taken back, 304 is the pass.
insert into orders
select pg_temp.id(11, n), 'CODE' || lpad(n::text, 4, '0'), pg_temp.id(2, 1), pg_temp.id(10, n),
    decode(lpad(to_hex(n), 32, '0'), 'hex'), 'request ' || n, '\x00', sha256(n::text::bytea),
    case n when 301 then 'pending' when 302 then 'expired' when 303 then 'cancelled' else 'paid' end,
    'EUR', '2026-01-03T00:00Z',
    case n when 301 then timestamptz '2036-01-01T00:00Z' when 302 then '2026-01-03T01:00Z' end,
    case when n in (302, 303) then timestamptz '2026-01-03T02:00Z' end
from generate_series(1, 304) n;

-- Two seats an order of performance 1, at the reduced tariff (2000 cents, and a place of the quota) for orders 1 to 10.
insert into order_lines (id, order_id, kind, label, amount_cents, reverses, created_at, box_office_id)
select pg_temp.id(12, 2 * n + s), pg_temp.id(11, n), 'ticket', 'Match', case when n <= 10 then 2000 else 1000 end, null,
    '2026-01-03T00:00Z', pg_temp.id(2, 1)
from generate_series(1, 303) n, generate_series(0, 1) s;
insert into order_lines (id, order_id, kind, label, amount_cents, reverses, created_at, box_office_id)
select pg_temp.id(13, 2 * n + s), pg_temp.id(11, n), 'reversal', 'Match', -1000, pg_temp.id(12, 2 * n + s),
    '2026-01-03T02:00Z', pg_temp.id(2, 1)
from generate_series(302, 303) n, generate_series(0, 1) s;
insert into claims (pool_id, place, order_id)
select 1, 2 * n + s, pg_temp.id(11, n) from generate_series(1, 301) n, generate_series(0, 1) s;
insert into claims (pool_id, place, order_id)
select 4, 2 * (n - 1) + s, pg_temp.id(11, n) from generate_series(1, 10) n, generate_series(0, 1) s;
insert into tickets (
    id, order_id, order_line_id, performance_id, tariff_id, pool_id, place, zone, row_label, seat_label, category,
    price_cents, holder_name, status
)
select pg_temp.id(14, 2 * n + s), pg_temp.id(11, n), pg_temp.id(12, 2 * n + s), pg_temp.id(7, 1),
    pg_temp.id(8, case when n <= 10 then 2 else 1 end), 1, 2 * n + s, 'North', '1', (2 * n + s)::text, 'A',
    case when n <= 10 then 2000 else 1000 end, 'Buyer ' || n,
    case n when 301 then 'reserved' when 302 then 'cancelled' when 303 then 'cancelled' else 'valid' end
from generate_series(1, 303) n, generate_series(0, 1) s;

-- The pass: one line, one place of its quantity, seat 5 at each performance.
insert into pass_types values (pg_temp.id(15, 1), pg_temp.id(2, 1), 'Three matches', 'Three', 5000, 5, '2026-01-01T00:00Z');
insert into pass_type_performances select pg_temp.id(15, 1), pg_temp.id(7, n) from generate_series(1, 3) n;
insert into order_lines (id, order_id, kind, label, amount_cents, reverses, created_at, box_office_id)
values (pg_temp.id(12, 1), pg_temp.id(11, 304), 'pass', 'Three', 5000, null, '2026-01-03T00:00Z', pg_temp.id(2, 1));
insert into passes (id, pass_type_id, order_id, order_line_id, holder_name, status)
values (pg_temp.id(16, 1), pg_temp.id(15, 1), pg_temp.id(11, 304), pg_temp.id(12, 1), 'Buyer 304', 'valid');
insert into claims (pool_id, place, order_id)
select pool, case pool when 5 then 0 else 1999 end, pg_temp.id(11, 304) from unnest(array[1, 2, 3, 5]) pool;
insert into tickets (
    id, order_id, order_line_id, pass_id, performance_id, pool_id, place, zone, row_label, seat_label, category,
    price_cents, holder_name, status
)
select pg_temp.id(14, 10000 + n), pg_temp.id(11, 304), pg_temp.id(12, 1), pg_temp.id(16, 1), pg_temp.id(7, n), n, 1999,
    'South', '9', '9', 'B', 0, 'Buyer 304', 'valid'
from generate_series(1, 3) n;

-- Money: owed when ordered; taken in by all but the pending and the expired; given back to the cancelled.
insert into ledger (order_id, box_office_id, debit, credit, amount_cents, currency, reason, at)
select order_id, pg_temp.id(2, 1), 'receivable', 'sales', sum(amount_cents), 'EUR', 'ordered', '2026-01-03T00:00Z'
from order_lines where kind <> 'reversal' group by order_id;
insert into payments
select pg_temp.id(17, n), pg_temp.id(11, n), case when n % 2 = 0 then 'sandbox' else 'on_site' end, 'payment ' || n,
    case when n <= 10 then 4000 when n = 304 then 5000 else 2000 end, 'EUR', case n when 303 then 'refunded' else 'succeeded' end,
    '2026-01-03T00:10Z', '2026-01-03T00:20Z'
from generate_series(1, 304) n where n not in (301, 302);
insert into payments
values (pg_temp.id(17, 301), pg_temp.id(11, 301), 'sandbox', 'payment 301', 2000, 'EUR', 'pending', '2026-01-03T00:10Z', null);
insert into payment_notifications
select provider, 'notification ' || reference, id, '{}', 'PAID', '2026-01-03T00:20Z'
from payments where provider = 'sandbox' and status <> 'pending';
insert into ledger (order_id, box_office_id, payment_id, debit, credit, amount_cents, currency, reason, at)
select order_id, pg_temp.id(2, 1), id, case provider when 'on_site' then 'cash' else provider end, 'receivable', amount_cents, 'EUR', 'paid', settled_at
from payments where status <> 'pending';
insert into ledger (order_id, box_office_id, debit, credit, amount_cents, currency, reason, at)
select order_id, pg_temp.id(2, 1), 'sales', 'receivable', -sum(amount_cents), 'EUR', 'taken back', '2026-01-03T02:00Z'
from order_lines where kind = 'reversal' group by order_id;
insert into refunds values (
    pg_temp.id(18, 1), pg_temp.id(11, 303), pg_temp.id(17, 303), 2000, 'EUR', 'sent', 'cancelled', '2026-01-03T02:00Z', '2026-01-03T03:00Z'
);
insert into ledger (order_id, box_office_id, payment_id, debit, credit, amount_cents, currency, reason, at)
values (pg_temp.id(11, 303), pg_temp.id(2, 1), pg_temp.id(17, 303), 'receivable', 'cash', 2000, 'EUR', 'refunded', '2026-01-03T03:00Z');

insert into signing_keys values (pg_temp.id(1, 1), 0, sha256('key'), '\x00', '2026-01-01T00:00Z', null);
insert into tokens
values (pg_temp.id(19, 1), pg_temp.id(1, 1), 'gate', sha256('token'), 'scan', '2026-01-01T00:00Z', null, null);
insert into scans
select pg_temp.id(20, n), pg_temp.id(7, 1), pg_temp.id(14, 2 * n), pg_temp.id(19, 1), 'gate 1', 'admitted',
    substr(sha256(n::text::bytea), 1, 16), '2036-06-08T17:00Z'
from generate_series(1, 20) n;
insert into passages (
    ticket_id, number, scan_id, performance_id, gate, at, direction, mode, last, entry, entry_count, entry_change,
    inside_change, entered_at, entered_gate
)
select ticket_id, 1, id, performance_id, gate, at, 'in', 'once', 1, 1, 1, 1, 1, at, gate from scans;
insert into pgqueuer (priority, status, entrypoint, payload) values (0, 'queued', 'send_mail', '\x00');

-- The people who work there.
insert into staff values
    (pg_temp.id(30, 1), 'ada@example.org', 'Ada', 'en', '$argon2id$', '2026-01-01T00:00Z', null),
    (pg_temp.id(30, 2), 'bo@example.org', 'Bo', null, null, '2026-01-01T00:00Z', '2026-02-01T00:00Z');
insert into staff_sessions values (
    pg_temp.id(31, 1), pg_temp.id(30, 1), sha256('session'), sha256('before'), 'full', '192.0.2.1', 'a browser',
    '2026-01-02T00:00Z', '2026-01-02T01:00Z', '2026-01-02T01:00Z', '2026-01-02T00:00Z', '2026-01-03T00:00Z'
);
insert into members select pg_temp.id(1, 1), id, created_at from staff;
insert into groups values (pg_temp.id(32, 1), pg_temp.id(1, 1), 'Doors');
insert into group_members select pg_temp.id(32, 1), id from staff;
insert into grants (id, organisation_id, scope, creates_events, staff_id, group_id, created_at) values
    (pg_temp.id(33, 1), pg_temp.id(1, 1), 'manage', true, pg_temp.id(30, 1), null, '2026-01-01T00:00Z'),
    (pg_temp.id(33, 2), pg_temp.id(1, 1), 'scan', false, null, pg_temp.id(32, 1), '2026-01-01T00:00Z');
insert into audit (organisation_id, staff_id, act, subject_kind, subject_id, subject_name, address, at)
values (pg_temp.id(1, 1), pg_temp.id(30, 1), 'organisation.created', 'organisation', '1', 'House', '192.0.2.1', '2026-01-01T00:00Z');

-- How the event is programmed.
insert into files values (sha256('picture'), 'image/jpeg', 'picture', 1200, 800, '2026-01-01T00:00Z');
update events set picture = sha256('picture'), category = 'sport', languages = '{en}';
insert into event_texts values (pg_temp.id(6, 1), 'en', 'Match', 'The derby', 'All of it.', 'Two players');

-- What opens their accounts.
insert into authenticators values (pg_temp.id(30, 1), 'sealed', 59000000, '2026-01-01T00:00Z', '2026-01-01T00:00Z');
insert into passkeys values (
    pg_temp.id(34, 1), pg_temp.id(30, 1), 'Key ring', 'credential', 'public key', 3, '2026-01-01T00:00Z', null
);
insert into passkey_challenges values ('challenge', pg_temp.id(30, 1), '2026-01-01T00:05Z');
insert into recovery_codes values (pg_temp.id(30, 1), sha256('code'), null);
insert into account_links values (
    sha256('link'), pg_temp.id(30, 2), 'invitation', '2026-01-01T00:00Z', '2026-01-08T00:00Z', null
);
insert into attempts values (sha256('bo'), '192.0.2.9', 2, '2026-01-01T00:00Z', '2026-01-01T00:00Z');
insert into known_addresses values (pg_temp.id(30, 1), '192.0.2.1', '2026-01-02T00:00Z');

-- Of the venue: what is told of it, and a plan file that waits.
insert into venue_texts values (pg_temp.id(3, 1), 'en', 'A hall.', 'None.', 'Tram 4.', 'Ring at the side door.');
insert into plan_drafts
values (pg_temp.id(32, 1), pg_temp.id(3, 1), 'Hall', 'hall.json', 'placeur', 'plan', 2000, '[]', null, '2026-01-01T00:00Z');

-- A photo of the view from a seat of the hall.
insert into seat_photos values (pg_temp.id(1, 1), sha256('picture'), '2026-01-01T00:00Z');
insert into plan_version_photos values (pg_temp.id(5, 1), pg_temp.id(1, 1), sha256('picture'));

-- A drawing of the hall's plan, with a row in a zone.
insert into drawings (id, plan_id, base_version_id, head, saved_at, created_at)
values (pg_temp.id(34, 1), pg_temp.id(4, 1), pg_temp.id(5, 1), '{}', '2026-01-02T00:00Z', '2026-01-01T00:00Z');
insert into drawing_underlays values (pg_temp.id(34, 1), 'image/jpeg', 'picture', '{"x": 0}');
insert into drawing_parts (drawing_id, key, kind, parent, position, data, seat_count, place_count)
values (pg_temp.id(34, 1), 'r1', 'row', 'z1', 1, '{}', 2, 2), (pg_temp.id(34, 1), 'z1', 'zone', null, 1, '{}', 0, 0);

-- What settings keep.
insert into vat_rates values (pg_temp.id(2, 1), '2026-01-01', 8100), (pg_temp.id(2, 1), '2027-01-01', 8500);
update box_offices set vat_registered = true, vat_number = 'CHE123456789TVA' where id = pg_temp.id(2, 1);

-- What reports read, and a mail to the buyers of the match.
update tickets t set placed_at = o.placed_at from orders o where o.id = t.order_id;
insert into order_lines (id, order_id, kind, label, amount_cents, reverses, created_at, box_office_id) values
    (pg_temp.id(12, 2001), pg_temp.id(11, 300), 'reversal', 'Match', -1000, pg_temp.id(12, 600), '2026-01-04T00:00Z', pg_temp.id(2, 1)),
    (pg_temp.id(12, 2002), pg_temp.id(11, 300), 'ticket', 'Match', 1000, null, '2026-01-04T00:00Z', pg_temp.id(2, 1));
update tickets set order_line_id = pg_temp.id(12, 2002) where order_line_id = pg_temp.id(12, 600);
insert into former_lines select pg_temp.id(12, 600), id from tickets where order_line_id = pg_temp.id(12, 2002);
insert into mailings (
    id, event_id, staff_id, performance_ids, tariff_ids, state, created_at, started_at, ended_at, sent_count, opted_out_count
) values (
    pg_temp.id(40, 1), pg_temp.id(6, 1), pg_temp.id(30, 1), '{}', '{}', 'sent', '2026-01-05T00:00Z',
    '2026-01-05T00:01Z', '2026-01-05T00:02Z', 1, 1
);
insert into mailing_texts values (pg_temp.id(40, 1), 'en', 'Doors open early', 'Hello {name}, come early.');
insert into mailing_recipients values
    (pg_temp.id(40, 1), pg_temp.id(10, 1), 'sent', '2026-01-05T00:01Z', '250 OK'),
    (pg_temp.id(40, 1), pg_temp.id(10, 2), 'opted_out', '2026-01-05T00:01Z', '');
insert into opt_outs values (pg_temp.id(1, 1), 'buyer2@example.org', '2026-01-04T00:00Z');

-- What was written beside orders: a note, a mail, an opposition that ended.
insert into order_notes values (pg_temp.id(50, 1), pg_temp.id(11, 1), pg_temp.id(30, 1), 'Asked for an aisle seat.', '2026-01-04T00:00Z');
insert into order_mails
values ('mail-1', pg_temp.id(11, 1), 'order-paid', 'buyer1@example.org', 'sent', '250 OK', '2026-01-03T00:21Z');
insert into oppositions values (
    pg_temp.id(51, 1), pg_temp.id(14, 2), null, 0, 'Reported lost.', pg_temp.id(30, 1), '2026-01-05T00:00Z', '2026-01-06T00:00Z'
);

-- A form for each ticket at the full tariff, answered by the first order, and a file that came with it.
insert into forms values (pg_temp.id(90, 1), pg_temp.id(2, 1), 'Who comes', false, 1, '2026-01-01T00:00Z');
insert into form_fields (id, form_id, kind, labels, mandatory, position) values
    (pg_temp.id(91, 1), pg_temp.id(90, 1), 'text', '{"en": "Name"}', true, 1),
    (pg_temp.id(91, 2), pg_temp.id(90, 1), 'file', '{"en": "Card"}', false, null);
update tariffs set form_id = pg_temp.id(90, 1) where id = pg_temp.id(8, 1);
insert into uploads values (
    pg_temp.id(92, 1), pg_temp.id(2, 1), sha256('upload'), 'card.png', 'image/png', '\x89', '2026-01-03T00:00Z', null
);
insert into answers values
    (pg_temp.id(93, 1), pg_temp.id(11, 11), pg_temp.id(14, 22), pg_temp.id(91, 1), '{Ann}', null, '2026-01-03T00:00Z'),
    (pg_temp.id(93, 2), pg_temp.id(11, 11), pg_temp.id(14, 22), pg_temp.id(91, 2), '{}', pg_temp.id(92, 1), '2026-01-03T00:00Z');

-- The doors: a profile each for all of the box office, an event and a date, of which the first shows an answer; a code
-- and a device. It let the hundredth order in and took that back; and, offline, the first one's ticket a second time.
insert into scan_profiles (id, box_office_id, name, gate, covers, mode, role, created_at)
select pg_temp.id(97, n), pg_temp.id(2, 1), 'Door ' || n, 'Gate ' || n, (array['box_office', 'events', 'dates'])[n],
    (array['once', 'entry_exit', 'multiple'])[n], 'steward', '2026-01-01T00:00Z'
from generate_series(1, 3) n;
insert into scan_profile_events values (pg_temp.id(97, 2), pg_temp.id(6, 1));
insert into scan_profile_dates values (pg_temp.id(97, 3), pg_temp.id(7, 1));
insert into scan_profile_fields values (pg_temp.id(97, 1), pg_temp.id(91, 1));
insert into scan_codes (id, box_office_id, profile_id, hash, sealed, staff_id, created_at, expires_at, device_count) values (
    pg_temp.id(98, 1), pg_temp.id(2, 1), pg_temp.id(97, 1), sha256('scan code'), '\x00', pg_temp.id(30, 1),
    '2026-01-01T00:00Z', '2026-01-02T00:00Z', 1
);
insert into scan_devices (id, profile_id, name, hash, code_id, enrolled_at, seen_at, reported_at, battery) values (
    pg_temp.id(99, 1), pg_temp.id(97, 1), 'Scanner 1', sha256('device'), pg_temp.id(98, 1), '2026-01-01T00:00Z',
    '2036-06-08T17:10Z', '2036-06-08T17:10Z', 80
);
insert into scan_hubs (id, box_office_id, name, hash, code_id, enrolled_at, seen_at) values (
    pg_temp.id(120, 1), pg_temp.id(2, 1), 'Hub 1', sha256('hub'), pg_temp.id(98, 1), '2026-01-01T00:00Z', '2026-01-01T00:00Z'
);
insert into scans (id, performance_id, ticket_id, device_id, gate, verdict, undoes, digest, at)
select pg_temp.id(20, n), pg_temp.id(7, 1), pg_temp.id(14, case n when 103 then 2 else 200 end), pg_temp.id(99, 1), 'Gate 1',
    case n when 102 then 'undone' else 'admitted' end, case n when 102 then pg_temp.id(20, 101) end,
    substr(sha256(n::text::bytea), 1, 16), '2036-06-08T17:05Z'
from generate_series(101, 103) n;
insert into passages (
    ticket_id, number, scan_id, performance_id, gate, at, direction, mode, undoes, last, entry, entry_count, entry_change,
    inside_change, entered_at, entered_gate, despite
)
select pg_temp.id(14, ticket), number, pg_temp.id(20, scan), pg_temp.id(7, 1), 'Gate 1', '2036-06-08T17:05Z', 'in', 'once',
    undoes, last, last, last, change, inside, case when last > 0 then timestamptz '2036-06-08T17:05Z' end,
    case when last > 0 then 'Gate 1' end, despite
from (
    values (200, 1, 101, null, 1, 1, 1, null), (200, 2, 102, 1, 0, -1, -1, null), (2, 2, 103, null, 2, 1, 0, 'already_in')
) as passed (ticket, number, scan, undoes, last, change, inside, despite);
insert into offline_scans values (
    pg_temp.id(20, 103), pg_temp.id(7, 1), 'admitted', 'already_in', '2036-06-08T17:04Z', -60000, '2036-06-08T17:10Z', true
);

-- Tariffs: VAT in every line, an option on the first order's tickets (500 of the 2000 cents), a price of a zone and one
-- of a date.
update order_lines set vat_thousandths = 5500;
insert into prices (tariff_id, zone, price_cents) values (pg_temp.id(8, 1), 'North', 1200);
insert into prices (tariff_id, category, performance_id, price_cents) values (pg_temp.id(8, 1), 'A', pg_temp.id(7, 3), 1100);
insert into option_groups (id, tariff_id, name) values (pg_temp.id(8, 11), pg_temp.id(8, 2), 'Meal');
insert into options (id, tariff_id, group_id, name, price_cents)
values (pg_temp.id(8, 21), pg_temp.id(8, 2), pg_temp.id(8, 11), 'Supper', 500),
    (pg_temp.id(8, 22), pg_temp.id(8, 2), null, 'Programme', 300);
insert into ticket_options select id, pg_temp.id(8, 21), 'Supper', 500 from tickets where order_id = pg_temp.id(11, 1);
update tickets set options_cents = 500 where order_id = pg_temp.id(11, 1);

-- Ticket designs: the default with a picture, and one that the match and its reduced tariff chose.
insert into files values (sha256('ticket picture'), 'image/jpeg', 'ticket picture', 2480, 1169, '2026-01-01T00:00Z');
insert into ticket_designs (id, box_office_id, name, gallery, look, picture, is_default, created_at) values
    (pg_temp.id(95, 1), pg_temp.id(2, 1), 'House', 'poster', '{"accent": "#7a1f3d"}', sha256('ticket picture'), true, '2026-01-01T00:00Z'),
    (pg_temp.id(95, 2), pg_temp.id(2, 1), 'Match', 'festival', '{}', null, false, '2026-01-01T00:00Z');
update events set ticket_design_id = pg_temp.id(95, 2) where id = pg_temp.id(6, 1);
update tariffs set ticket_design_id = pg_temp.id(95, 2) where id = pg_temp.id(8, 2);
update box_offices set ticket_paper = 'a6', ticket_files = 'each' where id = pg_temp.id(2, 1);
update orders set ticket_paper = 'phone' where id = pg_temp.id(11, 1);

-- The shop: its look, and two carts, one of which has become the first order.
insert into shops (box_office_id, colours, texts)
values (pg_temp.id(2, 1), '{"accent": "#1d4e89"}', '{"en": {"title": "The season"}}');
insert into carts (secret_hash, box_office_id, hold, chosen, order_id, touched_at) values
    (sha256('cart 1'), pg_temp.id(2, 1), '\x000102030405060708090a0b0c0d0e0f', '[]', pg_temp.id(11, 1), '2026-01-03T00:00Z'),
    (sha256('cart 2'), pg_temp.id(2, 1), null, '[]', null, '2026-01-03T00:00Z');

-- How it is paid, what it invoiced, and what its bank told of: order 299 on invoice, paid by transfer; order 303, whose invoice
-- was taken back.
insert into billing (box_office_id, name, street, postal_code, city, country, iban)
values (pg_temp.id(2, 1), 'House', '1 Hall Street', '1003', 'Lausanne', 'CH', 'CH9300762011623852957');
insert into payment_methods (box_office_id, method, offered, pay_days) values (pg_temp.id(2, 1), 'invoice', true, 14);
insert into bill_addresses values (pg_temp.id(11, 299), 'Buyer & Co', '2 Quay', '1003', 'Lausanne', 'CH');
insert into invoice_counters values (pg_temp.id(2, 1), 2026, 3);
insert into invoices (
    id, box_office_id, order_id, kind, credits, year, number, label, issued_at, issued_on, due_on, currency,
    total_cents, document
)
select pg_temp.id(60, n), pg_temp.id(2, 1), pg_temp.id(11, case n when 1 then 299 else 303 end),
    case n when 3 then 'credit_note' else 'invoice' end, case n when 3 then pg_temp.id(60, 2) end, 2026, n,
    '2026-0000' || n, '2026-01-03T00:00Z', '2026-01-03', '2026-01-17', 'EUR', case n when 3 then -2000 else 2000 end,
    jsonb_build_object('label', '2026-0000' || n, 'total_cents', case n when 3 then -2000 else 2000 end)
from generate_series(1, 3) n;
insert into invoice_lines
select id, pg_temp.id(60, case when order_id = pg_temp.id(11, 299) then 1 when kind = 'reversal' then 3 else 2 end)
from order_lines where order_id in (pg_temp.id(11, 299), pg_temp.id(11, 303));
insert into bank_files (id, box_office_id, hash, name, format, uploaded_at, confirmed_at)
values (pg_temp.id(61, 1), pg_temp.id(2, 1), sha256('file'), 'january.xml', 'camt.053', '2026-01-04T00:00Z', '2026-01-04T00:01Z');
update payments set provider = 'transfer' where id = pg_temp.id(17, 299);
delete from payment_notifications where payment_id = pg_temp.id(17, 299);
update ledger set debit = 'bank' where payment_id = pg_temp.id(17, 299);
insert into bank_entries
values (
    pg_temp.id(62, 1), pg_temp.id(1, 1), pg_temp.id(2, 1), pg_temp.id(61, 1), 1, 'CH9300762011623852957', 'bank 1',
    '2026-01-03', 2000, 'EUR', 'Buyer & Co', '', 'RF00CODE0299', '', 'booked', pg_temp.id(17, 299), 'paid'
);

-- A waiting room that has opened: three came before, one was let in and ordered, one more is called.
insert into waiting_rooms (
    event_id, state, created_at, opens_at, opened_at, sealed_seed, seed_hash, seed, shuffled_count, next_ordinal, serving,
    target_p99_ms, pace_min, pace_max, turn_s, admission_s, party_max, settles_at
)
select id, 'closed', '2026-01-01T00:00Z', '2026-01-02T00:00Z', '2026-01-02T00:00Z', '\x00', sha256('\x00'), '\x00', 1000, 1000,
    2, 500, 60, 6000, 300, 1200, 10, '2026-01-02T00:00Z'
from events
order by id
limit 1;
insert into waiting_arrivals
select event_id, n, sha256(int4send(n)), 2, n, '2026-01-01T00:00Z' from waiting_rooms, generate_series(0, 2) as n;
insert into waiting_turns
select event_id, 0, 2, '2026-01-02T00:01Z', '2026-01-02T00:21Z', 2 from waiting_rooms;
insert into waiting_steps select event_id, 2, '2026-01-02T00:01Z' from waiting_rooms;
insert into serving_loads values ('host-1', '2026-01-02T00:01Z', '{20, 1}');

-- The checkout: tickets at home or at the counter, cancelled until two days before; the first order waits at the counter.
insert into checkout_rules (box_office_id, handovers, cancellation_until_hours)
values (pg_temp.id(2, 1), '{print,counter}', 48);
insert into order_choices values (pg_temp.id(11, 1), 'counter', sha256('terms'));

-- Accounts of customers: the first one's, opened by a link from a known address; one who is to be forgotten.
update customers set proved_at = '2026-01-02T00:00Z' where id = (select min(id::text)::uuid from customers);
update customers set deletion_asked_at = '2026-01-04T00:00Z' where id = (select max(id::text)::uuid from customers);
insert into customer_sessions
select pg_temp.id(70, 1), min(id::text)::uuid, sha256('customer session'), '192.0.2.1', 'Browser', '2026-01-02T00:00Z',
    '2026-01-02T00:00Z', '2026-01-02T00:00Z', '2026-02-01T00:00Z'
from customers;
insert into customer_links
select sha256('customer link'), min(id::text)::uuid, 'sign-in', min(email), null, '', '2026-01-02T00:00Z',
    '2026-01-02T00:15Z', '2026-01-02T00:01Z'
from customers;
insert into customer_addresses select min(id::text)::uuid, '192.0.2.1', '2026-01-02T00:00Z' from customers;

-- The shop on another site, with a tracker; and a visitor there, whose browser keeps no cookies.
insert into embeddings
values (pg_temp.id(2, 1), 2, '{https://example.org}', '{https://tracker.example/tag.js}', 'window.seen = true;',
    '{https://tracker.example}', '{}', '{https://*.tracker.example}');
insert into carried_visits values (sha256('carried visit'), '{"notice": "Saved."}', '2026-01-02T00:00Z');

-- Two dates asked to go onto another version of their plan: one is there, one was left as it was.
insert into plan_changes
values (pg_temp.id(90, 1), pg_temp.id(5, 1), pg_temp.id(1, 1), null, '2026-01-02T00:00Z');
insert into plan_change_dates
select pg_temp.id(90, 1), id, case when n = 1 then 'done' else 'refused' end,
    case when n = 2 then 'seats-in-use' end, case when n = 2 then '{"place_count": 2}'::jsonb else '{}' end, '2026-01-02T00:01Z'
from (select id, row_number() over (order by id) as n from performances) as dates
where n <= 2;

-- Seats of a date kept for the press until a moment, and for nobody; its accessible places, released; copied onto another.
insert into allotments (id, performance_id, code, kind, name, note, release_at, ended_at, created_at)
select pg_temp.id(91, n), (select min(id::text)::uuid from performances), (array[16, 32768, 15])[n],
    (array['press', 'house', 'accessibility'])[n], '', 'Kept', case when n <> 2 then '2026-03-01T00:00Z'::timestamptz end,
    case when n = 3 then '2026-03-01T00:00Z'::timestamptz end, '2026-01-02T00:00Z'
from generate_series(1, 3) as n;
insert into allotment_copies
select pg_temp.id(92, 1), min(id::text)::uuid, pg_temp.id(1, 1), null, '2026-01-02T00:00Z' from performances;
insert into allotment_copy_dates (copy_id, performance_id, state, ended_at)
select pg_temp.id(92, 1), max(id::text)::uuid, 'done', '2026-01-02T00:01Z' from performances;

-- A till whose first session was closed, three cents short, and whose second is open: in the first order 1 was paid in
-- cash, in the second order 303 was given back its money and order 3 was paid. Every row has the hash of the one before.
insert into tills (id, box_office_id, name, locale, event_id, performance_id, shared, receipt_with_tickets, drawer_kicked, created_at)
values (pg_temp.id(80, 1), pg_temp.id(2, 1), 'Till 1', 'en', pg_temp.id(6, 1), pg_temp.id(7, 1), false, true, true, '2026-01-03T00:00Z');
insert into cash_sessions values
    (pg_temp.id(81, 1), pg_temp.id(80, 1), pg_temp.id(2, 1), 'EUR', 1, pg_temp.id(30, 1), '2026-01-03T00:00Z', pg_temp.id(30, 1), '2026-01-03T02:00Z'),
    (pg_temp.id(81, 2), pg_temp.id(80, 1), pg_temp.id(2, 1), 'EUR', 2, pg_temp.id(30, 1), '2026-01-03T02:30Z', null, null);
update payments set cash_session_id = pg_temp.id(81, case id when pg_temp.id(17, 1) then 1 else 2 end)
where id in (pg_temp.id(17, 1), pg_temp.id(17, 3));
update refunds set cash_session_id = pg_temp.id(81, 2);
create function pg_temp.journal(
    session integer, kind text, method text, cents integer, at timestamptz, payment uuid = null, refund uuid = null,
    expected integer = null, counted integer = null, reason text = null, lines uuid[] = '{}'
) returns void language plpgsql as $$
declare
    row_number integer := (select count(*) + 1 from cash_movements where session_id = pg_temp.id(81, session));
    previous bytea := coalesce(
        (select hash from cash_movements where session_id = pg_temp.id(81, session) order by number desc limit 1),
        (select hash from cash_reports where number = session - 1), decode(repeat('00', 32), 'hex')
    );
    said text := jsonb_build_object(
        'session', pg_temp.id(81, session), 'number', row_number, 'previous', encode(previous, 'hex'), 'kind', kind,
        'method', method, 'amount_cents', cents, 'expected_cents', expected, 'counted_cents', counted, 'pieces', '[]'::jsonb,
        'reason', reason, 'note', '', 'payment', payment, 'refund', refund, 'seller', pg_temp.id(30, 1), 'at', at,
        'lines', (
            select coalesce(jsonb_agg(jsonb_build_array(line, cents / nullif(cardinality(lines), 0), 0, sign(cents))), '[]')
            from unnest(lines) line
        )
    )::text;
begin
    insert into cash_movements values (
        pg_temp.id(81, session), row_number, kind, method, cents, expected, counted, reason, '', payment, refund,
        pg_temp.id(30, 1), at, said, sha256(convert_to(said, 'UTF8'))
    );
    insert into cash_shares
    select pg_temp.id(81, session), row_number, line, cents / nullif(cardinality(lines), 0), 0, sign(cents) from unnest(lines) line;
end $$;
select pg_temp.journal(1, 'open', 'on_site', 10000, '2026-01-03T00:00Z');
select pg_temp.journal(1, 'payment', 'on_site', 4000, '2026-01-03T00:20Z', payment => pg_temp.id(17, 1),
    lines => array[pg_temp.id(12, 2), pg_temp.id(12, 3)]);
select pg_temp.journal(1, 'out', 'on_site', -5000, '2026-01-03T01:00Z', reason => 'bank');
select pg_temp.journal(1, 'count', null, 0, '2026-01-03T01:30Z', expected => 9000, counted => 8997);
select pg_temp.journal(1, 'close', null, 0, '2026-01-03T02:00Z', expected => 9000, counted => 8997);
insert into cash_reports
select pg_temp.id(81, 1), pg_temp.id(80, 1), 1, said, sha256(convert_to(said, 'UTF8'))
from (
    select jsonb_build_object(
        'kind', 'z', 'session', session_id, 'number', 1, 'till_id', pg_temp.id(80, 1), 'closed_at', at,
        'previous', repeat('00', 32), 'journal', encode(hash, 'hex'), 'float_cents', 10000, 'brought_cents', 0,
        'taken_cents', 5000, 'expected_cents', 9000, 'counted_cents', 8997,
        'takings', '[{"received_cents": 4000, "returned_cents": 0}]'::jsonb, 'vat', '[{"amount_cents": 4000}]'::jsonb,
        'sold', '[{"amount_cents": 4000}]'::jsonb
    )::text as said
    from cash_movements where kind = 'close'
) as report;
select pg_temp.journal(2, 'open', 'on_site', 10000, '2026-01-03T02:30Z');
select pg_temp.journal(2, 'in', 'on_site', 1000, '2026-01-03T02:31Z', reason => 'change');
select pg_temp.journal(2, 'refund', 'on_site', -2000, '2026-01-03T03:00Z', refund => pg_temp.id(18, 1),
    lines => array[pg_temp.id(12, 606), pg_temp.id(12, 607)]);
select pg_temp.journal(2, 'payment', 'on_site', 4000, '2026-01-03T03:10Z', payment => pg_temp.id(17, 3),
    lines => array[pg_temp.id(12, 6), pg_temp.id(12, 7)]);

-- A Zebra that the till prints on, by an agent: the tickets of order 1 came out.
insert into print_agents values
    (pg_temp.id(82, 1), pg_temp.id(2, 1), 'Box office PC', sha256('agent'), 'placeur', '2026-01-02T22:00Z', '2026-01-03T00:00Z', null);
insert into printers values
    (pg_temp.id(83, 1), pg_temp.id(2, 1), pg_temp.id(82, 1), 'Zebra', 'raw', '10.0.0.9', 9100, '', 'zpl', false, null, 'labels',
    'cinema', 8, true, '{ready}', '2026-01-03T00:00Z', null, '2026-01-02T22:00Z');
update tills set ticket_printer_id = pg_temp.id(83, 1);
insert into print_jobs (
    id, box_office_id, printer_id, request_key, kind, name, payload, format, page_count, order_id, ticket_ids, status,
    created_by, created_at, not_before, tries, take_id, agent_id, sending_at, ended_at, outcome, conditions
)
values (
    pg_temp.id(84, 1), pg_temp.id(2, 1), pg_temp.id(83, 1), 'sale 1', 'tickets', 'Order CODE0001', '^XA^XZ', 'application/zpl',
    1, pg_temp.id(11, 1), array[pg_temp.id(13, 1)], 'printed', pg_temp.id(30, 1), '2026-01-03T00:20Z', '2026-01-03T00:20Z', 1,
    pg_temp.id(85, 1), pg_temp.id(82, 1), '2026-01-03T00:20Z', '2026-01-03T00:20Z', 'delivered', '{ready}'
);

-- A label design with a picture, which the match chose for short tickets.
insert into label_designs (id, box_office_id, paper, name, design, is_default, created_at) values (
    pg_temp.id(96, 1), pg_temp.id(2, 1), 'cinema', 'Short', '{"width_mm": 80, "height_mm": 54, "blocks": [
    {"kind": "qr", "x_mm": 54, "y_mm": 2, "width_mm": 25, "height_mm": 25}]}', true, '2026-01-01T00:00Z'
);
insert into event_label_designs values (pg_temp.id(6, 1), 'cinema', pg_temp.id(96, 1));
insert into label_pictures values (pg_temp.id(2, 1), sha256('ticket picture'), '2026-01-01T00:00Z');

-- The code that enrolled the agent, and a kit with its access point.
insert into agent_codes (id, box_office_id, hash, sealed, staff_id, created_at, expires_at, agent_count) values (
    pg_temp.id(86, 1), pg_temp.id(2, 1), sha256('agent code'), '\x00', pg_temp.id(30, 1), '2026-01-02T21:00Z',
    '2026-01-03T21:00Z', 1
);
update print_agents set code_id = pg_temp.id(86, 1);
insert into kits (id, box_office_id, name, place, created_at)
values (pg_temp.id(87, 1), pg_temp.id(2, 1), 'Kit 1', 'Foyer', '2026-01-01T00:00Z');
insert into access_points (id, kit_id, name, identity, kind, plan_ends_on, created_at, reported_at, connected_count, battery)
values (pg_temp.id(88, 1), pg_temp.id(87, 1), 'Router', 'SN 1', 'mobile', '2026-01-31', '2026-01-01T00:00Z', '2026-01-03T00:00Z', 4, 80);
insert into consignments
select pg_temp.id(11, 1), pg_temp.id(2, 1), t.performance_id, t.tariff_id, pg_temp.id(91, 1), 5, 'made', '',
    null, '2026-01-03T00:00Z', '2026-01-03T00:01Z'
from tickets t where t.order_id = pg_temp.id(11, 1) and t.tariff_id is not null limit 1;
