-- What must always be true. Each block is one invariant, its comment the sentence; it returns a line of text a breach.
-- A ticket or pass is live while its place is its owner's: reserved, valid, opposed.

-- name: one_claim_a_place()
-- A place has one owner.
select format('pool %s, place %s: %s claims', pool_id, place, count(*))
from claims
group by pool_id, place
having count(*) > 1;

-- name: claims_within_capacity()
-- Claims are on places that their pool has, and orders and pools that exist.
select format('pool %s, place %s: the pool has %s places', c.pool_id, c.place, coalesce(p.place_count, 0))
from claims c
left join pools p on p.id = c.pool_id
left join orders o on o.id = c.order_id
where c.place < 0 or p.id is null or o.id is null or c.place >= p.place_count;

-- name: claims_are_drawn()
-- Nobody owns a place that the plan under the sale does not draw any more.
select format('pool %s, place %s: a tombstone, claimed by order %s', c.pool_id, c.place, c.order_id)
from pools p
join claims c on c.pool_id = p.id and c.place = any(p.tombstones)
where p.tombstones <> '{}';

-- name: quotas_not_exceeded()
-- No tariff sells more than its quota.
select format('quota %s: %s tickets for %s places', q.id, count(*), p.place_count)
from quotas q
join pools p on p.id = q.pool_id
join tickets t on t.tariff_id = q.tariff_id and (q.performance_id is null or q.performance_id = t.performance_id)
where t.status in ('reserved', 'valid', 'opposed')
group by q.id, p.place_count
having count(*) > p.place_count;

-- name: pass_quantities_not_exceeded()
-- No pass type sells more than its quantity.
select format('pass type %s: %s passes for %s places', y.id, count(*), p.place_count)
from pass_types y
join pools p on p.id = y.pool_id
join passes s on s.pass_type_id = y.id
where s.status in ('reserved', 'valid', 'opposed')
group by y.id, p.place_count
having count(*) > p.place_count;

-- name: tickets_are_seated()
-- A live ticket's place is claimed by its order.
select format('ticket %s of order %s (%s): place %s of pool %s is not its own', t.id, o.code, o.status, t.place, t.pool_id)
from tickets t
join orders o on o.id = t.order_id
left join claims c on c.pool_id = t.pool_id and c.place = t.place and c.order_id = t.order_id
where t.status in ('reserved', 'valid', 'opposed') and c.order_id is null;

-- name: one_ticket_a_place()
-- A place carries one live ticket.
select format('pool %s, place %s: %s live tickets', pool_id, place, count(*))
from tickets
where status in ('reserved', 'valid', 'opposed')
group by pool_id, place
having count(*) > 1;

-- name: let_in_in_order()
-- Whoever was let in by a waiting room had been called.
select format('event %s: number %s was let in, rank %s, serving %s', t.event_id, t.ordinal, a.rank, r.serving)
from waiting_turns t
join waiting_arrivals a on a.event_id = t.event_id and a.ordinal = t.ordinal
join waiting_rooms r on r.event_id = t.event_id
where a.rank is null or a.rank >= r.serving;

-- name: seats_have_tickets()
-- A claimed place of a performance belongs to a live ticket: nothing is kept from sale for nobody.
select format('pool %s, place %s: claimed by order %s, which has no live ticket for it', c.pool_id, c.place, c.order_id)
from claims c
join pools p on p.id = c.pool_id and p.kind = 'performance'
left join tickets t on t.pool_id = c.pool_id and t.place = c.place and t.order_id = c.order_id
    and t.status in ('reserved', 'valid', 'opposed')
where t.id is null;

-- name: quota_claims_match()
-- An order claims as many places of a quota as it has live tickets at that tariff.
with wanted as (
    select q.pool_id, t.order_id, count(*) as tickets
    from quotas q
    join tickets t on t.tariff_id = q.tariff_id and (q.performance_id is null or q.performance_id = t.performance_id)
    where t.status in ('reserved', 'valid', 'opposed')
    group by q.pool_id, t.order_id
), owned as (
    select c.pool_id, c.order_id, count(*) as places
    from claims c
    join quotas q on q.pool_id = c.pool_id
    group by c.pool_id, c.order_id
)
select format('order %s: %s places of quota pool %s for %s tickets', order_id, coalesce(places, 0), pool_id, coalesce(tickets, 0))
from wanted
full join owned using (pool_id, order_id)
where tickets is distinct from places;

-- name: pass_claims_match()
-- An order claims as many places of a pass quantity as it has live passes of that type.
with wanted as (
    select y.pool_id, s.order_id, count(*) as passes
    from pass_types y
    join passes s on s.pass_type_id = y.id
    where y.pool_id is not null and s.status in ('reserved', 'valid', 'opposed')
    group by y.pool_id, s.order_id
), owned as (
    select c.pool_id, c.order_id, count(*) as places
    from claims c
    join pass_types y on y.pool_id = c.pool_id
    group by c.pool_id, c.order_id
)
select format('order %s: %s places of pass pool %s for %s passes', order_id, coalesce(places, 0), pool_id, coalesce(passes, 0))
from wanted
full join owned using (pool_id, order_id)
where passes is distinct from places;

-- name: passes_hold_all_or_none()
-- A live pass has one live ticket at each performance of its type, and a cancelled one has none.
with rights as (
    select s.id, s.status, p.performance_id
    from passes s
    join pass_type_performances p on p.pass_type_id = s.pass_type_id
), held as (
    select pass_id as id, performance_id, count(*) as tickets
    from tickets
    where pass_id is not null and status in ('reserved', 'valid', 'opposed')
    group by pass_id, performance_id
)
select format('pass %s (%s): %s tickets at performance %s', id, coalesce(r.status, '?'), coalesce(tickets, 0), performance_id)
from rights r
full join held h using (id, performance_id)
where coalesce(tickets, 0) <> case when r.status in ('reserved', 'valid', 'opposed') then 1 else 0 end;

-- name: statuses_agree()
-- Reserved tickets and passes are of pending orders, valid and opposed ones of paid orders.
select format('%s %s is %s, its order %s is %s', l.kind, l.id, l.status, o.code, o.status)
from (
    select 'ticket' as kind, id, order_id, status from tickets
    union all
    select 'pass', id, order_id, status from passes
) l
join orders o on o.id = l.order_id
where l.status <> 'cancelled'
    and o.status <> case when l.status = 'reserved' then 'pending' else 'paid' end;

-- name: orders_expire(now)
-- An order that was not paid in time lets its places go within a minute.
select format('order %s was due at %s', code, expires_at)
from orders
where status = 'pending' and expires_at < :now::timestamptz - interval '1 minute';

-- name: money_adds_up()
-- Order lines are payments less refunds plus what is due, in the ledger as in the records; nothing is owed twice.
with entries as (
    select l.order_id, o.currency, l.amount_cents as lines, 0 as received, 0 as sent, 0 as owed_back,
        0 as receivable, 0 as sales, 0 as taken
    from order_lines l
    join orders o on o.id = l.order_id
    union all
    select order_id, currency, 0, amount_cents, 0, 0, 0, 0, 0
    from payments
    where status in ('succeeded', 'refund_due', 'refunded')
    union all
    select order_id, currency, 0, 0,
        case status when 'sent' then amount_cents else 0 end, case status when 'due' then amount_cents else 0 end, 0, 0, 0
    from refunds
    union all
    select order_id, currency, 0, 0, 0, 0,
        amount_cents * ((debit = 'receivable')::integer - (credit = 'receivable')::integer),
        amount_cents * ((credit = 'sales')::integer - (debit = 'sales')::integer),
        amount_cents * ((debit in ('cash', 'terminal', 'bank', 'sandbox'))::integer - (credit in ('cash', 'terminal', 'bank', 'sandbox'))::integer)
    from ledger
), totals as (
    select order_id, currency, sum(lines) as lines, sum(received) as received, sum(sent) as sent,
        sum(owed_back) as owed_back, sum(receivable) as receivable, sum(sales) as sales, sum(taken) as taken
    from entries
    group by order_id, currency
)
select format(
    'order %s (%s): %s; lines %s, received %s, sent back %s, to send back %s, receivable %s, sales %s, taken %s %s',
    o.code, o.status, rule, lines, received, sent, owed_back, receivable, sales, taken, t.currency
)
from totals t
join orders o on o.id = t.order_id
cross join lateral (
    values
        ('lines are not received - sent back + receivable', lines = received - sent + receivable),
        ('lines are not the sales', lines = sales),
        ('received - sent back is not what was taken', received - sent = taken),
        ('more goes back than came', receivable + owed_back >= 0),
        ('an ended order still owes', o.status not in ('expired', 'cancelled') or receivable + owed_back = 0),
        (
            'it waits for money that is there',
            o.status <> 'pending' or t.currency <> o.currency or receivable + owed_back > 0
        )
) as rules (rule, kept)
where not kept;

-- name: payments_count_once()
-- Each payment that came is in the ledger once, with its amount; one that did not come is not in it.
select format(
    'payment %s (%s): %s of %s in the ledger', p.id, p.status, coalesce(sum(l.amount_cents), 0), p.amount_cents
)
from payments p
left join ledger l on l.payment_id = p.id and l.debit in ('cash', 'terminal', 'bank', 'sandbox')
group by p.id, p.status, p.amount_cents
having coalesce(sum(l.amount_cents), 0)
    <> case when p.status in ('succeeded', 'refund_due', 'refunded') then p.amount_cents else 0 end;

-- name: refunds_within_payments()
-- No more goes back than a payment brought, and all of it when the payment cannot be kept.
select format('payment %s (%s): refunds of %s for %s', p.id, p.status, coalesce(sum(r.amount_cents), 0), p.amount_cents)
from payments p
left join refunds r on r.payment_id = p.id and r.order_id = p.order_id and r.currency = p.currency
group by p.id, p.status, p.amount_cents
having coalesce(sum(r.amount_cents), 0) > case when p.status in ('pending', 'failed') then 0 else p.amount_cents end
    or p.status in ('refund_due', 'refunded') and coalesce(sum(r.amount_cents), 0) <> p.amount_cents;

-- name: ledger_moves_between_accounts()
-- A ledger row moves a positive amount from one account to another, in a currency, so the ledger sums to zero.
select format('ledger row %s: %s %s from %s to %s', id, amount_cents, currency, credit, debit)
from ledger
where debit = credit or amount_cents <= 0;

-- name: live_tickets_are_billed()
-- A live ticket or pass stands on a line of its own order that was not taken back, for its price.
select format('%s %s: line %s of %s, taken back: %s', i.kind, i.id, l.id, l.amount_cents, r.id is not null)
from (
    select 'ticket' as kind, id, order_id, order_line_id, price_cents from tickets
    where pass_id is null and status in ('reserved', 'valid', 'opposed')
    union all
    select 'pass', id, order_id, order_line_id, null from passes where status in ('reserved', 'valid', 'opposed')
) i
join order_lines l on l.id = i.order_line_id
left join order_lines r on r.reverses = l.id
where r.id is not null or l.order_id <> i.order_id or i.price_cents <> l.amount_cents;

-- name: tickets_know_when_they_were_sold()
-- A ticket's time of sale is its order's.
select format('ticket %s: sold at %s, its order was placed at %s', t.id, t.placed_at, o.placed_at)
from tickets t
join orders o on o.id = t.order_id
where t.placed_at <> o.placed_at;

-- name: reversals_mirror()
-- A reversal takes back one line of its order, whole and once.
select format('line %s: reversed %s times, by %s of %s', l.id, count(*), sum(r.amount_cents), l.amount_cents)
from order_lines r
join order_lines l on l.id = r.reverses
group by l.id, l.amount_cents, l.order_id
having count(*) > 1 or sum(r.amount_cents) <> -l.amount_cents or bool_or(r.order_id <> l.order_id);

-- name: adjustments_mirror()
-- An adjustment that is about a line takes all of it off, in the line's order.
select format('line %s: adjusted by %s of %s', l.id, a.amount_cents, l.amount_cents)
from order_lines a
join order_lines l on l.id = a.adjusts
where a.amount_cents <> -l.amount_cents or a.order_id <> l.order_id;

-- name: vat_is_in_the_amounts()
-- The VAT of a line is what its rate says is in its amount, rounded once; what is taken back carries the same.
select format('line %s: VAT %s in %s at %s', l.id, l.vat_cents, l.amount_cents, l.vat_thousandths)
from order_lines l
left join order_lines r on r.id = l.reverses
where abs(2 * (l.vat_cents::bigint * (100000 + coalesce(l.vat_thousandths, 0))
        - l.amount_cents::bigint * coalesce(l.vat_thousandths, 0))) > 100000 + coalesce(l.vat_thousandths, 0)
    or r.id is not null and (l.vat_cents, l.vat_thousandths) is distinct from (-r.vat_cents, r.vat_thousandths);

-- name: options_are_in_the_prices()
-- A ticket's price has what its options cost in it, and they are of its tariff, one of a group at most.
select format('ticket %s: %s of %s for options that cost %s', t.id, t.options_cents, t.price_cents, coalesce(c.cents, 0))
from tickets t
left join (
    select k.ticket_id, sum(k.price_cents) as cents, array_agg(n.tariff_id) as tariffs,
        count(n.group_id) as grouped, count(distinct n.group_id) as groups
    from ticket_options k
    join options n on n.id = k.option_id
    group by k.ticket_id
) c on c.ticket_id = t.id
where t.options_cents <> coalesce(c.cents, 0) or t.price_cents < t.options_cents
    or c.grouped > c.groups or t.tariff_id <> any(c.tariffs);

-- name: mails_count_their_readers()
-- A mail to buyers counts its readers as they are: waiting, under way, written to, refused, opted out.
select format('mail %s: counts %s, readers %s', m.id, counted, found)
from mailings m
cross join lateral (
    select array[m.waiting_count, m.sending_count, m.sent_count, m.refused_count, m.opted_out_count] as counted,
        array[
            count(*) filter (where r.state = 'waiting'), count(*) filter (where r.state = 'sending'),
            count(*) filter (where r.state = 'sent'), count(*) filter (where r.state = 'refused'),
            count(*) filter (where r.state = 'opted_out')
        ]::integer[] as found
    from mailing_recipients r
    where r.mailing_id = m.id
) as both_ways
where counted <> found;

-- name: invoice_numbers_have_no_gaps()
-- A box office numbers a year's invoices and credit notes from one on, each number once, none left out.
select format('box office %s, %s: %s documents up to number %s, the counter says %s', box_office_id, year,
    count(i.id), coalesce(max(i.number), 0), max(c.last_number))
from invoices i
full join invoice_counters c using (box_office_id, year)
group by box_office_id, year
having count(distinct i.number) <> max(c.last_number) or count(i.id) <> max(c.last_number)
    or max(i.number) <> max(c.last_number) or max(c.last_number) is null or min(i.number) <> 1;

-- name: invoices_are_their_lines()
-- An invoice or a credit note comes to its lines, which are its order's; a credit note takes back lines of its invoice.
select format('%s %s: %s, its lines come to %s', i.kind, i.label, i.total_cents, coalesce(sum(l.amount_cents), 0))
from invoices i
left join invoice_lines n on n.invoice_id = i.id
left join order_lines l on l.id = n.order_line_id
left join invoice_lines w on w.order_line_id = coalesce(l.reverses, l.adjusts)
group by i.id
having i.total_cents <> coalesce(sum(l.amount_cents), 0) or bool_or(l.order_id <> i.order_id)
    or (i.document ->> 'total_cents')::integer <> i.total_cents or i.document ->> 'label' <> i.label
    or i.kind = 'invoice' and (i.total_cents <= 0 or bool_or(w.invoice_id is not null))
    or i.kind = 'credit_note' and (i.total_cents > 0 or bool_or(w.invoice_id is distinct from i.credits));

-- name: invoiced_in_full()
-- An order that was invoiced has its invoices less its credit notes come to its lines.
select format('order %s: invoiced %s, its lines come to %s', o.code, i.cents, l.cents)
from (select order_id, sum(total_cents) as cents from invoices group by order_id) i
join orders o on o.id = i.order_id
cross join lateral (select sum(amount_cents) as cents from order_lines where order_id = i.order_id) l
where i.cents <> l.cents;

-- name: transfers_count_once()
-- A transfer that a bank told of is one payment, of its amount; a payment by transfer was told of.
select format('payment %s: %s %s, told of as %s %s', y.id, y.amount_cents, y.currency, e.amount_cents, e.currency)
from payments y
left join bank_entries e on e.payment_id = y.id and e.state = 'booked'
where y.provider = 'transfer' and y.part_of is null and (e.id is null or (e.amount_cents, e.currency) <> (y.amount_cents, y.currency))
union all
select format('entry %s of account %s: its payment is by %s', e.key, e.account, y.provider)
from bank_entries e
join payments y on y.id = e.payment_id
where y.provider <> 'transfer';

-- name: parts_are_carried()
-- What is a part of a payment left another order as sent, at the same moment; no payment lends more than it brought.
select format('payment %s: a part of %s, of which nothing left', y.id, y.part_of)
from payments y
where y.part_of is not null and (
    not exists (
        select from refunds r
        join payments p on p.id = r.payment_id
        where r.reason = 'split' and r.status = 'sent' and r.created_at = y.created_at and r.order_id <> y.order_id
            and r.amount_cents = y.amount_cents and coalesce(p.part_of, p.id) = y.part_of and p.provider = y.provider
    )
    or exists (select from payments p where p.id = y.part_of and p.part_of is not null)
)
union all
select format('payment %s: %s left, %s came elsewhere', w.id, gone.cents, come.cents)
from payments w
cross join lateral (
    select coalesce(sum(r.amount_cents), 0) as cents
    from refunds r
    join payments p on p.id = r.payment_id
    where (p.id = w.id or p.part_of = w.id) and r.reason = 'split'
) gone
cross join lateral (select coalesce(sum(p.amount_cents), 0) as cents from payments p where p.part_of = w.id) come
where w.part_of is null and gone.cents <> come.cents;

-- name: requests_count_once()
-- One request makes one order, and one hold pays for one order.
select format('box office %s: %s orders by request %s', box_office_id, count(*), request_key)
from orders
group by box_office_id, request_key
having count(*) > 1
union all
select format('hold %s: %s orders', encode(hold_id, 'hex'), count(*))
from orders
group by hold_id
having count(*) > 1;

-- name: notifications_count_once()
-- What a payment provider tells is taken in once.
select format('%s notification %s: %s times', provider, notification_id, count(*))
from payment_notifications
group by provider, notification_id
having count(*) > 1;

-- name: admitted_once()
-- A ticket comes in once at gates that let it in once, unless somebody let it in against the verdict.
select format('ticket %s: let in %s times', p.ticket_id, count(*))
from passages p
left join passages u on u.ticket_id = p.ticket_id and u.undoes = p.number
where p.direction = 'in' and p.mode = 'once' and p.undoes is null and p.despite is null and u.number is null
group by p.ticket_id
having count(*) > 1;

-- name: passages_alternate()
-- Whoever goes out was in; and at gates that count both ways, whoever comes in was not.
select format('ticket %s: passage %s goes %s by %s', ticket_id, number, direction, mode)
from (
    select ticket_id, number, direction, mode, undoes, despite,
        coalesce(lag(inside) over (partition by ticket_id order by number), false) as was_inside
    from passages
) p
where undoes is null and despite is null
    and (direction = 'out' and not was_inside or direction = 'in' and mode = 'entry_exit' and was_inside);

-- name: passages_follow()
-- A passage is the next one of its ticket and leaves it as it was, with this one added; or as before what it takes back.
select format('ticket %s: passage %s', p.ticket_id, p.number)
from passages p
left join passages b on b.ticket_id = p.ticket_id and b.number = p.number - 1
left join passages u on u.ticket_id = p.ticket_id and u.number = p.undoes - 1
where b.number is null and p.number <> 1
    or p.entry_change <> p.entry_count - coalesce(b.entry_count, 0)
    or p.inside_change <> p.inside::integer - coalesce(b.inside, false)::integer
    or case
        when p.undoes is not null then
            (p.last, p.entry, p.entry_count) <> (coalesce(u.last, 0), coalesce(u.entry, 0), coalesce(u.entry_count, 0))
            or (p.entered_at, p.entered_gate, p.left_at, p.left_gate)
                is distinct from (u.entered_at, u.entered_gate, u.left_at, u.left_gate)
        when p.direction = 'in' then
            (p.last, p.entry, p.entry_count) <> (p.number, p.number, coalesce(b.entry_count, 0) + 1)
            or (p.entered_at, p.entered_gate) <> (p.at, p.gate)
        else
            (p.last, p.entry, p.entry_count) <> (p.number, coalesce(b.entry, 0), coalesce(b.entry_count, 0))
            or (p.entered_at, p.entered_gate) is distinct from (b.entered_at, b.entered_gate)
            or (p.left_at, p.left_gate) <> (p.at, p.gate)
    end
union all
select format('ticket %s: passage %s: %s times', ticket_id, number, count(*))
from passages
group by ticket_id, number
having count(*) > 1;

-- name: undone_passages_stood()
-- What is taken back is the last passage that stood, and is taken back once.
select format('ticket %s: passage %s takes back %s', p.ticket_id, p.number, p.undoes)
from passages p
left join passages b on b.ticket_id = p.ticket_id and b.number = p.number - 1
where p.undoes is not null and b.last is distinct from p.undoes
union all
select format('scan %s was undone %s times', undoes, count(*))
from scans
where undoes is not null
group by undoes
having count(*) > 1;

-- name: passages_are_scans()
-- Whoever went through was scanned, with that ticket, that way, at its performance.
select format('passage %s of ticket %s at performance %s', a.number, a.ticket_id, a.performance_id)
from passages a
left join scans s on s.id = a.scan_id
left join tickets t on t.id = a.ticket_id
left join passages u on u.ticket_id = a.ticket_id and u.number = a.undoes
where s.ticket_id is distinct from a.ticket_id
    or s.performance_id is distinct from a.performance_id
    or s.direction is distinct from a.direction
    or s.undoes is distinct from u.scan_id
    or s.verdict is distinct from
        case when a.undoes is not null then 'undone' when a.direction = 'in' then 'admitted' else 'left' end
    or t.performance_id is distinct from a.performance_id
        and coalesce(u.despite, a.despite) is distinct from 'wrong_performance';

-- name: scans_pass_once()
-- A scan that let somebody through, or took that back, is a passage.
select format('scan %s of ticket %s at %s', s.id, s.ticket_id, s.gate)
from scans s
left join passages a on a.scan_id = s.id
where s.verdict in ('admitted', 'left', 'undone') and a.scan_id is null;

-- name: counts_are_scans()
-- As many came in by a date's counters as scans say, less those that were undone.
select format(
    'performance %s: %s by its counters, %s by its scans', performance_id, coalesce(counted, 0), coalesce(scanned, 0)
)
from (select performance_id, sum(entry_change) as counted from passages group by performance_id) c
full join (
    select s.performance_id, count(*) as scanned
    from scans s
    left join scans u on u.undoes = s.id
    where s.verdict = 'admitted' and u.id is null
    group by s.performance_id
) n using (performance_id)
where coalesce(counted, 0) <> coalesce(scanned, 0);

-- name: conflicts_are_told()
-- Whom a device let through while it was offline, and the server would not have, is told of.
select format('scan %s: told %s, found %s', f.scan_id, f.told, f.found)
from offline_scans f
join scans s on s.id = f.scan_id
left join passages a on a.scan_id = f.scan_id
where f.conflict <> (f.told in ('admitted', 'left') and f.found <> f.told)
    or s.performance_id <> f.performance_id
    or a.despite is not null and not f.conflict;

-- name: serials_are_unique()
-- A code names one ticket or pass.
select format('ticket serial %s: %s tickets', serial, count(*)) from tickets group by serial having count(*) > 1
union all
select format('pass serial %s: %s passes', serial, count(*)) from passes group by serial having count(*) > 1;

-- name: documents_are_their_hashes()
-- Plans and place lists are what their hashes name.
select format('plan version %s', id) from plan_versions where sha256(document) <> hash
union all
select format('date plan %s', encode(hash, 'hex')) from date_plans where sha256(document) <> hash
union all
select format('place list %s', encode(hash, 'hex')) from place_lists where sha256(document) <> hash;

-- name: pools_fit_their_halls()
-- A performance's pool has the places of its list, and is no one else's.
select format('performance %s: pool %s of %s places, list of %s', f.id, p.id, p.place_count, l.place_count)
from performances f
join pools p on p.id = f.pool_id
join place_lists l on l.hash = f.place_list_hash
where p.place_count <> l.place_count or p.kind <> 'performance' or p.box_office_id <> f.box_office_id
    or length(p.blocks) > 2 * p.place_count;

-- name: owners_agree()
-- What belongs together belongs to one box office and one organisation.
select format('performance %s: its event, its venue and its plan are of different owners', f.id)
from performances f
join events e on e.id = f.event_id
join box_offices b on b.id = f.box_office_id
join venues u on u.id = f.venue_id
join plan_versions v on v.id = f.plan_version_id
join plans p on p.id = v.plan_id
where e.box_office_id <> f.box_office_id or u.organisation_id <> b.organisation_id or p.venue_id <> f.venue_id
union all
select format('order %s: its customer is another organisation''s', o.code)
from orders o
join box_offices b on b.id = o.box_office_id
join customers c on c.id = o.customer_id
where c.organisation_id <> b.organisation_id
union all
select format('ticket %s: its performance, its tariff and its order do not belong together', t.id)
from tickets t
join orders o on o.id = t.order_id
join performances f on f.id = t.performance_id
left join tariffs r on r.id = t.tariff_id
where f.box_office_id <> o.box_office_id or f.pool_id <> t.pool_id or r.event_id <> f.event_id
union all
select format('line %s: its box office is not its order''s', l.id)
from order_lines l
join orders o on o.id = l.order_id
where l.box_office_id <> o.box_office_id
union all
select format('ledger row %s: its box office is not its order''s', g.id)
from ledger g
join orders o on o.id = g.order_id
where g.box_office_id <> o.box_office_id;

-- name: cash_journals_are_unbroken()
-- The rows of a cash session are one chain without gaps, from the till's report before it on, and each is what it says.
with chain as (
    select m.*, s.till_id, s.number as session_number, lag(m.hash) over told as row_before,
        row_number() over told as place,
        case when m.hash = sha256(convert_to(m.entry, 'UTF8')) then m.entry::jsonb end as said
    from cash_movements m
    join cash_sessions s on s.id = m.session_id
    window told as (partition by m.session_id order by m.number)
)
select format('till %s, session %s, row %s: %s', c.till_id, c.session_number, c.number, rule)
from chain c
left join cash_reports b on b.till_id = c.till_id and b.number = c.session_number - 1
cross join lateral (
    select coalesce(jsonb_agg(
        jsonb_build_array(h.order_line_id, h.amount_cents, h.vat_cents, h.item_count) order by h.order_line_id
    ), '[]') as lines
    from cash_shares h
    where h.session_id = c.session_id and h.number = c.number
) h
cross join lateral (
    values
        ('its hash is not that of its entry', c.said is not null),
        ('rows before it are missing', c.number = c.place),
        (
            'it does not follow from what is before it',
            c.said ->> 'previous'
                = encode(coalesce(c.row_before, b.hash, decode(repeat('00', 32), 'hex')), 'hex')
        ),
        (
            'it is not what its entry says',
            (
                c.said ->> 'session', c.said ->> 'number', c.said ->> 'kind', c.said ->> 'method',
                c.said ->> 'amount_cents', c.said ->> 'expected_cents', c.said ->> 'counted_cents',
                c.said ->> 'reason', c.said ->> 'note', c.said ->> 'payment', c.said ->> 'refund',
                c.said ->> 'order', c.said ->> 'value_cents', c.said ->> 'seller', (c.said ->> 'at')::timestamptz
            ) is not distinct from (
                c.session_id::text, c.number::text, c.kind, c.method, c.amount_cents::text, c.expected_cents::text,
                c.counted_cents::text, c.reason, c.note, c.payment_id::text, c.refund_id::text, c.order_id::text,
                c.value_cents::text, c.staff_id::text, c.at
            )
        ),
        (
            'it was not for what its entry says',
            h.lines = (
                select coalesce(jsonb_agg(line order by line ->> 0), '[]')
                from jsonb_array_elements(c.said -> 'lines') as line
            )
        )
) as rules (rule, kept)
where kept is not true;

-- name: cash_reports_are_unbroken()
-- A till's sessions are numbered from one on, the last alone may be open, and the Z reports of the others are one chain.
select format('till %s, session %s: %s', s.till_id, s.number, rule)
from (
    select s.*, row_number() over told as place, lead(s.id) over told as next_id
    from cash_sessions s
    window told as (partition by s.till_id order by s.number)
) s
left join cash_reports r on r.session_id = s.id
left join cash_reports b on b.till_id = s.till_id and b.number = s.number - 1
left join lateral (
    select case when r.hash = sha256(convert_to(r.document, 'UTF8')) then r.document::jsonb end as said
) d on true
left join lateral (
    select m.number, m.kind, m.hash from cash_movements m where m.session_id = s.id order by m.number desc limit 1
) m on true
cross join lateral (
    values
        ('sessions before it are missing', s.number = s.place),
        ('another one came after it, and it is open', s.closed_at is not null or s.next_id is null),
        ('it does not begin with its float', exists (
            select from cash_movements o
            where o.session_id = s.id and o.number = 1 and o.kind = 'open' and o.at = s.opened_at
        )),
        ('it is closed and does not end so, or the other way round', (s.closed_at is null) = (m.kind <> 'close')),
        ('rows are written after its closing', not exists (
            select from cash_movements o where o.session_id = s.id and o.kind = 'close' and o.number < m.number
        )),
        ('it is closed without a report, or the other way round', (s.closed_at is null) = (r.session_id is null)),
        (
            'its report is not what its hash says, or another session''s',
            r.session_id is null or d.said is not null
                and (d.said ->> 'session', d.said ->> 'number', d.said ->> 'till_id', d.said ->> 'kind')
                    = (s.id::text, s.number::text, s.till_id::text, 'z')
                and (r.till_id, r.number) = (s.till_id, s.number)
                and (d.said ->> 'closed_at')::timestamptz = s.closed_at
        ),
        (
            'its report does not follow from the report before it',
            r.session_id is null
                or d.said ->> 'previous' = encode(coalesce(b.hash, decode(repeat('00', 32), 'hex')), 'hex')
        ),
        (
            'its report does not follow from its journal',
            r.session_id is null or d.said ->> 'journal' = encode(m.hash, 'hex')
        )
) as rules (rule, kept)
where kept is not true;

-- name: cash_adds_up()
-- What should be in a drawer is its float, what was paid and given back, brought and taken; counts and reports say so.
with stood as (
    select m.session_id, m.number, m.kind, m.expected_cents, m.counted_cents,
        sum(m.amount_cents) filter (where m.method = 'on_site') over (partition by m.session_id order by m.number)
            as cash_cents
    from cash_movements m
)
select format('session %s, row %s: %s should be there, it says %s', session_id, number, cash_cents, expected_cents)
from stood
where cash_cents < 0 or kind in ('count', 'close') and expected_cents <> cash_cents
union all
select format('session %s: its report says %s, its journal %s', r.session_id, told, found)
from cash_reports r
cross join lateral (
    select array[
        (d ->> 'float_cents')::bigint, (d ->> 'brought_cents')::bigint, (d ->> 'taken_cents')::bigint,
        (d ->> 'expected_cents')::bigint, (d ->> 'counted_cents')::bigint,
        (select coalesce(sum((t ->> 'received_cents')::bigint), 0) from jsonb_array_elements(d -> 'takings') t),
        (select coalesce(sum((t ->> 'returned_cents')::bigint), 0) from jsonb_array_elements(d -> 'takings') t),
        (select coalesce(sum((t ->> 'amount_cents')::bigint), 0) from jsonb_array_elements(d -> 'vat') t),
        (select coalesce(sum((t ->> 'amount_cents')::bigint), 0) from jsonb_array_elements(d -> 'sold') t),
        (select coalesce(sum((t ->> 'value_cents')::bigint), 0) from jsonb_array_elements(d -> 'untaken') t),
        (select coalesce(sum((t ->> 'count')::bigint), 0) from jsonb_array_elements(d -> 'untaken') t)
    ]::bigint[] as told
    from (select case when r.hash = sha256(convert_to(r.document, 'UTF8')) then r.document::jsonb end as d) document
) as said
cross join lateral (
    select array[
        coalesce(sum(m.amount_cents) filter (where m.kind = 'open'), 0),
        coalesce(sum(m.amount_cents) filter (where m.kind = 'in'), 0),
        coalesce(-sum(m.amount_cents) filter (where m.kind = 'out'), 0),
        coalesce(sum(m.amount_cents) filter (where m.method = 'on_site'), 0),
        max(m.counted_cents) filter (where m.kind = 'close'),
        coalesce(sum(m.amount_cents) filter (where m.kind = 'payment'), 0),
        coalesce(-sum(m.amount_cents) filter (where m.kind = 'refund'), 0),
        coalesce(sum(m.amount_cents) filter (where m.kind in ('payment', 'refund')), 0),
        coalesce(sum(m.amount_cents) filter (where m.kind in ('payment', 'refund')), 0),
        coalesce(sum(m.value_cents) filter (where m.kind = 'sale'), 0), count(*) filter (where m.kind = 'sale')
    ]::bigint[] as found
    from cash_movements m
    where m.session_id = r.session_id
) as journal
where told is distinct from found;

-- name: cash_lies_in_one_session()
-- A payment or a refund at a till is one row of one session of its box office, and such a row is one of them.
select format('%s %s: in session %s, in the journal of %s', coalesce(told.kind, m.kind), coalesce(told.id, m.of_id),
    told.session_id, m.session_id)
from (
    select 'payment' as kind, p.id, p.order_id, p.provider, p.amount_cents, p.currency, p.cash_session_id as session_id
    from payments p
    where p.status in ('succeeded', 'refund_due', 'refunded') and p.cash_session_id is not null
    union all
    select 'refund', r.id, r.order_id, p.provider, -r.amount_cents, r.currency, r.cash_session_id
    from refunds r
    join payments p on p.id = r.payment_id
    where r.status = 'sent' and r.cash_session_id is not null
) told
full join (
    select m.*, coalesce(m.payment_id, m.refund_id) as of_id from cash_movements m where m.kind in ('payment', 'refund')
) m on m.of_id = told.id and m.kind = told.kind
left join orders o on o.id = told.order_id
left join cash_sessions s on s.id = told.session_id
where (told.session_id, told.provider, told.amount_cents, told.currency, o.box_office_id)
    is distinct from (m.session_id, m.method, m.amount_cents, s.currency, s.box_office_id);

-- name: cash_is_for_its_order()
-- What a till took adds up in its order's lines; what was sold there without money is an order of its box office.
select format('session %s, row %s: %s, its lines come to %s', m.session_id, m.number, m.amount_cents,
    coalesce(sum(h.amount_cents), 0))
from cash_movements m
left join payments p on p.id = m.payment_id
left join refunds r on r.id = m.refund_id
left join cash_shares h on h.session_id = m.session_id and h.number = m.number
left join order_lines l on l.id = h.order_line_id
left join orders o on o.id = m.order_id
left join cash_sessions s on s.id = m.session_id
group by m.session_id, m.number, m.amount_cents, m.kind, p.order_id, r.order_id, o.id, s.id
having case when m.kind in ('payment', 'refund') then m.amount_cents else 0 end <> coalesce(sum(h.amount_cents), 0)
    or bool_or(l.order_id <> coalesce(p.order_id, r.order_id, o.id)) or o.box_office_id <> s.box_office_id;
