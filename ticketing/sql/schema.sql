-- What the migrations add up to, as pg_dump writes it. Made by a test; the migrations are the source.

CREATE TYPE public.pgqueuer_status AS ENUM (
    'queued',
    'picked',
    'successful',
    'exception',
    'canceled',
    'deleted',
    'failed'
);

CREATE TABLE public.performances (
    id uuid NOT NULL,
    event_id uuid NOT NULL,
    box_office_id uuid NOT NULL,
    venue_id uuid NOT NULL,
    plan_version_id uuid NOT NULL,
    place_list_hash bytea NOT NULL,
    pool_id bigint NOT NULL,
    starts_at timestamp with time zone NOT NULL,
    doors_at timestamp with time zone NOT NULL,
    ends_at timestamp with time zone NOT NULL,
    sale_opens_at timestamp with time zone,
    sale_closes_at timestamp with time zone,
    status text DEFAULT 'on_sale'::text NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    label text,
    counter_opens_at timestamp with time zone,
    counter_closes_at timestamp with time zone,
    order_places_max integer,
    own_plan_hash bytea,
    seat_categories jsonb DEFAULT '{}'::jsonb NOT NULL,
    CONSTRAINT performances_check CHECK (((doors_at <= starts_at) AND (starts_at < ends_at) AND (sale_opens_at < sale_closes_at))),
    CONSTRAINT performances_label_check CHECK ((label = ANY (ARRAY['postponed'::text, 'sold_out'::text]))),
    CONSTRAINT performances_order_places_max_check CHECK ((order_places_max > 0)),
    CONSTRAINT performances_own_plan_check CHECK (((own_plan_hash IS NULL) = (seat_categories = '{}'::jsonb))),
    CONSTRAINT performances_status_check CHECK ((status = ANY (ARRAY['draft'::text, 'on_sale'::text, 'closed'::text, 'cancelled'::text])))
);

CREATE TABLE public.venues (
    id uuid NOT NULL,
    organisation_id uuid NOT NULL,
    name text NOT NULL,
    address text DEFAULT ''::text NOT NULL,
    time_zone text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    virtual boolean DEFAULT false NOT NULL,
    capacity integer,
    step_free text DEFAULT 'unknown'::text NOT NULL,
    wheelchair_places integer,
    hearing_loop text DEFAULT 'unknown'::text NOT NULL,
    CONSTRAINT venues_capacity_check CHECK (((capacity >= 1) AND (capacity <= 1000000))),
    CONSTRAINT venues_check CHECK ((virtual = (capacity IS NOT NULL))),
    CONSTRAINT venues_hearing_loop_check CHECK ((hearing_loop = ANY (ARRAY['unknown'::text, 'full'::text, 'partial'::text, 'none'::text]))),
    CONSTRAINT venues_step_free_check CHECK ((step_free = ANY (ARRAY['unknown'::text, 'full'::text, 'partial'::text, 'none'::text]))),
    CONSTRAINT venues_wheelchair_places_check CHECK (((wheelchair_places >= 0) AND (wheelchair_places <= 10000)))
);

CREATE FUNCTION public.organisation_time_zone(organisation uuid) RETURNS text
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN COALESCE((SELECT v.time_zone FROM (public.venues v LEFT JOIN public.performances p ON ((p.venue_id = v.id))) WHERE (v.organisation_id = organisation_time_zone.organisation) GROUP BY v.time_zone ORDER BY (count(p.id)) DESC, (count(DISTINCT v.id)) DESC, v.time_zone LIMIT 1), 'UTC'::text);

CREATE TABLE public.box_offices (
    id uuid NOT NULL,
    organisation_id uuid NOT NULL,
    key text NOT NULL,
    name text NOT NULL,
    currency text NOT NULL,
    locale text DEFAULT 'en'::text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    vat_registered boolean DEFAULT false NOT NULL,
    vat_number text DEFAULT ''::text NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    ticket_paper text DEFAULT 'a4'::text NOT NULL,
    ticket_files text DEFAULT 'one'::text NOT NULL,
    CONSTRAINT box_offices_currency_check CHECK ((currency ~ '^[A-Z]{3}$'::text)),
    CONSTRAINT box_offices_key_check CHECK ((key ~ '^[a-z0-9][a-z0-9-]{0,39}$'::text)),
    CONSTRAINT box_offices_ticket_files_check CHECK ((ticket_files = ANY (ARRAY['one'::text, 'each'::text]))),
    CONSTRAINT box_offices_ticket_paper_check CHECK ((ticket_paper = ANY (ARRAY['a4'::text, 'a6'::text, 'phone'::text])))
);

CREATE FUNCTION public.box_office_time_zone(box_office uuid) RETURNS text
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN COALESCE((SELECT v.time_zone FROM (public.performances p JOIN public.venues v ON ((v.id = p.venue_id))) WHERE (p.box_office_id = box_office_time_zone.box_office) GROUP BY v.time_zone ORDER BY (count(*)) DESC, v.time_zone LIMIT 1), (SELECT public.organisation_time_zone(b.organisation_id) AS organisation_time_zone FROM public.box_offices b WHERE (b.id = box_office_time_zone.box_office)), 'UTC'::text);

CREATE FUNCTION public.codes_count(codes bytea) RETURNS integer
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    BEGIN ATOMIC
 SELECT (count(*))::integer AS count
    FROM generate_series(0, ((COALESCE(length(codes_count.codes), 0) / 2) - 1)) place(place)
   WHERE ((get_byte(codes_count.codes, (2 * place.place)) <> 0) OR (get_byte(codes_count.codes, ((2 * place.place) + 1)) <> 0));
END;

CREATE TABLE public.prices (
    tariff_id uuid NOT NULL,
    category text,
    price_cents integer NOT NULL,
    performance_id uuid,
    zone text,
    CONSTRAINT prices_check CHECK ((num_nonnulls(category, zone) = 1)),
    CONSTRAINT prices_price_cents_check CHECK ((price_cents >= 0))
);

CREATE TABLE public.tariffs (
    id uuid NOT NULL,
    event_id uuid NOT NULL,
    name text NOT NULL,
    "position" integer DEFAULT 0 NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    names jsonb DEFAULT '{}'::jsonb NOT NULL,
    descriptions jsonb DEFAULT '{}'::jsonb NOT NULL,
    vat_thousandths integer,
    sale_opens_at timestamp with time zone,
    sale_closes_at timestamp with time zone,
    counter_only boolean DEFAULT false NOT NULL,
    order_min integer DEFAULT 1 NOT NULL,
    order_max integer,
    closed_at timestamp with time zone,
    form_id uuid,
    ticket_design_id uuid,
    CONSTRAINT tariffs_check CHECK ((sale_opens_at < sale_closes_at)),
    CONSTRAINT tariffs_check1 CHECK ((order_max >= order_min)),
    CONSTRAINT tariffs_order_min_check CHECK ((order_min > 0)),
    CONSTRAINT tariffs_vat_thousandths_check CHECK (((vat_thousandths >= 0) AND (vat_thousandths <= 100000)))
);

CREATE FUNCTION public.event_from(event uuid, at timestamp with time zone) RETURNS TABLE(cents integer)
    LANGUAGE sql STABLE PARALLEL SAFE
    BEGIN ATOMIC
 SELECT COALESCE(min(c.price_cents) FILTER (WHERE (c.price_cents > 0)), min(c.price_cents)) AS "coalesce"
    FROM (public.tariffs t
      JOIN public.prices c ON ((c.tariff_id = t.id)))
   WHERE ((t.event_id = event_from.event) AND (NOT t.counter_only) AND (t.closed_at IS NULL) AND ((t.sale_closes_at IS NULL) OR (t.sale_closes_at > event_from.at)));
END;

CREATE TABLE public.events (
    id uuid NOT NULL,
    box_office_id uuid NOT NULL,
    name text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    visibility text DEFAULT 'public'::text NOT NULL,
    link_secret text,
    category text,
    languages text[] DEFAULT '{}'::text[] NOT NULL,
    picture bytea,
    sale_opens_at timestamp with time zone,
    sale_closes_min integer DEFAULT 0 NOT NULL,
    counter_opens_at timestamp with time zone,
    counter_closes_min integer,
    order_places_max integer,
    doors_min integer DEFAULT 30 NOT NULL,
    duration_min integer DEFAULT 120 NOT NULL,
    order_form_id uuid,
    ticket_design_id uuid,
    accessible_days integer,
    CONSTRAINT events_accessible_days_check CHECK (((accessible_days >= 0) AND (accessible_days <= 365))),
    CONSTRAINT events_check CHECK (((visibility <> 'link'::text) OR (link_secret IS NOT NULL))),
    CONSTRAINT events_doors_min_check CHECK ((doors_min >= 0)),
    CONSTRAINT events_duration_min_check CHECK ((duration_min > 0)),
    CONSTRAINT events_order_places_max_check CHECK ((order_places_max > 0)),
    CONSTRAINT events_visibility_check CHECK ((visibility = ANY (ARRAY['draft'::text, 'link'::text, 'public'::text])))
);

CREATE FUNCTION public.event_time_zone(event uuid) RETURNS text
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN COALESCE((SELECT v.time_zone FROM (public.performances p JOIN public.venues v ON ((v.id = p.venue_id))) WHERE (p.event_id = event_time_zone.event) GROUP BY v.time_zone ORDER BY (count(*)) DESC, v.time_zone LIMIT 1), (SELECT public.box_office_time_zone(e.box_office_id) AS box_office_time_zone FROM public.events e WHERE (e.id = event_time_zone.event)), 'UTC'::text);

CREATE FUNCTION public.folded(text text) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN replace(lower(regexp_replace(NORMALIZE(translate(text, '‘’ʼ'::text, ''''''''::text), NFD), '[\u0300-\u036f]'::text, ''::text, 'g'::text)), 'œ'::text, 'oe'::text);

CREATE TABLE public.grants (
    id uuid NOT NULL,
    organisation_id uuid NOT NULL,
    box_office_id uuid,
    event_id uuid,
    scope text NOT NULL,
    creates_events boolean DEFAULT false NOT NULL,
    staff_id uuid,
    group_id uuid,
    email_domain text,
    members boolean DEFAULT false NOT NULL,
    created_at timestamp with time zone NOT NULL,
    CONSTRAINT grants_check CHECK (((num_nonnulls(staff_id, group_id, email_domain) + (members)::integer) = 1)),
    CONSTRAINT grants_check1 CHECK (((event_id IS NULL) OR (NOT creates_events))),
    CONSTRAINT grants_check2 CHECK (((event_id IS NULL) OR (box_office_id IS NOT NULL))),
    CONSTRAINT grants_email_domain_check CHECK (((email_domain = lower(email_domain)) AND (email_domain !~ '@'::text))),
    CONSTRAINT grants_scope_check CHECK ((scope = ANY (ARRAY['view'::text, 'scan'::text, 'sell'::text, 'manage'::text])))
);

CREATE TABLE public.group_members (
    group_id uuid NOT NULL,
    staff_id uuid NOT NULL
);

CREATE TABLE public.members (
    organisation_id uuid NOT NULL,
    staff_id uuid NOT NULL,
    joined_at timestamp with time zone NOT NULL,
    disabled_at timestamp with time zone
);

CREATE TABLE public.staff (
    id uuid NOT NULL,
    email text NOT NULL,
    name text NOT NULL,
    locale text,
    password_hash text,
    created_at timestamp with time zone NOT NULL,
    disabled_at timestamp with time zone,
    CONSTRAINT staff_email_check CHECK ((email = lower(email)))
);

CREATE FUNCTION public.grants_of(person uuid) RETURNS SETOF public.grants
    LANGUAGE sql STABLE PARALLEL SAFE
    BEGIN ATOMIC
 WITH reaching AS (
          SELECT g.id,
             g.organisation_id,
             g.box_office_id,
             g.event_id,
             g.scope,
             g.creates_events,
             g.staff_id,
             g.group_id,
             g.email_domain,
             g.members,
             g.created_at
            FROM public.grants g
           WHERE (g.staff_id = grants_of.person)
         UNION ALL
          SELECT g.id,
             g.organisation_id,
             g.box_office_id,
             g.event_id,
             g.scope,
             g.creates_events,
             g.staff_id,
             g.group_id,
             g.email_domain,
             g.members,
             g.created_at
            FROM (public.grants g
              JOIN public.group_members m ON ((m.group_id = g.group_id)))
           WHERE (m.staff_id = grants_of.person)
         UNION ALL
          SELECT g.id,
             g.organisation_id,
             g.box_office_id,
             g.event_id,
             g.scope,
             g.creates_events,
             g.staff_id,
             g.group_id,
             g.email_domain,
             g.members,
             g.created_at
            FROM (public.grants g
              JOIN public.members m ON (((m.organisation_id = g.organisation_id) AND (m.staff_id = grants_of.person))))
           WHERE g.members
         UNION ALL
          SELECT g.id,
             g.organisation_id,
             g.box_office_id,
             g.event_id,
             g.scope,
             g.creates_events,
             g.staff_id,
             g.group_id,
             g.email_domain,
             g.members,
             g.created_at
            FROM (public.grants g
              JOIN public.staff s ON (((s.id = grants_of.person) AND (g.email_domain = split_part(s.email, '@'::text, 2)))))
         )
  SELECT r.id,
     r.organisation_id,
     r.box_office_id,
     r.event_id,
     r.scope,
     r.creates_events,
     r.staff_id,
     r.group_id,
     r.email_domain,
     r.members,
     r.created_at
    FROM reaching r
   WHERE (NOT (EXISTS ( SELECT
            FROM public.members m
           WHERE ((m.organisation_id = r.organisation_id) AND (m.staff_id = grants_of.person) AND (m.disabled_at IS NOT NULL)))));
END;

CREATE SEQUENCE public.claim_serials
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

CREATE TABLE public.claims (
    pool_id bigint NOT NULL,
    place integer NOT NULL,
    serial bigint DEFAULT nextval('public.claim_serials'::regclass) NOT NULL,
    order_id uuid NOT NULL,
    CONSTRAINT claims_place_check CHECK ((place >= 0))
)
PARTITION BY HASH (pool_id);

CREATE FUNCTION public.kept_count(pool bigint, blocked_count integer, coded int4multirange) RETURNS integer
    LANGUAGE sql STABLE PARALLEL SAFE
    BEGIN ATOMIC
 SELECT (blocked_count - ( SELECT (count(*))::integer AS count
            FROM (unnest(kept_count.coded) run(run)
              JOIN public.claims c ON (((c.pool_id = kept_count.pool) AND (c.place >= lower(run.run)) AND (c.place < upper(run.run)))))));
END;

CREATE FUNCTION public.vat_included(amount_cents integer, vat_thousandths integer) RETURNS integer
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN (COALESCE(round((((amount_cents)::numeric * (vat_thousandths)::numeric) / ((100000 + vat_thousandths))::numeric)), (0)::numeric))::integer;

CREATE TABLE public.order_lines (
    id uuid NOT NULL,
    order_id uuid NOT NULL,
    kind text NOT NULL,
    label text NOT NULL,
    amount_cents integer NOT NULL,
    reverses uuid,
    created_at timestamp with time zone NOT NULL,
    vat_thousandths integer,
    vat_cents integer GENERATED ALWAYS AS (public.vat_included(amount_cents, vat_thousandths)) STORED NOT NULL,
    box_office_id uuid NOT NULL,
    adjusts uuid,
    CONSTRAINT order_lines_check CHECK (((kind = 'reversal'::text) = (reverses IS NOT NULL))),
    CONSTRAINT order_lines_check1 CHECK (((adjusts IS NULL) OR (kind = 'adjustment'::text))),
    CONSTRAINT order_lines_kind_check CHECK ((kind = ANY (ARRAY['ticket'::text, 'pass'::text, 'adjustment'::text, 'reversal'::text]))),
    CONSTRAINT order_lines_vat_thousandths_check CHECK (((vat_thousandths >= 0) AND (vat_thousandths <= 100000)))
);

CREATE TABLE public.orders (
    id uuid NOT NULL,
    code text NOT NULL COLLATE pg_catalog."C",
    box_office_id uuid NOT NULL,
    customer_id uuid NOT NULL,
    hold_id bytea NOT NULL,
    request_key text NOT NULL,
    request_digest bytea NOT NULL,
    secret_hash bytea NOT NULL,
    status text NOT NULL,
    currency text NOT NULL,
    placed_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone,
    closed_at timestamp with time zone,
    channel text DEFAULT 'shop'::text NOT NULL,
    payment_method text,
    ticket_paper text,
    ticket_files text,
    split_from uuid,
    CONSTRAINT orders_channel_check CHECK ((channel = ANY (ARRAY['shop'::text, 'counter'::text, 'api'::text]))),
    CONSTRAINT orders_currency_check CHECK ((currency ~ '^[A-Z]{3}$'::text)),
    CONSTRAINT orders_hold_id_check CHECK ((length(hold_id) = 16)),
    CONSTRAINT orders_status_check CHECK ((status = ANY (ARRAY['pending'::text, 'paid'::text, 'expired'::text, 'cancelled'::text]))),
    CONSTRAINT orders_ticket_files_check CHECK ((ticket_files = ANY (ARRAY['one'::text, 'each'::text]))),
    CONSTRAINT orders_ticket_paper_check CHECK ((ticket_paper = ANY (ARRAY['a4'::text, 'a6'::text, 'phone'::text])))
);

CREATE TABLE public.payments (
    id uuid NOT NULL,
    order_id uuid NOT NULL,
    provider text NOT NULL,
    reference text NOT NULL,
    amount_cents integer NOT NULL,
    currency text NOT NULL,
    status text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    settled_at timestamp with time zone,
    cash_session_id uuid,
    part_of uuid,
    CONSTRAINT payments_amount_cents_check CHECK ((amount_cents >= 0)),
    CONSTRAINT payments_at_a_till_check CHECK (((cash_session_id IS NULL) OR (provider = ANY (ARRAY['on_site'::text, 'terminal'::text])))),
    CONSTRAINT payments_provider_check CHECK ((provider = ANY (ARRAY['on_site'::text, 'terminal'::text, 'sandbox'::text, 'transfer'::text]))),
    CONSTRAINT payments_status_check CHECK ((status = ANY (ARRAY['pending'::text, 'succeeded'::text, 'failed'::text, 'refund_due'::text, 'refunded'::text])))
);

CREATE TABLE public.refunds (
    id uuid NOT NULL,
    order_id uuid NOT NULL,
    payment_id uuid NOT NULL,
    amount_cents integer NOT NULL,
    currency text NOT NULL,
    status text NOT NULL,
    reason text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    sent_at timestamp with time zone,
    cash_session_id uuid,
    CONSTRAINT refunds_amount_cents_check CHECK ((amount_cents > 0)),
    CONSTRAINT refunds_status_check CHECK ((status = ANY (ARRAY['due'::text, 'sent'::text])))
);

CREATE FUNCTION public.order_sums(ordered uuid) RETURNS TABLE(total_cents integer, received_cents integer, refunded_cents integer, refund_due_cents integer, due_cents integer)
    LANGUAGE sql STABLE PARALLEL SAFE
    BEGIN ATOMIC
 SELECT l.cents,
     p.cents,
     r.sent_cents,
     r.due_cents,
     (((l.cents - p.cents) + r.sent_cents) + r.due_cents)
    FROM (((public.orders o
      CROSS JOIN LATERAL ( SELECT (COALESCE(sum(w.amount_cents), (0)::bigint))::integer AS cents
            FROM public.order_lines w
           WHERE (w.order_id = o.id)) l)
      CROSS JOIN LATERAL ( SELECT (COALESCE(sum(w.amount_cents), (0)::bigint))::integer AS cents
            FROM public.payments w
           WHERE ((w.order_id = o.id) AND (w.currency = o.currency) AND (w.status = ANY (ARRAY['succeeded'::text, 'refund_due'::text, 'refunded'::text])))) p)
      CROSS JOIN LATERAL ( SELECT (COALESCE(sum(w.amount_cents) FILTER (WHERE (w.status = 'sent'::text)), (0)::bigint))::integer AS sent_cents,
             (COALESCE(sum(w.amount_cents) FILTER (WHERE (w.status = 'due'::text)), (0)::bigint))::integer AS due_cents
            FROM public.refunds w
           WHERE ((w.order_id = o.id) AND (w.currency = o.currency))) r)
   WHERE (o.id = order_sums.ordered);
END;

CREATE FUNCTION public.order_vat(ordered uuid) RETURNS jsonb
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN (SELECT COALESCE(jsonb_agg(jsonb_build_object('rate_thousandths', at_rate.vat_thousandths, 'amount_cents', at_rate.amount_cents, 'vat_cents', at_rate.vat_cents) ORDER BY at_rate.vat_thousandths DESC), '[]'::jsonb) AS "coalesce" FROM (SELECT l.vat_thousandths, sum(l.amount_cents) AS amount_cents, sum(l.vat_cents) AS vat_cents FROM public.order_lines l WHERE ((l.order_id = order_vat.ordered) AND (l.vat_thousandths IS NOT NULL)) GROUP BY l.vat_thousandths HAVING ((sum(l.amount_cents) <> 0) OR (sum(l.vat_cents) <> 0))) at_rate);

CREATE TABLE public.groups (
    id uuid NOT NULL,
    organisation_id uuid NOT NULL,
    name text NOT NULL
);

CREATE FUNCTION public.people_of(organisation uuid) RETURNS SETOF uuid
    LANGUAGE sql STABLE PARALLEL SAFE
    BEGIN ATOMIC
 SELECT m.staff_id
    FROM public.members m
   WHERE (m.organisation_id = people_of.organisation)
 UNION
  SELECT g.staff_id
    FROM public.grants g
   WHERE ((g.organisation_id = people_of.organisation) AND (g.staff_id IS NOT NULL))
 UNION
  SELECT m.staff_id
    FROM (public.group_members m
      JOIN public.groups g ON ((g.id = m.group_id)))
   WHERE (g.organisation_id = people_of.organisation)
 UNION
  SELECT s.id
    FROM (public.staff s
      JOIN public.grants g ON ((g.email_domain = split_part(s.email, '@'::text, 2))))
   WHERE (g.organisation_id = people_of.organisation);
END;

CREATE FUNCTION public.scope_rank(scope text) RETURNS integer
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN array_position(ARRAY['view'::text, 'scan'::text, 'sell'::text, 'manage'::text], scope);

CREATE FUNCTION public.stale_pass_types(pass_ids uuid[], type_ids uuid[], ticket_passes uuid[], ticket_performances uuid[], claim_pools bigint[]) RETURNS uuid[]
    LANGUAGE plpgsql
    AS $$
begin
    perform pg_advisory_xact_lock_shared(9, key) from (select distinct hashtext(id::text) as key from unnest(type_ids) as id order by 1) as sorted;
    return array(
        select y.id
        from pass_types y
        where y.id = any(type_ids) and (
            y.withdrawn_at is not null
            or exists (
                select
                from unnest(pass_ids, type_ids) as sold (id, type_id)
                where sold.type_id = y.id
                    and array(select performance_id from pass_type_performances where pass_type_id = y.id order by 1)
                        <> array(
                            select t.performance
                            from unnest(ticket_passes, ticket_performances) as t (pass, performance)
                            where t.pass = sold.id
                            order by 1
                        )
            )
            or y.pool_id is not null
                and (select count(*) from unnest(claim_pools) as pool where pool = y.pool_id)
                    <> (select count(*) from unnest(type_ids) as sold where sold = y.id)
        )
    );
end $$;

CREATE FUNCTION public.stale_pools(pool_ids bigint[], epochs bigint[]) RETURNS bigint[]
    LANGUAGE plpgsql
    AS $$
begin
    perform pg_advisory_xact_lock_shared(id) from (select unnest(pool_ids) as id order by 1) as sorted;
    return array(
        select expected.id
        from unnest(pool_ids, epochs) as expected (id, epoch)
        left join pools p on p.id = expected.id
        where p.epoch is distinct from expected.epoch
    );
end $$;

CREATE FUNCTION public.stale_tariffs(tariff_ids uuid[], versions integer[]) RETURNS uuid[]
    LANGUAGE plpgsql
    AS $$
begin
    perform pg_advisory_xact_lock_shared(8, key) from (select distinct hashtext(id::text) as key from unnest(tariff_ids) as id order by 1) as sorted;
    return array(
        select expected.id
        from unnest(tariff_ids, versions) as expected (id, version)
        left join tariffs t on t.id = expected.id
        where t.version is distinct from expected.version
    );
end $$;

CREATE FUNCTION public.stay() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
    raise exception 'a row of % is never changed', tg_table_name;
end $$;

CREATE FUNCTION public.stay_closed() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
    if tg_op = 'DELETE' or old.closed_at is not null
        or (new.id, new.till_id, new.box_office_id, new.currency, new.number, new.opened_by, new.opened_at)
            is distinct from
            (old.id, old.till_id, old.box_office_id, old.currency, old.number, old.opened_by, old.opened_at)
    then
        raise exception 'a cash session is opened, then closed, and nothing else';
    end if;
    return new;
end $$;

CREATE TABLE public.vat_rates (
    box_office_id uuid NOT NULL,
    holds_from date NOT NULL,
    rate_thousandths integer NOT NULL,
    CONSTRAINT vat_rates_rate_thousandths_check CHECK (((rate_thousandths >= 0) AND (rate_thousandths <= 100000)))
);

CREATE FUNCTION public.vat_rate_on(box_office uuid, day date) RETURNS integer
    LANGUAGE sql STABLE PARALLEL SAFE
    BEGIN ATOMIC
 SELECT r.rate_thousandths
    FROM (public.vat_rates r
      JOIN public.box_offices b ON ((b.id = r.box_office_id)))
   WHERE ((r.box_office_id = vat_rate_on.box_office) AND (r.holds_from <= vat_rate_on.day) AND b.vat_registered)
   ORDER BY r.holds_from DESC
  LIMIT 1;
END;

CREATE FUNCTION public.waiting_room_goes_on() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
    if new.serving < old.serving or new.lapsed < old.lapsed or new.next_ordinal < old.next_ordinal
        or new.seed_hash <> old.seed_hash
        or old.shuffled_count is not null and new.shuffled_count is distinct from old.shuffled_count
    then
        raise exception 'a waiting room never goes back' using errcode = 'check_violation';
    end if;
    return new;
end $$;

CREATE TABLE public.access_points (
    id uuid NOT NULL,
    kit_id uuid NOT NULL,
    name text NOT NULL,
    identity text NOT NULL,
    kind text NOT NULL,
    plan_ends_on date,
    hash bytea,
    created_at timestamp with time zone NOT NULL,
    retired_at timestamp with time zone,
    version integer DEFAULT 1 NOT NULL,
    reported_at timestamp with time zone,
    seen_from text DEFAULT ''::text NOT NULL,
    connected_count integer,
    battery smallint,
    charging boolean,
    signal smallint,
    data_left_mb integer,
    network text DEFAULT ''::text NOT NULL,
    CONSTRAINT access_points_battery_check CHECK (((battery >= 0) AND (battery <= 100))),
    CONSTRAINT access_points_connected_count_check CHECK ((connected_count >= 0)),
    CONSTRAINT access_points_data_left_mb_check CHECK ((data_left_mb >= 0)),
    CONSTRAINT access_points_hash_check CHECK ((length(hash) = 32)),
    CONSTRAINT access_points_kind_check CHECK ((kind = ANY (ARRAY['mobile'::text, 'wifi'::text]))),
    CONSTRAINT access_points_signal_check CHECK (((signal >= 0) AND (signal <= 100)))
);

CREATE TABLE public.account_links (
    hash bytea NOT NULL,
    staff_id uuid NOT NULL,
    kind text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    ends_at timestamp with time zone NOT NULL,
    used_at timestamp with time zone,
    CONSTRAINT account_links_hash_check CHECK ((length(hash) = 32)),
    CONSTRAINT account_links_kind_check CHECK ((kind = ANY (ARRAY['password-reset'::text, 'invitation'::text])))
);

CREATE TABLE public.passages (
    ticket_id uuid CONSTRAINT admissions_ticket_id_not_null NOT NULL,
    scan_id uuid CONSTRAINT admissions_scan_id_not_null NOT NULL,
    performance_id uuid CONSTRAINT admissions_performance_id_not_null NOT NULL,
    gate text CONSTRAINT admissions_gate_not_null NOT NULL,
    at timestamp with time zone CONSTRAINT admissions_at_not_null NOT NULL,
    number integer NOT NULL,
    direction text NOT NULL,
    mode text NOT NULL,
    undoes integer,
    last integer NOT NULL,
    entry integer NOT NULL,
    entry_count integer NOT NULL,
    entry_change smallint NOT NULL,
    inside_change smallint NOT NULL,
    despite text,
    inside boolean GENERATED ALWAYS AS (((last = entry) AND (last > 0))) STORED NOT NULL,
    entered_at timestamp with time zone,
    entered_gate text,
    left_at timestamp with time zone,
    left_gate text,
    CONSTRAINT passages_check CHECK ((undoes < number)),
    CONSTRAINT passages_check1 CHECK (((last >= 0) AND (last <= number))),
    CONSTRAINT passages_check2 CHECK (((entry >= 0) AND (entry <= last))),
    CONSTRAINT passages_check3 CHECK ((((entry > 0) = (entered_at IS NOT NULL)) AND ((entry > 0) = (entered_gate IS NOT NULL)))),
    CONSTRAINT passages_check4 CHECK ((((last > entry) = (left_at IS NOT NULL)) AND ((last > entry) = (left_gate IS NOT NULL)))),
    CONSTRAINT passages_direction_check CHECK ((direction = ANY (ARRAY['in'::text, 'out'::text]))),
    CONSTRAINT passages_entry_count_check CHECK ((entry_count >= 0)),
    CONSTRAINT passages_mode_check CHECK ((mode = ANY (ARRAY['once'::text, 'entry_exit'::text, 'multiple'::text]))),
    CONSTRAINT passages_number_check CHECK ((number > 0))
);

CREATE VIEW public.admissions AS
 SELECT ticket_id,
    entered_gate AS gate,
    entered_at AS at
   FROM public.passages l
  WHERE ((entry > 0) AND (NOT (EXISTS ( SELECT
           FROM public.passages n
          WHERE ((n.ticket_id = l.ticket_id) AND (n.number > l.number))))));

CREATE TABLE public.agent_codes (
    id uuid NOT NULL,
    box_office_id uuid NOT NULL,
    hash bytea NOT NULL,
    sealed bytea NOT NULL,
    staff_id uuid,
    created_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    revoked_at timestamp with time zone,
    agent_count integer DEFAULT 0 NOT NULL,
    CONSTRAINT agent_codes_check CHECK ((expires_at > created_at)),
    CONSTRAINT agent_codes_hash_check CHECK ((length(hash) = 32))
);

CREATE TABLE public.allotment_copies (
    id uuid NOT NULL,
    performance_id uuid NOT NULL,
    organisation_id uuid NOT NULL,
    staff_id uuid,
    created_at timestamp with time zone NOT NULL
);

CREATE TABLE public.allotment_copy_dates (
    copy_id uuid NOT NULL,
    performance_id uuid NOT NULL,
    state text DEFAULT 'waiting'::text NOT NULL,
    refusal text,
    fields jsonb DEFAULT '{}'::jsonb NOT NULL,
    missing_count integer DEFAULT 0 NOT NULL,
    ended_at timestamp with time zone,
    CONSTRAINT allotment_copy_dates_check CHECK (((state = 'refused'::text) = (refusal IS NOT NULL))),
    CONSTRAINT allotment_copy_dates_check1 CHECK (((state = 'waiting'::text) = (ended_at IS NULL))),
    CONSTRAINT allotment_copy_dates_state_check CHECK ((state = ANY (ARRAY['waiting'::text, 'done'::text, 'refused'::text])))
);

CREATE TABLE public.allotments (
    id uuid NOT NULL,
    performance_id uuid NOT NULL,
    code integer NOT NULL,
    kind text NOT NULL,
    name text DEFAULT ''::text NOT NULL,
    note text DEFAULT ''::text NOT NULL,
    release_at timestamp with time zone,
    ended_at timestamp with time zone,
    staff_id uuid,
    created_at timestamp with time zone NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    plan_version_id uuid,
    by_event boolean DEFAULT false NOT NULL,
    CONSTRAINT allotments_check CHECK (((kind = ANY (ARRAY['house'::text, 'technical'::text, 'view'::text])) = (code >= 32768))),
    CONSTRAINT allotments_check1 CHECK (((code < 32768) OR (release_at IS NULL))),
    CONSTRAINT allotments_check2 CHECK (((code <> 15) OR (kind = 'accessibility'::text))),
    CONSTRAINT allotments_code_check CHECK (((code >= 15) AND (code <= 65535))),
    CONSTRAINT allotments_kind_check CHECK ((kind = ANY (ARRAY['house'::text, 'technical'::text, 'view'::text, 'partner'::text, 'press'::text, 'accessibility'::text, 'other'::text])))
);

CREATE TABLE public.answers (
    id uuid NOT NULL,
    order_id uuid NOT NULL,
    ticket_id uuid,
    field_id uuid NOT NULL,
    texts text[] NOT NULL,
    upload_id uuid,
    answered_at timestamp with time zone NOT NULL
);

CREATE TABLE public.attempts (
    account_hash bytea NOT NULL,
    address text NOT NULL,
    attempt_count integer NOT NULL,
    at timestamp with time zone NOT NULL,
    free_at timestamp with time zone NOT NULL,
    CONSTRAINT attempts_account_hash_check CHECK ((length(account_hash) = 32))
);

CREATE TABLE public.audit (
    id bigint NOT NULL,
    organisation_id uuid,
    box_office_id uuid,
    staff_id uuid,
    token_id uuid,
    act text NOT NULL,
    subject_kind text NOT NULL,
    subject_id text NOT NULL,
    subject_name text NOT NULL,
    changes jsonb DEFAULT '{}'::jsonb NOT NULL,
    address text NOT NULL,
    at timestamp with time zone NOT NULL,
    device_id uuid
);

ALTER TABLE public.audit ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.audit_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.scan_devices (
    id uuid NOT NULL,
    number bigint NOT NULL,
    profile_id uuid NOT NULL,
    name text NOT NULL,
    hash bytea NOT NULL,
    code_id uuid,
    staff_id uuid,
    enrolled_at timestamp with time zone NOT NULL,
    seen_at timestamp with time zone NOT NULL,
    seen_from text DEFAULT ''::text NOT NULL,
    revoked_at timestamp with time zone,
    software text DEFAULT ''::text NOT NULL,
    hardware text DEFAULT ''::text NOT NULL,
    reported_at timestamp with time zone,
    battery smallint,
    charging boolean,
    clock_offset_ms bigint,
    pending_count integer DEFAULT 0 NOT NULL,
    network text DEFAULT ''::text NOT NULL,
    CONSTRAINT scan_devices_battery_check CHECK (((battery >= 0) AND (battery <= 100))),
    CONSTRAINT scan_devices_hash_check CHECK ((length(hash) = 32)),
    CONSTRAINT scan_devices_pending_count_check CHECK ((pending_count >= 0))
);

CREATE TABLE public.tokens (
    id uuid NOT NULL,
    organisation_id uuid NOT NULL,
    name text NOT NULL,
    hash bytea NOT NULL,
    scope text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    last_used_at timestamp with time zone,
    revoked_at timestamp with time zone,
    may_sell boolean DEFAULT false NOT NULL,
    networks cidr[] DEFAULT '{}'::cidr[] NOT NULL,
    last_used_from text,
    version integer DEFAULT 1 NOT NULL,
    CONSTRAINT tokens_check CHECK ((may_sell OR (scope <> 'sell'::text))),
    CONSTRAINT tokens_hash_check CHECK ((length(hash) = 32)),
    CONSTRAINT tokens_networks_check CHECK ((cardinality(networks) <= 50)),
    CONSTRAINT tokens_scope_check CHECK ((scope = ANY (ARRAY['view'::text, 'scan'::text, 'sell'::text, 'manage'::text])))
);

CREATE VIEW public.audit_lines AS
 SELECT a.id,
    a.organisation_id,
    a.box_office_id,
    a.staff_id,
    a.token_id,
    a.act,
    a.subject_kind,
    a.subject_id,
    a.subject_name,
    a.changes,
    a.address,
    a.at,
    a.device_id,
    COALESCE(a.staff_id, a.token_id, a.device_id) AS actor_id,
    COALESCE(s.name, t.name, d.name) AS actor_name,
    (a.token_id IS NOT NULL) AS by_token,
    ((a.staff_id IS NULL) AND (a.device_id IS NOT NULL)) AS by_device
   FROM (((public.audit a
     LEFT JOIN public.staff s ON ((s.id = a.staff_id)))
     LEFT JOIN public.tokens t ON ((t.id = a.token_id)))
     LEFT JOIN public.scan_devices d ON ((d.id = a.device_id)));

CREATE TABLE public.authenticators (
    staff_id uuid NOT NULL,
    sealed_secret bytea NOT NULL,
    last_step bigint DEFAULT 0 NOT NULL,
    created_at timestamp with time zone NOT NULL,
    confirmed_at timestamp with time zone
);

CREATE TABLE public.bank_entries (
    id uuid NOT NULL,
    organisation_id uuid NOT NULL,
    box_office_id uuid NOT NULL,
    file_id uuid NOT NULL,
    "position" integer NOT NULL,
    account text NOT NULL,
    key text NOT NULL,
    booked_on date NOT NULL,
    amount_cents integer NOT NULL,
    currency text NOT NULL,
    payer text NOT NULL,
    payer_account text NOT NULL,
    reference text NOT NULL,
    message text NOT NULL,
    state text DEFAULT 'open'::text NOT NULL,
    payment_id uuid,
    outcome text,
    CONSTRAINT bank_entries_amount_cents_check CHECK ((amount_cents > 0)),
    CONSTRAINT bank_entries_check CHECK (((state = 'booked'::text) = (payment_id IS NOT NULL))),
    CONSTRAINT bank_entries_state_check CHECK ((state = ANY (ARRAY['open'::text, 'booked'::text, 'set_aside'::text])))
);

CREATE TABLE public.bank_files (
    id uuid NOT NULL,
    box_office_id uuid NOT NULL,
    hash bytea NOT NULL,
    name text NOT NULL,
    format text NOT NULL,
    content bytea,
    known_count integer DEFAULT 0 NOT NULL,
    staff_id uuid,
    uploaded_at timestamp with time zone NOT NULL,
    confirmed_at timestamp with time zone,
    CONSTRAINT bank_files_format_check CHECK ((format = ANY (ARRAY['camt.053'::text, 'camt.054'::text, 'csv'::text]))),
    CONSTRAINT bank_files_hash_check CHECK ((length(hash) = 32))
);

CREATE TABLE public.bill_addresses (
    order_id uuid NOT NULL,
    name text NOT NULL,
    street text NOT NULL,
    postal_code text NOT NULL,
    city text NOT NULL,
    country text NOT NULL,
    CONSTRAINT bill_addresses_country_check CHECK ((country ~ '^([A-Z]{2})?$'::text))
);

CREATE TABLE public.billing (
    box_office_id uuid NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    name text DEFAULT ''::text NOT NULL,
    street text DEFAULT ''::text NOT NULL,
    postal_code text DEFAULT ''::text NOT NULL,
    city text DEFAULT ''::text NOT NULL,
    country text DEFAULT ''::text NOT NULL,
    iban text DEFAULT ''::text NOT NULL,
    bic text DEFAULT ''::text NOT NULL,
    reference_prefix text DEFAULT ''::text NOT NULL,
    number_prefix text DEFAULT ''::text NOT NULL,
    receipts boolean DEFAULT false NOT NULL,
    tickets_first boolean DEFAULT false NOT NULL,
    notes jsonb DEFAULT '{}'::jsonb NOT NULL,
    CONSTRAINT billing_country_check CHECK ((country ~ '^([A-Z]{2})?$'::text)),
    CONSTRAINT billing_iban_check CHECK ((iban ~ '^([A-Z]{2}[0-9]{2}[A-Z0-9]{11,30})?$'::text)),
    CONSTRAINT billing_reference_prefix_check CHECK ((reference_prefix ~ '^[0-9]{0,10}$'::text))
);

CREATE TABLE public.carried_visits (
    secret_hash bytea NOT NULL,
    cookies jsonb NOT NULL,
    touched_at timestamp with time zone NOT NULL,
    CONSTRAINT carried_visits_secret_hash_check CHECK ((length(secret_hash) = 32))
);

CREATE TABLE public.carts (
    secret_hash bytea NOT NULL,
    box_office_id uuid NOT NULL,
    hold bytea,
    chosen jsonb DEFAULT '[]'::jsonb NOT NULL,
    typed jsonb DEFAULT '{}'::jsonb NOT NULL,
    order_id uuid,
    last_key text DEFAULT ''::text NOT NULL,
    touched_at timestamp with time zone NOT NULL,
    version integer DEFAULT 0 NOT NULL,
    CONSTRAINT carts_hold_check CHECK ((length(hold) = 16)),
    CONSTRAINT carts_secret_hash_check CHECK ((length(secret_hash) = 32))
);

CREATE TABLE public.cash_movements (
    session_id uuid NOT NULL,
    number integer NOT NULL,
    kind text NOT NULL,
    method text,
    amount_cents integer NOT NULL,
    expected_cents integer,
    counted_cents integer,
    reason text,
    note text NOT NULL,
    payment_id uuid,
    refund_id uuid,
    staff_id uuid NOT NULL,
    at timestamp with time zone NOT NULL,
    entry text NOT NULL,
    hash bytea NOT NULL,
    order_id uuid,
    value_cents integer,
    CONSTRAINT cash_movements_check CHECK ((((kind = 'payment'::text) = (payment_id IS NOT NULL)) AND ((kind = 'refund'::text) = (refund_id IS NOT NULL)))),
    CONSTRAINT cash_movements_check1 CHECK ((((kind = ANY (ARRAY['in'::text, 'out'::text])) = (reason IS NOT NULL)) AND ((kind = ANY (ARRAY['count'::text, 'close'::text])) = (expected_cents IS NOT NULL)))),
    CONSTRAINT cash_movements_check2 CHECK ((((kind = ANY (ARRAY['count'::text, 'close'::text])) = (counted_cents IS NOT NULL)) AND ((kind = ANY (ARRAY['count'::text, 'close'::text])) = (method IS NULL)))),
    CONSTRAINT cash_movements_check3 CHECK (((kind = ANY (ARRAY['payment'::text, 'refund'::text])) OR (method IS DISTINCT FROM 'terminal'::text))),
    CONSTRAINT cash_movements_check4 CHECK (
CASE kind
    WHEN 'open'::text THEN (amount_cents >= 0)
    WHEN 'payment'::text THEN (amount_cents > 0)
    WHEN 'in'::text THEN (amount_cents > 0)
    WHEN 'refund'::text THEN (amount_cents < 0)
    WHEN 'out'::text THEN (amount_cents < 0)
    ELSE (amount_cents = 0)
END),
    CONSTRAINT cash_movements_counted_cents_check CHECK ((counted_cents >= 0)),
    CONSTRAINT cash_movements_hash_check CHECK ((length(hash) = 32)),
    CONSTRAINT cash_movements_kind_check CHECK ((kind = ANY (ARRAY['open'::text, 'payment'::text, 'refund'::text, 'in'::text, 'out'::text, 'count'::text, 'close'::text, 'sale'::text]))),
    CONSTRAINT cash_movements_method_check CHECK ((method = ANY (ARRAY['on_site'::text, 'terminal'::text, 'free'::text, 'invoice'::text]))),
    CONSTRAINT cash_movements_number_check CHECK ((number > 0)),
    CONSTRAINT cash_movements_reason_check CHECK ((reason = ANY (ARRAY['change'::text, 'float'::text, 'bank'::text, 'expense'::text, 'other'::text]))),
    CONSTRAINT cash_movements_sale_check CHECK ((((kind = 'sale'::text) = (order_id IS NOT NULL)) AND ((kind = 'sale'::text) = (value_cents IS NOT NULL)) AND ((kind = 'sale'::text) = ((method IS NOT NULL) AND (method = ANY (ARRAY['free'::text, 'invoice'::text])))))),
    CONSTRAINT cash_movements_value_cents_check CHECK ((value_cents >= 0))
);

CREATE TABLE public.cash_reports (
    session_id uuid NOT NULL,
    till_id uuid NOT NULL,
    number integer NOT NULL,
    document text NOT NULL,
    hash bytea NOT NULL,
    CONSTRAINT cash_reports_hash_check CHECK ((length(hash) = 32)),
    CONSTRAINT cash_reports_number_check CHECK ((number > 0))
);

CREATE TABLE public.cash_sessions (
    id uuid NOT NULL,
    till_id uuid NOT NULL,
    box_office_id uuid NOT NULL,
    currency text NOT NULL,
    number integer NOT NULL,
    opened_by uuid NOT NULL,
    opened_at timestamp with time zone NOT NULL,
    closed_by uuid,
    closed_at timestamp with time zone,
    CONSTRAINT cash_sessions_check CHECK (((closed_by IS NULL) = (closed_at IS NULL))),
    CONSTRAINT cash_sessions_number_check CHECK ((number > 0))
);

CREATE TABLE public.cash_shares (
    session_id uuid NOT NULL,
    number integer NOT NULL,
    order_line_id uuid NOT NULL,
    amount_cents integer NOT NULL,
    vat_cents integer NOT NULL,
    item_count integer NOT NULL,
    CONSTRAINT cash_shares_item_count_check CHECK (((item_count >= '-1'::integer) AND (item_count <= 1)))
);

CREATE TABLE public.checkout_rules (
    box_office_id uuid NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    handovers text[] NOT NULL,
    cancellation_until_hours integer,
    holders_until_hours integer,
    CONSTRAINT checkout_rules_cancellation_until_hours_check CHECK (((cancellation_until_hours >= 0) AND (cancellation_until_hours <= 8760))),
    CONSTRAINT checkout_rules_handovers_check CHECK (((handovers <> '{}'::text[]) AND (handovers <@ ARRAY['print'::text, 'mobile'::text, 'counter'::text]))),
    CONSTRAINT checkout_rules_holders_until_hours_check CHECK (((holders_until_hours >= 0) AND (holders_until_hours <= 8760)))
);

CREATE TABLE public.claims_0 (
    pool_id bigint CONSTRAINT claims_pool_id_not_null NOT NULL,
    place integer CONSTRAINT claims_place_not_null NOT NULL,
    serial bigint DEFAULT nextval('public.claim_serials'::regclass) CONSTRAINT claims_serial_not_null NOT NULL,
    order_id uuid CONSTRAINT claims_order_id_not_null NOT NULL,
    CONSTRAINT claims_place_check CHECK ((place >= 0))
);

CREATE TABLE public.claims_1 (
    pool_id bigint CONSTRAINT claims_pool_id_not_null NOT NULL,
    place integer CONSTRAINT claims_place_not_null NOT NULL,
    serial bigint DEFAULT nextval('public.claim_serials'::regclass) CONSTRAINT claims_serial_not_null NOT NULL,
    order_id uuid CONSTRAINT claims_order_id_not_null NOT NULL,
    CONSTRAINT claims_place_check CHECK ((place >= 0))
);

CREATE TABLE public.claims_10 (
    pool_id bigint CONSTRAINT claims_pool_id_not_null NOT NULL,
    place integer CONSTRAINT claims_place_not_null NOT NULL,
    serial bigint DEFAULT nextval('public.claim_serials'::regclass) CONSTRAINT claims_serial_not_null NOT NULL,
    order_id uuid CONSTRAINT claims_order_id_not_null NOT NULL,
    CONSTRAINT claims_place_check CHECK ((place >= 0))
);

CREATE TABLE public.claims_11 (
    pool_id bigint CONSTRAINT claims_pool_id_not_null NOT NULL,
    place integer CONSTRAINT claims_place_not_null NOT NULL,
    serial bigint DEFAULT nextval('public.claim_serials'::regclass) CONSTRAINT claims_serial_not_null NOT NULL,
    order_id uuid CONSTRAINT claims_order_id_not_null NOT NULL,
    CONSTRAINT claims_place_check CHECK ((place >= 0))
);

CREATE TABLE public.claims_12 (
    pool_id bigint CONSTRAINT claims_pool_id_not_null NOT NULL,
    place integer CONSTRAINT claims_place_not_null NOT NULL,
    serial bigint DEFAULT nextval('public.claim_serials'::regclass) CONSTRAINT claims_serial_not_null NOT NULL,
    order_id uuid CONSTRAINT claims_order_id_not_null NOT NULL,
    CONSTRAINT claims_place_check CHECK ((place >= 0))
);

CREATE TABLE public.claims_13 (
    pool_id bigint CONSTRAINT claims_pool_id_not_null NOT NULL,
    place integer CONSTRAINT claims_place_not_null NOT NULL,
    serial bigint DEFAULT nextval('public.claim_serials'::regclass) CONSTRAINT claims_serial_not_null NOT NULL,
    order_id uuid CONSTRAINT claims_order_id_not_null NOT NULL,
    CONSTRAINT claims_place_check CHECK ((place >= 0))
);

CREATE TABLE public.claims_14 (
    pool_id bigint CONSTRAINT claims_pool_id_not_null NOT NULL,
    place integer CONSTRAINT claims_place_not_null NOT NULL,
    serial bigint DEFAULT nextval('public.claim_serials'::regclass) CONSTRAINT claims_serial_not_null NOT NULL,
    order_id uuid CONSTRAINT claims_order_id_not_null NOT NULL,
    CONSTRAINT claims_place_check CHECK ((place >= 0))
);

CREATE TABLE public.claims_15 (
    pool_id bigint CONSTRAINT claims_pool_id_not_null NOT NULL,
    place integer CONSTRAINT claims_place_not_null NOT NULL,
    serial bigint DEFAULT nextval('public.claim_serials'::regclass) CONSTRAINT claims_serial_not_null NOT NULL,
    order_id uuid CONSTRAINT claims_order_id_not_null NOT NULL,
    CONSTRAINT claims_place_check CHECK ((place >= 0))
);

CREATE TABLE public.claims_2 (
    pool_id bigint CONSTRAINT claims_pool_id_not_null NOT NULL,
    place integer CONSTRAINT claims_place_not_null NOT NULL,
    serial bigint DEFAULT nextval('public.claim_serials'::regclass) CONSTRAINT claims_serial_not_null NOT NULL,
    order_id uuid CONSTRAINT claims_order_id_not_null NOT NULL,
    CONSTRAINT claims_place_check CHECK ((place >= 0))
);

CREATE TABLE public.claims_3 (
    pool_id bigint CONSTRAINT claims_pool_id_not_null NOT NULL,
    place integer CONSTRAINT claims_place_not_null NOT NULL,
    serial bigint DEFAULT nextval('public.claim_serials'::regclass) CONSTRAINT claims_serial_not_null NOT NULL,
    order_id uuid CONSTRAINT claims_order_id_not_null NOT NULL,
    CONSTRAINT claims_place_check CHECK ((place >= 0))
);

CREATE TABLE public.claims_4 (
    pool_id bigint CONSTRAINT claims_pool_id_not_null NOT NULL,
    place integer CONSTRAINT claims_place_not_null NOT NULL,
    serial bigint DEFAULT nextval('public.claim_serials'::regclass) CONSTRAINT claims_serial_not_null NOT NULL,
    order_id uuid CONSTRAINT claims_order_id_not_null NOT NULL,
    CONSTRAINT claims_place_check CHECK ((place >= 0))
);

CREATE TABLE public.claims_5 (
    pool_id bigint CONSTRAINT claims_pool_id_not_null NOT NULL,
    place integer CONSTRAINT claims_place_not_null NOT NULL,
    serial bigint DEFAULT nextval('public.claim_serials'::regclass) CONSTRAINT claims_serial_not_null NOT NULL,
    order_id uuid CONSTRAINT claims_order_id_not_null NOT NULL,
    CONSTRAINT claims_place_check CHECK ((place >= 0))
);

CREATE TABLE public.claims_6 (
    pool_id bigint CONSTRAINT claims_pool_id_not_null NOT NULL,
    place integer CONSTRAINT claims_place_not_null NOT NULL,
    serial bigint DEFAULT nextval('public.claim_serials'::regclass) CONSTRAINT claims_serial_not_null NOT NULL,
    order_id uuid CONSTRAINT claims_order_id_not_null NOT NULL,
    CONSTRAINT claims_place_check CHECK ((place >= 0))
);

CREATE TABLE public.claims_7 (
    pool_id bigint CONSTRAINT claims_pool_id_not_null NOT NULL,
    place integer CONSTRAINT claims_place_not_null NOT NULL,
    serial bigint DEFAULT nextval('public.claim_serials'::regclass) CONSTRAINT claims_serial_not_null NOT NULL,
    order_id uuid CONSTRAINT claims_order_id_not_null NOT NULL,
    CONSTRAINT claims_place_check CHECK ((place >= 0))
);

CREATE TABLE public.claims_8 (
    pool_id bigint CONSTRAINT claims_pool_id_not_null NOT NULL,
    place integer CONSTRAINT claims_place_not_null NOT NULL,
    serial bigint DEFAULT nextval('public.claim_serials'::regclass) CONSTRAINT claims_serial_not_null NOT NULL,
    order_id uuid CONSTRAINT claims_order_id_not_null NOT NULL,
    CONSTRAINT claims_place_check CHECK ((place >= 0))
);

CREATE TABLE public.claims_9 (
    pool_id bigint CONSTRAINT claims_pool_id_not_null NOT NULL,
    place integer CONSTRAINT claims_place_not_null NOT NULL,
    serial bigint DEFAULT nextval('public.claim_serials'::regclass) CONSTRAINT claims_serial_not_null NOT NULL,
    order_id uuid CONSTRAINT claims_order_id_not_null NOT NULL,
    CONSTRAINT claims_place_check CHECK ((place >= 0))
);

CREATE TABLE public.consignments (
    order_id uuid NOT NULL,
    box_office_id uuid NOT NULL,
    performance_id uuid NOT NULL,
    tariff_id uuid NOT NULL,
    allotment_id uuid,
    wanted_count integer NOT NULL,
    state text NOT NULL,
    problem text DEFAULT ''::text NOT NULL,
    staff_id uuid,
    created_at timestamp with time zone NOT NULL,
    ended_at timestamp with time zone,
    CONSTRAINT consignments_state_check CHECK ((state = ANY (ARRAY['making'::text, 'made'::text, 'short'::text, 'stopped'::text]))),
    CONSTRAINT consignments_wanted_count_check CHECK (((wanted_count >= 1) AND (wanted_count <= 5000)))
);

CREATE TABLE public.customer_addresses (
    customer_id uuid NOT NULL,
    address text NOT NULL,
    seen_at timestamp with time zone NOT NULL
);

CREATE TABLE public.customer_links (
    hash bytea NOT NULL,
    customer_id uuid NOT NULL,
    kind text NOT NULL,
    email text NOT NULL,
    browser_hash bytea,
    onward text DEFAULT ''::text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    ends_at timestamp with time zone NOT NULL,
    used_at timestamp with time zone,
    CONSTRAINT customer_links_browser_hash_check CHECK ((length(browser_hash) = 32)),
    CONSTRAINT customer_links_email_check CHECK ((email = lower(email))),
    CONSTRAINT customer_links_hash_check CHECK ((length(hash) = 32)),
    CONSTRAINT customer_links_kind_check CHECK ((kind = ANY (ARRAY['sign-in'::text, 'email'::text])))
);

CREATE TABLE public.customer_sessions (
    id uuid NOT NULL,
    customer_id uuid NOT NULL,
    hash bytea NOT NULL,
    address text NOT NULL,
    agent text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    seen_at timestamp with time zone NOT NULL,
    proved_at timestamp with time zone NOT NULL,
    ends_at timestamp with time zone NOT NULL,
    CONSTRAINT customer_sessions_hash_check CHECK ((length(hash) = 32))
);

CREATE TABLE public.customers (
    id uuid NOT NULL,
    organisation_id uuid NOT NULL,
    email text NOT NULL COLLATE pg_catalog."C",
    name text NOT NULL,
    locale text DEFAULT 'en'::text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    proved_at timestamp with time zone,
    password_hash text,
    deletion_asked_at timestamp with time zone,
    forgotten_at timestamp with time zone,
    forgotten_id uuid GENERATED ALWAYS AS (
CASE
    WHEN (forgotten_at IS NOT NULL) THEN id
    ELSE NULL::uuid
END) STORED,
    CONSTRAINT customers_email_check CHECK ((email = lower(email))),
    CONSTRAINT customers_forgotten CHECK (
CASE
    WHEN (forgotten_at IS NULL) THEN (email <> ''::text)
    ELSE ((email = ''::text) AND (password_hash IS NULL) AND (proved_at IS NULL) AND (deletion_asked_at IS NULL))
END)
);

CREATE TABLE public.date_plans (
    hash bytea NOT NULL,
    document bytea NOT NULL,
    created_at timestamp with time zone NOT NULL,
    CONSTRAINT date_plans_hash_check CHECK ((length(hash) = 32))
);

CREATE TABLE public.drawing_parts (
    drawing_id uuid NOT NULL,
    key text NOT NULL COLLATE pg_catalog."C",
    kind text NOT NULL,
    parent text COLLATE pg_catalog."C",
    parent_kind text GENERATED ALWAYS AS (
CASE
    WHEN (kind <> 'zone'::text) THEN 'zone'::text
    ELSE NULL::text
END) STORED,
    "position" double precision NOT NULL,
    data bytea NOT NULL,
    seat_count integer NOT NULL,
    place_count integer NOT NULL,
    CONSTRAINT drawing_parts_check CHECK (((place_count >= seat_count) AND (place_count <= 1000000))),
    CONSTRAINT drawing_parts_check1 CHECK (((kind = 'zone'::text) = (parent IS NULL))),
    CONSTRAINT drawing_parts_data_check CHECK (((octet_length(data) >= 2) AND (octet_length(data) <= 67108864))),
    CONSTRAINT drawing_parts_key_check CHECK ((key ~ '^[A-Za-z0-9_-]{1,40}$'::text)),
    CONSTRAINT drawing_parts_kind_check CHECK ((kind = ANY (ARRAY['zone'::text, 'row'::text, 'area'::text, 'table'::text]))),
    CONSTRAINT drawing_parts_position_check CHECK ((abs("position") <= ('1000000000000000'::numeric)::double precision)),
    CONSTRAINT drawing_parts_seat_count_check CHECK (((seat_count >= 0) AND (seat_count <= 200000)))
);

CREATE TABLE public.drawing_underlays (
    drawing_id uuid NOT NULL,
    media_type text NOT NULL,
    content bytea NOT NULL,
    placed jsonb DEFAULT '{}'::jsonb NOT NULL,
    CONSTRAINT drawing_underlays_content_check CHECK ((length(content) <= 20971520)),
    CONSTRAINT drawing_underlays_media_type_check CHECK ((media_type = 'image/jpeg'::text)),
    CONSTRAINT drawing_underlays_placed_check CHECK ((length((placed)::text) <= 1000))
);

CREATE TABLE public.drawings (
    id uuid NOT NULL,
    plan_id uuid NOT NULL,
    base_version_id uuid,
    revision bigint DEFAULT 1 NOT NULL,
    head bytea NOT NULL,
    editor text DEFAULT ''::text NOT NULL,
    request text DEFAULT ''::text NOT NULL,
    saved_by uuid,
    saved_at timestamp with time zone NOT NULL,
    created_at timestamp with time zone NOT NULL,
    CONSTRAINT drawings_editor_check CHECK ((length(editor) <= 100)),
    CONSTRAINT drawings_head_check CHECK (((octet_length(head) >= 2) AND (octet_length(head) <= 262144))),
    CONSTRAINT drawings_request_check CHECK ((length(request) <= 100)),
    CONSTRAINT drawings_revision_check CHECK ((revision > 0))
);

CREATE TABLE public.embeddings (
    box_office_id uuid NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    origins text[] DEFAULT '{}'::text[] NOT NULL,
    script_urls text[] DEFAULT '{}'::text[] NOT NULL,
    snippet text DEFAULT ''::text NOT NULL,
    script_hosts text[] DEFAULT '{}'::text[] NOT NULL,
    img_hosts text[] DEFAULT '{}'::text[] NOT NULL,
    connect_hosts text[] DEFAULT '{}'::text[] NOT NULL
);

CREATE TABLE public.event_texts (
    event_id uuid NOT NULL,
    language text NOT NULL,
    title text NOT NULL,
    subtitle text NOT NULL,
    description text NOT NULL,
    picture_alt text NOT NULL
);

CREATE VIEW public.event_descriptions AS
 SELECT e.id AS event_id,
    COALESCE(t.texts, '{}'::jsonb) AS texts
   FROM (public.events e
     CROSS JOIN LATERAL ( SELECT jsonb_object_agg(x.language, jsonb_build_object('title', x.title, 'subtitle', x.subtitle, 'description', x.description, 'picture_alt', x.picture_alt)) AS texts
           FROM public.event_texts x
          WHERE (x.event_id = e.id)) t);

CREATE TABLE public.event_label_designs (
    event_id uuid NOT NULL,
    paper text NOT NULL,
    design_id uuid NOT NULL,
    CONSTRAINT event_label_designs_paper_check CHECK ((paper = ANY (ARRAY['show'::text, 'cinema'::text])))
);

CREATE VIEW public.event_titles AS
 SELECT e.id AS event_id,
    COALESCE((t.titles ->> "left"(b.locale, 2)), e.name) AS title,
    t.titles
   FROM ((public.events e
     JOIN public.box_offices b ON ((b.id = e.box_office_id)))
     CROSS JOIN LATERAL ( SELECT COALESCE(jsonb_object_agg(x.language, x.title), '{}'::jsonb) AS titles
           FROM public.event_texts x
          WHERE ((x.event_id = e.id) AND (x.title <> ''::text))) t);

CREATE TABLE public.files (
    hash bytea NOT NULL,
    media_type text NOT NULL,
    content bytea NOT NULL,
    width integer,
    height integer,
    created_at timestamp with time zone NOT NULL,
    CONSTRAINT files_hash_check CHECK ((length(hash) = 32)),
    CONSTRAINT files_height_check CHECK ((height > 0)),
    CONSTRAINT files_width_check CHECK ((width > 0))
);

CREATE TABLE public.form_fields (
    id uuid NOT NULL,
    form_id uuid NOT NULL,
    kind text NOT NULL,
    labels jsonb NOT NULL,
    helps jsonb DEFAULT '{}'::jsonb NOT NULL,
    mandatory boolean DEFAULT false NOT NULL,
    on_ticket text DEFAULT 'no'::text NOT NULL,
    link text DEFAULT ''::text NOT NULL,
    "position" integer,
    hidden boolean DEFAULT false NOT NULL,
    options jsonb DEFAULT '[]'::jsonb NOT NULL,
    limits jsonb DEFAULT '{}'::jsonb NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    CONSTRAINT form_fields_kind_check CHECK ((kind = ANY (ARRAY['text'::text, 'long_text'::text, 'select'::text, 'radio'::text, 'checkboxes'::text, 'email'::text, 'telephone'::text, 'date'::text, 'number'::text, 'file'::text]))),
    CONSTRAINT form_fields_link_check CHECK (((link = ''::text) OR (link ~ '^https?://'::text))),
    CONSTRAINT form_fields_on_ticket_check CHECK ((on_ticket = ANY (ARRAY['no'::text, 'line'::text, 'holder'::text]))),
    CONSTRAINT form_fields_position_check CHECK (("position" >= 0))
);

CREATE TABLE public.former_lines (
    line_id uuid NOT NULL,
    ticket_id uuid NOT NULL
);

CREATE TABLE public.forms (
    id uuid NOT NULL,
    box_office_id uuid NOT NULL,
    name text NOT NULL,
    of_orders boolean DEFAULT false NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    created_at timestamp with time zone NOT NULL
);

CREATE TABLE public.invoice_counters (
    box_office_id uuid NOT NULL,
    year integer NOT NULL,
    last_number integer NOT NULL,
    CONSTRAINT invoice_counters_last_number_check CHECK ((last_number > 0))
);

CREATE TABLE public.invoice_lines (
    order_line_id uuid NOT NULL,
    invoice_id uuid NOT NULL
);

CREATE TABLE public.invoices (
    id uuid NOT NULL,
    box_office_id uuid NOT NULL,
    order_id uuid NOT NULL,
    kind text NOT NULL,
    credits uuid,
    year integer NOT NULL,
    number integer NOT NULL,
    label text NOT NULL,
    issued_at timestamp with time zone NOT NULL,
    issued_on date NOT NULL,
    due_on date,
    currency text NOT NULL,
    total_cents integer NOT NULL,
    document jsonb NOT NULL,
    CONSTRAINT invoices_check CHECK (((kind = 'credit_note'::text) = (credits IS NOT NULL))),
    CONSTRAINT invoices_kind_check CHECK ((kind = ANY (ARRAY['invoice'::text, 'credit_note'::text]))),
    CONSTRAINT invoices_number_check CHECK ((number > 0))
);

CREATE TABLE public.kits (
    id uuid NOT NULL,
    box_office_id uuid NOT NULL,
    name text NOT NULL,
    place text NOT NULL,
    lent_until date,
    retired_at timestamp with time zone,
    created_at timestamp with time zone NOT NULL,
    version integer DEFAULT 1 NOT NULL
);

CREATE TABLE public.known_addresses (
    staff_id uuid NOT NULL,
    address text NOT NULL,
    seen_at timestamp with time zone NOT NULL
);

CREATE TABLE public.label_designs (
    id uuid NOT NULL,
    box_office_id uuid NOT NULL,
    paper text NOT NULL,
    name text NOT NULL,
    design jsonb NOT NULL,
    is_default boolean DEFAULT false NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    retired_at timestamp with time zone,
    created_at timestamp with time zone NOT NULL,
    CONSTRAINT label_designs_check CHECK (((retired_at IS NULL) OR (NOT is_default))),
    CONSTRAINT label_designs_paper_check CHECK ((paper = ANY (ARRAY['show'::text, 'cinema'::text])))
);

CREATE TABLE public.label_pictures (
    box_office_id uuid NOT NULL,
    hash bytea NOT NULL,
    created_at timestamp with time zone NOT NULL
);

CREATE TABLE public.ledger (
    id bigint NOT NULL,
    order_id uuid NOT NULL,
    payment_id uuid,
    debit text NOT NULL,
    credit text NOT NULL,
    amount_cents integer NOT NULL,
    currency text NOT NULL,
    reason text NOT NULL,
    at timestamp with time zone NOT NULL,
    box_office_id uuid NOT NULL,
    CONSTRAINT ledger_amount_cents_check CHECK ((amount_cents > 0)),
    CONSTRAINT ledger_check CHECK ((debit <> credit)),
    CONSTRAINT ledger_credit_check CHECK ((credit = ANY (ARRAY['receivable'::text, 'sales'::text, 'cash'::text, 'terminal'::text, 'sandbox'::text, 'bank'::text]))),
    CONSTRAINT ledger_debit_check CHECK ((debit = ANY (ARRAY['receivable'::text, 'sales'::text, 'cash'::text, 'terminal'::text, 'sandbox'::text, 'bank'::text])))
);

ALTER TABLE public.ledger ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.ledger_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.mailing_recipients (
    mailing_id uuid NOT NULL,
    customer_id uuid NOT NULL,
    state text NOT NULL,
    at timestamp with time zone NOT NULL,
    reply text DEFAULT ''::text NOT NULL,
    CONSTRAINT mailing_recipients_state_check CHECK ((state = ANY (ARRAY['waiting'::text, 'sending'::text, 'sent'::text, 'refused'::text, 'opted_out'::text])))
);

CREATE TABLE public.mailing_texts (
    mailing_id uuid NOT NULL,
    language text NOT NULL,
    subject text NOT NULL,
    body text NOT NULL
);

CREATE TABLE public.mailings (
    id uuid NOT NULL,
    event_id uuid NOT NULL,
    staff_id uuid,
    performance_ids uuid[] NOT NULL,
    tariff_ids uuid[] NOT NULL,
    state text NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    created_at timestamp with time zone NOT NULL,
    started_at timestamp with time zone,
    ended_at timestamp with time zone,
    chain integer DEFAULT 0 NOT NULL,
    waiting_count integer DEFAULT 0 NOT NULL,
    sending_count integer DEFAULT 0 NOT NULL,
    sent_count integer DEFAULT 0 NOT NULL,
    refused_count integer DEFAULT 0 NOT NULL,
    opted_out_count integer DEFAULT 0 NOT NULL,
    CONSTRAINT mailings_state_check CHECK ((state = ANY (ARRAY['draft'::text, 'sending'::text, 'stopped'::text, 'sent'::text])))
);

CREATE TABLE public.migrations (
    name text NOT NULL,
    checksum bytea NOT NULL,
    applied_at timestamp with time zone DEFAULT now() NOT NULL
);

CREATE TABLE public.offline_scans (
    scan_id uuid NOT NULL,
    performance_id uuid NOT NULL,
    told text NOT NULL,
    found text NOT NULL,
    device_at timestamp with time zone NOT NULL,
    clock_offset_ms bigint NOT NULL,
    uploaded_at timestamp with time zone NOT NULL,
    conflict boolean NOT NULL
);

CREATE TABLE public.oppositions (
    id uuid NOT NULL,
    ticket_id uuid,
    pass_id uuid,
    generation smallint NOT NULL,
    reason text NOT NULL,
    staff_id uuid,
    opposed_at timestamp with time zone NOT NULL,
    ended_at timestamp with time zone,
    CONSTRAINT oppositions_check CHECK ((num_nonnulls(ticket_id, pass_id) = 1))
);

CREATE TABLE public.opt_outs (
    organisation_id uuid NOT NULL,
    email text NOT NULL,
    at timestamp with time zone NOT NULL,
    CONSTRAINT opt_outs_email_check CHECK ((email = lower(email)))
);

CREATE TABLE public.option_groups (
    id uuid NOT NULL,
    tariff_id uuid NOT NULL,
    name text NOT NULL,
    names jsonb DEFAULT '{}'::jsonb NOT NULL,
    "position" integer DEFAULT 0 NOT NULL
);

CREATE TABLE public.options (
    id uuid NOT NULL,
    tariff_id uuid NOT NULL,
    group_id uuid,
    name text NOT NULL,
    names jsonb DEFAULT '{}'::jsonb NOT NULL,
    price_cents integer NOT NULL,
    "position" integer DEFAULT 0 NOT NULL,
    closed_at timestamp with time zone
);

CREATE TABLE public.order_choices (
    order_id uuid NOT NULL,
    handover text NOT NULL,
    terms_hash bytea,
    CONSTRAINT order_choices_handover_check CHECK ((handover = ANY (ARRAY['print'::text, 'mobile'::text, 'counter'::text]))),
    CONSTRAINT order_choices_terms_hash_check CHECK ((length(terms_hash) = 32))
);

CREATE TABLE public.order_mails (
    id text NOT NULL,
    order_id uuid NOT NULL,
    kind text NOT NULL,
    recipient text NOT NULL,
    outcome text NOT NULL,
    reply text DEFAULT ''::text NOT NULL,
    at timestamp with time zone NOT NULL,
    CONSTRAINT order_mails_outcome_check CHECK ((outcome = ANY (ARRAY['sent'::text, 'kept'::text, 'refused'::text])))
);

CREATE TABLE public.order_notes (
    id uuid NOT NULL,
    order_id uuid NOT NULL,
    staff_id uuid,
    text text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    CONSTRAINT order_notes_text_check CHECK (((length(text) >= 1) AND (length(text) <= 2000)))
);

CREATE TABLE public.organisations (
    id uuid NOT NULL,
    slug text NOT NULL,
    name text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    CONSTRAINT organisations_slug_check CHECK ((slug ~ '^[a-z0-9][a-z0-9-]{0,39}$'::text))
);

CREATE TABLE public.pass_type_performances (
    pass_type_id uuid NOT NULL,
    performance_id uuid NOT NULL
);

CREATE TABLE public.pass_types (
    id uuid NOT NULL,
    box_office_id uuid NOT NULL,
    name text NOT NULL,
    short_name text NOT NULL,
    price_cents integer NOT NULL,
    pool_id bigint,
    created_at timestamp with time zone NOT NULL,
    withdrawn_at timestamp with time zone,
    version integer DEFAULT 1 NOT NULL,
    CONSTRAINT pass_types_price_cents_check CHECK ((price_cents >= 0)),
    CONSTRAINT pass_types_short_name_check CHECK ((length(short_name) <= 35))
);

CREATE TABLE public.passes (
    id uuid NOT NULL,
    serial bigint NOT NULL,
    pass_type_id uuid NOT NULL,
    order_id uuid NOT NULL,
    order_line_id uuid NOT NULL,
    holder_name text NOT NULL,
    generation smallint DEFAULT 0 NOT NULL,
    status text NOT NULL,
    CONSTRAINT passes_generation_check CHECK (((generation >= 0) AND (generation <= 255))),
    CONSTRAINT passes_status_check CHECK ((status = ANY (ARRAY['reserved'::text, 'valid'::text, 'cancelled'::text, 'opposed'::text])))
);

ALTER TABLE public.passes ALTER COLUMN serial ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.passes_serial_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    MAXVALUE 4294967295
    CACHE 1
);

CREATE TABLE public.passkey_challenges (
    challenge bytea NOT NULL,
    staff_id uuid,
    ends_at timestamp with time zone NOT NULL
);

CREATE TABLE public.passkeys (
    id uuid NOT NULL,
    staff_id uuid NOT NULL,
    name text NOT NULL,
    credential_id bytea NOT NULL,
    public_key bytea NOT NULL,
    sign_count bigint NOT NULL,
    created_at timestamp with time zone NOT NULL,
    used_at timestamp with time zone,
    CONSTRAINT passkeys_credential_id_check CHECK (((length(credential_id) >= 1) AND (length(credential_id) <= 1023)))
);

CREATE TABLE public.payment_methods (
    box_office_id uuid NOT NULL,
    method text NOT NULL,
    offered boolean NOT NULL,
    min_cents integer,
    max_cents integer,
    pay_days integer DEFAULT 0 NOT NULL,
    grace_days integer DEFAULT 0 NOT NULL,
    before_h integer DEFAULT 0 NOT NULL,
    texts jsonb DEFAULT '{}'::jsonb NOT NULL,
    CONSTRAINT payment_methods_before_h_check CHECK ((before_h >= 0)),
    CONSTRAINT payment_methods_grace_days_check CHECK ((grace_days >= 0)),
    CONSTRAINT payment_methods_max_cents_check CHECK ((max_cents >= 0)),
    CONSTRAINT payment_methods_min_cents_check CHECK ((min_cents >= 0)),
    CONSTRAINT payment_methods_pay_days_check CHECK ((pay_days >= 0))
);

CREATE TABLE public.payment_notifications (
    provider text NOT NULL,
    notification_id text NOT NULL,
    payment_id uuid,
    body bytea NOT NULL,
    outcome text NOT NULL,
    received_at timestamp with time zone NOT NULL
);

CREATE VIEW public.performance_sales AS
 SELECT f.id AS performance_id,
    e.visibility,
    e.link_secret,
    opens.shop AS sale_opens_at,
    closes.shop AS sale_closes_at,
    COALESCE(f.counter_opens_at, e.counter_opens_at, opens.shop) AS counter_opens_at,
    COALESCE(f.counter_closes_at, (f.starts_at - ((e.counter_closes_min)::double precision * '00:01:00'::interval)), closes.shop) AS counter_closes_at,
    COALESCE(f.order_places_max, e.order_places_max) AS order_places_max
   FROM (((public.performances f
     JOIN public.events e ON ((e.id = f.event_id)))
     CROSS JOIN LATERAL ( SELECT COALESCE(f.sale_opens_at, e.sale_opens_at, e.created_at) AS shop) opens)
     CROSS JOIN LATERAL ( SELECT COALESCE(f.sale_closes_at, (f.starts_at - ((e.sale_closes_min)::double precision * '00:01:00'::interval))) AS shop) closes);

CREATE TABLE public.pgqueuer (
    id bigint NOT NULL,
    priority integer NOT NULL,
    queue_manager_id uuid,
    created timestamp with time zone DEFAULT now() NOT NULL,
    updated timestamp with time zone DEFAULT now() NOT NULL,
    heartbeat timestamp with time zone DEFAULT now() NOT NULL,
    execute_after timestamp with time zone DEFAULT now() NOT NULL,
    status public.pgqueuer_status NOT NULL,
    entrypoint text NOT NULL,
    dedupe_key text,
    payload bytea,
    headers jsonb,
    attempts integer DEFAULT 0 NOT NULL,
    slot bigint
);

CREATE SEQUENCE public.pgqueuer_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE public.pgqueuer_id_seq OWNED BY public.pgqueuer.id;

CREATE TABLE public.pgqueuer_log (
    id bigint NOT NULL,
    created timestamp with time zone DEFAULT now() NOT NULL,
    job_id bigint NOT NULL,
    status public.pgqueuer_status NOT NULL,
    priority integer NOT NULL,
    entrypoint text NOT NULL,
    traceback jsonb,
    aggregated boolean DEFAULT false
);

ALTER TABLE public.pgqueuer_log ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.pgqueuer_log_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.pgqueuer_schedules (
    id bigint NOT NULL,
    expression text NOT NULL,
    entrypoint text NOT NULL,
    heartbeat timestamp with time zone DEFAULT now() NOT NULL,
    created timestamp with time zone DEFAULT now() NOT NULL,
    updated timestamp with time zone DEFAULT now() NOT NULL,
    next_run timestamp with time zone DEFAULT now() NOT NULL,
    last_run timestamp with time zone,
    status public.pgqueuer_status DEFAULT 'queued'::public.pgqueuer_status
);

CREATE SEQUENCE public.pgqueuer_schedules_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE public.pgqueuer_schedules_id_seq OWNED BY public.pgqueuer_schedules.id;

CREATE TABLE public.pgqueuer_statistics (
    id bigint NOT NULL,
    created timestamp with time zone DEFAULT date_trunc('sec'::text, now()) NOT NULL,
    count bigint NOT NULL,
    priority integer NOT NULL,
    status public.pgqueuer_status NOT NULL,
    entrypoint text NOT NULL
);

CREATE SEQUENCE public.pgqueuer_statistics_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE public.pgqueuer_statistics_id_seq OWNED BY public.pgqueuer_statistics.id;

CREATE TABLE public.place_lists (
    hash bytea NOT NULL,
    document bytea NOT NULL,
    place_count integer NOT NULL,
    CONSTRAINT place_lists_hash_check CHECK ((length(hash) = 32)),
    CONSTRAINT place_lists_place_count_check CHECK ((place_count >= 0))
);

CREATE TABLE public.plan_change_dates (
    change_id uuid NOT NULL,
    performance_id uuid NOT NULL,
    state text DEFAULT 'waiting'::text NOT NULL,
    refusal text,
    fields jsonb DEFAULT '{}'::jsonb NOT NULL,
    ended_at timestamp with time zone,
    CONSTRAINT plan_change_dates_check CHECK (((state = 'refused'::text) = (refusal IS NOT NULL))),
    CONSTRAINT plan_change_dates_check1 CHECK (((state = 'waiting'::text) = (ended_at IS NULL))),
    CONSTRAINT plan_change_dates_state_check CHECK ((state = ANY (ARRAY['waiting'::text, 'done'::text, 'refused'::text])))
);

CREATE TABLE public.plan_changes (
    id uuid NOT NULL,
    version_id uuid NOT NULL,
    organisation_id uuid NOT NULL,
    staff_id uuid,
    created_at timestamp with time zone NOT NULL
);

CREATE TABLE public.plan_drafts (
    id uuid NOT NULL,
    venue_id uuid NOT NULL,
    plan_name text NOT NULL,
    file_name text NOT NULL,
    format text NOT NULL,
    document bytea NOT NULL,
    place_count integer NOT NULL,
    findings jsonb NOT NULL,
    staff_id uuid,
    created_at timestamp with time zone NOT NULL,
    CONSTRAINT plan_drafts_format_check CHECK ((format = ANY (ARRAY['placeur'::text, 'open'::text, 'rows'::text, 'svg'::text]))),
    CONSTRAINT plan_drafts_place_count_check CHECK ((place_count >= 0))
);

CREATE TABLE public.plan_version_photos (
    plan_version_id uuid NOT NULL,
    organisation_id uuid NOT NULL,
    hash bytea NOT NULL
);

CREATE TABLE public.plan_versions (
    id uuid NOT NULL,
    plan_id uuid NOT NULL,
    number integer NOT NULL,
    hash bytea NOT NULL,
    document bytea NOT NULL,
    place_count integer NOT NULL,
    created_at timestamp with time zone NOT NULL,
    CONSTRAINT plan_versions_hash_check CHECK ((length(hash) = 32)),
    CONSTRAINT plan_versions_number_check CHECK ((number > 0)),
    CONSTRAINT plan_versions_place_count_check CHECK ((place_count >= 0))
);

CREATE TABLE public.plans (
    id uuid NOT NULL,
    venue_id uuid NOT NULL,
    name text NOT NULL
);

CREATE SEQUENCE public.pool_epochs
    START WITH 2
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

CREATE TABLE public.pools (
    id bigint NOT NULL,
    box_office_id uuid NOT NULL,
    kind text NOT NULL,
    place_count integer NOT NULL,
    epoch bigint DEFAULT 1 NOT NULL,
    server_run text DEFAULT ''::text NOT NULL,
    blocks bytea,
    blocked_count integer GENERATED ALWAYS AS (public.codes_count(blocks)) STORED,
    tombstones integer[] DEFAULT '{}'::integer[] NOT NULL,
    coded int4multirange DEFAULT '{}'::int4multirange NOT NULL,
    CONSTRAINT pools_kind_check CHECK ((kind = ANY (ARRAY['performance'::text, 'quota'::text, 'pass_quantity'::text]))),
    CONSTRAINT pools_place_count_check CHECK ((place_count >= 0))
);

ALTER TABLE public.pools ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.pools_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.print_agents (
    id uuid NOT NULL,
    box_office_id uuid NOT NULL,
    name text NOT NULL,
    hash bytea NOT NULL,
    software text DEFAULT ''::text NOT NULL,
    enrolled_at timestamp with time zone NOT NULL,
    seen_at timestamp with time zone,
    revoked_at timestamp with time zone,
    hardware text DEFAULT ''::text NOT NULL,
    seen_from text DEFAULT ''::text NOT NULL,
    code_id uuid,
    reported_at timestamp with time zone,
    report_asked_at timestamp with time zone,
    plugged jsonb DEFAULT '[]'::jsonb NOT NULL,
    look_id uuid,
    look_asked_at timestamp with time zone,
    found jsonb DEFAULT '[]'::jsonb NOT NULL,
    looked_at timestamp with time zone,
    CONSTRAINT print_agents_check CHECK (((look_id IS NULL) = (look_asked_at IS NULL))),
    CONSTRAINT print_agents_hash_check CHECK ((length(hash) = 32))
);

CREATE TABLE public.print_jobs (
    id uuid NOT NULL,
    number bigint NOT NULL,
    box_office_id uuid NOT NULL,
    printer_id uuid NOT NULL,
    request_key text NOT NULL,
    kind text NOT NULL,
    name text NOT NULL,
    payload bytea,
    format text NOT NULL,
    page_count integer NOT NULL,
    order_id uuid,
    ticket_ids uuid[] NOT NULL,
    cash_session_id uuid,
    reprint_of uuid,
    status text DEFAULT 'queued'::text NOT NULL,
    created_by uuid,
    created_at timestamp with time zone NOT NULL,
    not_before timestamp with time zone NOT NULL,
    tries integer DEFAULT 0 NOT NULL,
    take_id uuid,
    agent_id uuid,
    sending_at timestamp with time zone,
    ended_at timestamp with time zone,
    outcome text,
    reason text,
    note text DEFAULT ''::text NOT NULL,
    conditions text[] DEFAULT '{}'::text[] NOT NULL,
    answered_by uuid,
    CONSTRAINT print_jobs_check CHECK (((payload IS NOT NULL) OR (status <> ALL (ARRAY['queued'::text, 'sending'::text])))),
    CONSTRAINT print_jobs_check1 CHECK (((status <> 'sending'::text) OR ((take_id IS NOT NULL) AND (sending_at IS NOT NULL)))),
    CONSTRAINT print_jobs_check2 CHECK (((ended_at IS NULL) = (status = ANY (ARRAY['queued'::text, 'sending'::text])))),
    CONSTRAINT print_jobs_kind_check CHECK ((kind = ANY (ARRAY['tickets'::text, 'receipt'::text, 'cash_report'::text, 'drawer'::text, 'card'::text, 'test'::text]))),
    CONSTRAINT print_jobs_page_count_check CHECK ((page_count > 0)),
    CONSTRAINT print_jobs_request_key_check CHECK (((length(request_key) >= 1) AND (length(request_key) <= 100))),
    CONSTRAINT print_jobs_status_check CHECK ((status = ANY (ARRAY['queued'::text, 'sending'::text, 'sent'::text, 'printed'::text, 'unknown'::text, 'failed'::text])))
);

ALTER TABLE public.print_jobs ALTER COLUMN number ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.print_jobs_number_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.printers (
    id uuid NOT NULL,
    box_office_id uuid NOT NULL,
    agent_id uuid,
    name text NOT NULL,
    way text NOT NULL,
    host text NOT NULL,
    port integer NOT NULL,
    path text NOT NULL,
    dialect text NOT NULL,
    tls boolean NOT NULL,
    certificate bytea,
    prints text NOT NULL,
    paper text NOT NULL,
    dots_per_mm smallint,
    cuts boolean NOT NULL,
    conditions text[] DEFAULT '{}'::text[] NOT NULL,
    looked_at timestamp with time zone,
    retired_at timestamp with time zone,
    created_at timestamp with time zone NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    CONSTRAINT printers_certificate_check CHECK ((length(certificate) = 32)),
    CONSTRAINT printers_check CHECK (((way <> 'device'::text) OR (agent_id IS NOT NULL))),
    CONSTRAINT printers_check1 CHECK (((prints = 'labels'::text) = (dots_per_mm IS NOT NULL))),
    CONSTRAINT printers_check2 CHECK (
CASE prints
    WHEN 'labels'::text THEN (paper = ANY (ARRAY['show'::text, 'cinema'::text]))
    WHEN 'receipts'::text THEN (paper = ANY (ARRAY['58mm'::text, '80mm'::text]))
    WHEN 'documents'::text THEN (paper = ANY (ARRAY['a4'::text, 'a6'::text]))
    ELSE (paper = 'cr80'::text)
END),
    CONSTRAINT printers_dialect_check CHECK ((dialect = ANY (ARRAY['zpl'::text, 'escpos'::text, 'none'::text]))),
    CONSTRAINT printers_dots_per_mm_check CHECK ((dots_per_mm = ANY (ARRAY[8, 12]))),
    CONSTRAINT printers_port_check CHECK (((port >= 0) AND (port <= 65535))),
    CONSTRAINT printers_prints_check CHECK ((prints = ANY (ARRAY['labels'::text, 'receipts'::text, 'documents'::text, 'cards'::text]))),
    CONSTRAINT printers_way_check CHECK ((way = ANY (ARRAY['raw'::text, 'ipp'::text, 'device'::text])))
);

CREATE TABLE public.quotas (
    id uuid NOT NULL,
    tariff_id uuid NOT NULL,
    performance_id uuid,
    pool_id bigint NOT NULL
);

CREATE TABLE public.recovery_codes (
    staff_id uuid NOT NULL,
    hash bytea NOT NULL,
    used_at timestamp with time zone,
    CONSTRAINT recovery_codes_hash_check CHECK ((length(hash) = 32))
);

CREATE TABLE public.scan_codes (
    id uuid NOT NULL,
    box_office_id uuid NOT NULL,
    profile_id uuid,
    hash bytea NOT NULL,
    sealed bytea NOT NULL,
    staff_id uuid,
    created_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    revoked_at timestamp with time zone,
    device_count integer DEFAULT 0 NOT NULL,
    CONSTRAINT scan_codes_check CHECK ((expires_at > created_at)),
    CONSTRAINT scan_codes_hash_check CHECK ((length(hash) = 32))
);

ALTER TABLE public.scan_devices ALTER COLUMN number ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.scan_devices_number_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.scan_hubs (
    id uuid NOT NULL,
    box_office_id uuid NOT NULL,
    profile_id uuid,
    name text NOT NULL,
    hash bytea NOT NULL,
    code_id uuid,
    enrolled_at timestamp with time zone NOT NULL,
    seen_at timestamp with time zone NOT NULL,
    seen_from text DEFAULT ''::text NOT NULL,
    revoked_at timestamp with time zone,
    software text DEFAULT ''::text NOT NULL,
    reported_at timestamp with time zone,
    clock_offset_ms bigint,
    scanner_count integer DEFAULT 0 NOT NULL,
    pending_count integer DEFAULT 0 NOT NULL,
    CONSTRAINT scan_hubs_hash_check CHECK ((length(hash) = 32)),
    CONSTRAINT scan_hubs_pending_count_check CHECK ((pending_count >= 0)),
    CONSTRAINT scan_hubs_scanner_count_check CHECK ((scanner_count >= 0))
);

CREATE TABLE public.scan_profile_dates (
    profile_id uuid NOT NULL,
    performance_id uuid NOT NULL
);

CREATE TABLE public.scan_profile_events (
    profile_id uuid NOT NULL,
    event_id uuid NOT NULL
);

CREATE TABLE public.scan_profile_fields (
    profile_id uuid NOT NULL,
    field_id uuid NOT NULL
);

CREATE TABLE public.scan_profiles (
    id uuid NOT NULL,
    box_office_id uuid NOT NULL,
    name text NOT NULL,
    gate text NOT NULL,
    covers text DEFAULT 'box_office'::text NOT NULL,
    zones text[],
    mode text DEFAULT 'once'::text NOT NULL,
    entries_max integer,
    role text DEFAULT 'steward'::text NOT NULL,
    shown text[] DEFAULT '{}'::text[] NOT NULL,
    created_at timestamp with time zone NOT NULL,
    withdrawn_at timestamp with time zone,
    version integer DEFAULT 1 NOT NULL,
    CONSTRAINT scan_profiles_check CHECK (((entries_max IS NULL) OR (mode = 'multiple'::text))),
    CONSTRAINT scan_profiles_covers_check CHECK ((covers = ANY (ARRAY['box_office'::text, 'events'::text, 'dates'::text]))),
    CONSTRAINT scan_profiles_entries_max_check CHECK (((entries_max >= 1) AND (entries_max <= 1000))),
    CONSTRAINT scan_profiles_mode_check CHECK ((mode = ANY (ARRAY['once'::text, 'entry_exit'::text, 'multiple'::text]))),
    CONSTRAINT scan_profiles_role_check CHECK ((role = ANY (ARRAY['steward'::text, 'supervisor'::text]))),
    CONSTRAINT scan_profiles_shown_check CHECK ((shown <@ ARRAY['name'::text, 'tariff'::text, 'seat'::text, 'zone'::text, 'pass'::text])),
    CONSTRAINT scan_profiles_zones_check CHECK (((cardinality(zones) >= 1) AND (cardinality(zones) <= 500)))
);

CREATE TABLE public.scans (
    id uuid NOT NULL,
    performance_id uuid NOT NULL,
    ticket_id uuid,
    token_id uuid,
    gate text NOT NULL,
    verdict text NOT NULL,
    digest bytea NOT NULL,
    at timestamp with time zone NOT NULL,
    device_id uuid,
    direction text DEFAULT 'in'::text NOT NULL,
    undoes uuid,
    reason text DEFAULT ''::text NOT NULL,
    CONSTRAINT scans_digest_check CHECK ((length(digest) = 16)),
    CONSTRAINT scans_direction_check CHECK ((direction = ANY (ARRAY['in'::text, 'out'::text])))
);

CREATE TABLE public.seat_photos (
    organisation_id uuid NOT NULL,
    hash bytea NOT NULL,
    kept_at timestamp with time zone NOT NULL
);

CREATE TABLE public.serving_loads (
    process text NOT NULL,
    at timestamp with time zone NOT NULL,
    counts integer[] NOT NULL
);

CREATE TABLE public.shops (
    box_office_id uuid NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    logo bytea,
    colours jsonb DEFAULT '{}'::jsonb NOT NULL,
    variables jsonb DEFAULT '{}'::jsonb NOT NULL,
    texts jsonb DEFAULT '{}'::jsonb NOT NULL,
    dates_shown text DEFAULT 'list'::text NOT NULL,
    gauges boolean DEFAULT true NOT NULL,
    CONSTRAINT shops_dates_shown_check CHECK ((dates_shown = ANY (ARRAY['list'::text, 'month'::text, 'week'::text])))
);

CREATE TABLE public.signing_keys (
    organisation_id uuid NOT NULL,
    id smallint NOT NULL,
    public_key bytea NOT NULL,
    sealed_private_key bytea NOT NULL,
    created_at timestamp with time zone NOT NULL,
    retired_at timestamp with time zone,
    CONSTRAINT signing_keys_id_check CHECK (((id >= 0) AND (id <= 255))),
    CONSTRAINT signing_keys_public_key_check CHECK ((length(public_key) = 32))
);

CREATE TABLE public.staff_sessions (
    id uuid NOT NULL,
    staff_id uuid NOT NULL,
    hash bytea NOT NULL,
    previous_hash bytea,
    stage text NOT NULL,
    address text NOT NULL,
    agent text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    rotated_at timestamp with time zone NOT NULL,
    seen_at timestamp with time zone NOT NULL,
    confirmed_at timestamp with time zone NOT NULL,
    ends_at timestamp with time zone NOT NULL,
    CONSTRAINT staff_sessions_hash_check CHECK ((length(hash) = 32)),
    CONSTRAINT staff_sessions_previous_hash_check CHECK ((length(previous_hash) = 32)),
    CONSTRAINT staff_sessions_stage_check CHECK ((stage = ANY (ARRAY['password'::text, 'full'::text])))
);

CREATE TABLE public.ticket_designs (
    id uuid NOT NULL,
    box_office_id uuid NOT NULL,
    name text NOT NULL,
    gallery text NOT NULL,
    look jsonb NOT NULL,
    picture bytea,
    logo bytea,
    is_default boolean DEFAULT false NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    created_at timestamp with time zone NOT NULL
);

CREATE TABLE public.ticket_options (
    ticket_id uuid NOT NULL,
    option_id uuid NOT NULL,
    name text NOT NULL,
    price_cents integer NOT NULL
);

CREATE TABLE public.tickets (
    id uuid NOT NULL,
    serial bigint NOT NULL,
    order_id uuid NOT NULL,
    order_line_id uuid NOT NULL,
    pass_id uuid,
    performance_id uuid NOT NULL,
    tariff_id uuid,
    pool_id bigint NOT NULL,
    place integer NOT NULL,
    zone text NOT NULL,
    row_label text NOT NULL,
    seat_label text NOT NULL,
    category text NOT NULL,
    price_cents integer NOT NULL,
    holder_name text NOT NULL,
    generation smallint DEFAULT 0 NOT NULL,
    status text NOT NULL,
    options_cents integer DEFAULT 0 NOT NULL,
    placed_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT tickets_generation_check CHECK (((generation >= 0) AND (generation <= 255))),
    CONSTRAINT tickets_price_cents_check CHECK ((price_cents >= 0)),
    CONSTRAINT tickets_status_check CHECK ((status = ANY (ARRAY['reserved'::text, 'valid'::text, 'cancelled'::text, 'opposed'::text])))
);

ALTER TABLE public.tickets ALTER COLUMN serial ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.tickets_serial_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    MAXVALUE 4294967295
    CACHE 1
);

CREATE TABLE public.tills (
    id uuid NOT NULL,
    box_office_id uuid NOT NULL,
    name text NOT NULL,
    locale text NOT NULL,
    event_id uuid,
    performance_id uuid,
    shared boolean NOT NULL,
    receipt_with_tickets boolean NOT NULL,
    drawer_kicked boolean NOT NULL,
    retired_at timestamp with time zone,
    created_at timestamp with time zone NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    ticket_printer_id uuid,
    receipt_printer_id uuid,
    card_printer_id uuid
);

CREATE TABLE public.uploads (
    id uuid NOT NULL,
    box_office_id uuid NOT NULL,
    secret_hash bytea NOT NULL,
    name text NOT NULL,
    media_type text NOT NULL,
    content bytea NOT NULL,
    created_at timestamp with time zone NOT NULL,
    ends_at timestamp with time zone,
    CONSTRAINT uploads_media_type_check CHECK ((media_type = ANY (ARRAY['application/pdf'::text, 'image/png'::text, 'image/jpeg'::text]))),
    CONSTRAINT uploads_secret_hash_check CHECK ((length(secret_hash) = 32))
);

CREATE TABLE public.venue_texts (
    venue_id uuid NOT NULL,
    language text NOT NULL,
    description text DEFAULT ''::text NOT NULL,
    parking text DEFAULT ''::text NOT NULL,
    transport text DEFAULT ''::text NOT NULL,
    access_notes text DEFAULT ''::text NOT NULL,
    CONSTRAINT venue_texts_language_check CHECK ((language ~ '^[a-z]{2}$'::text))
);

CREATE TABLE public.waiting_arrivals (
    event_id uuid NOT NULL,
    ordinal bigint NOT NULL,
    browser bytea NOT NULL,
    party integer NOT NULL,
    rank bigint,
    at timestamp with time zone NOT NULL,
    CONSTRAINT waiting_arrivals_party_check CHECK ((party >= 1))
);

CREATE TABLE public.waiting_rooms (
    event_id uuid NOT NULL,
    state text NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    created_at timestamp with time zone NOT NULL,
    opens_at timestamp with time zone NOT NULL,
    opened_at timestamp with time zone,
    sealed_seed bytea NOT NULL,
    seed_hash bytea NOT NULL,
    seed bytea,
    shuffled_count bigint,
    next_ordinal bigint DEFAULT 0 NOT NULL,
    serving bigint DEFAULT 0 NOT NULL,
    lapsed bigint DEFAULT 0 NOT NULL,
    target_p99_ms integer NOT NULL,
    pace_min integer NOT NULL,
    pace_max integer NOT NULL,
    pace_fixed integer,
    turn_s integer NOT NULL,
    admission_s integer NOT NULL,
    party_max integer NOT NULL,
    challenge_bits integer DEFAULT 0 NOT NULL,
    per_s double precision DEFAULT 0 NOT NULL,
    credit double precision DEFAULT 0 NOT NULL,
    settles_at timestamp with time zone NOT NULL,
    stepped_at timestamp with time zone,
    called_per_s double precision DEFAULT 0 NOT NULL,
    p99_ms integer,
    arrived_count integer DEFAULT 0 NOT NULL,
    waiting_count integer DEFAULT 0 NOT NULL,
    last_rank bigint DEFAULT 0 NOT NULL,
    inside_count integer DEFAULT 0 NOT NULL,
    inside_places integer DEFAULT 0 NOT NULL,
    served_count integer DEFAULT 0 NOT NULL,
    bought_places integer DEFAULT 0 NOT NULL,
    left_places integer,
    conversion double precision DEFAULT 1 NOT NULL,
    CONSTRAINT waiting_rooms_admission_s_check CHECK (((admission_s >= 60) AND (admission_s <= 14400))),
    CONSTRAINT waiting_rooms_challenge_bits_check CHECK (((challenge_bits >= 0) AND (challenge_bits <= 24))),
    CONSTRAINT waiting_rooms_check CHECK ((sha256(seed) = seed_hash)),
    CONSTRAINT waiting_rooms_check1 CHECK ((pace_max >= pace_min)),
    CONSTRAINT waiting_rooms_check2 CHECK (((seed IS NULL) = (shuffled_count IS NULL))),
    CONSTRAINT waiting_rooms_check3 CHECK (((0 <= lapsed) AND (lapsed <= serving) AND (serving <= next_ordinal))),
    CONSTRAINT waiting_rooms_pace_fixed_check CHECK ((pace_fixed >= 0)),
    CONSTRAINT waiting_rooms_pace_min_check CHECK ((pace_min >= 1)),
    CONSTRAINT waiting_rooms_party_max_check CHECK (((party_max >= 1) AND (party_max <= 50))),
    CONSTRAINT waiting_rooms_seed_hash_check CHECK ((length(seed_hash) = 32)),
    CONSTRAINT waiting_rooms_state_check CHECK ((state = ANY (ARRAY['announced'::text, 'open'::text, 'paused'::text, 'closed'::text]))),
    CONSTRAINT waiting_rooms_target_p99_ms_check CHECK (((target_p99_ms >= 50) AND (target_p99_ms <= 10000))),
    CONSTRAINT waiting_rooms_turn_s_check CHECK (((turn_s >= 30) AND (turn_s <= 3600)))
);

CREATE TABLE public.waiting_steps (
    event_id uuid NOT NULL,
    serving bigint NOT NULL,
    at timestamp with time zone NOT NULL
);

CREATE TABLE public.waiting_turns (
    event_id uuid NOT NULL,
    ordinal bigint NOT NULL,
    party integer NOT NULL,
    admitted_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    bought_places integer DEFAULT 0 NOT NULL,
    CONSTRAINT waiting_turns_check CHECK (((bought_places >= 0) AND (bought_places <= party))),
    CONSTRAINT waiting_turns_party_check CHECK ((party >= 1))
);

ALTER TABLE ONLY public.claims ATTACH PARTITION public.claims_0 FOR VALUES WITH (modulus 16, remainder 0);

ALTER TABLE ONLY public.claims ATTACH PARTITION public.claims_1 FOR VALUES WITH (modulus 16, remainder 1);

ALTER TABLE ONLY public.claims ATTACH PARTITION public.claims_10 FOR VALUES WITH (modulus 16, remainder 10);

ALTER TABLE ONLY public.claims ATTACH PARTITION public.claims_11 FOR VALUES WITH (modulus 16, remainder 11);

ALTER TABLE ONLY public.claims ATTACH PARTITION public.claims_12 FOR VALUES WITH (modulus 16, remainder 12);

ALTER TABLE ONLY public.claims ATTACH PARTITION public.claims_13 FOR VALUES WITH (modulus 16, remainder 13);

ALTER TABLE ONLY public.claims ATTACH PARTITION public.claims_14 FOR VALUES WITH (modulus 16, remainder 14);

ALTER TABLE ONLY public.claims ATTACH PARTITION public.claims_15 FOR VALUES WITH (modulus 16, remainder 15);

ALTER TABLE ONLY public.claims ATTACH PARTITION public.claims_2 FOR VALUES WITH (modulus 16, remainder 2);

ALTER TABLE ONLY public.claims ATTACH PARTITION public.claims_3 FOR VALUES WITH (modulus 16, remainder 3);

ALTER TABLE ONLY public.claims ATTACH PARTITION public.claims_4 FOR VALUES WITH (modulus 16, remainder 4);

ALTER TABLE ONLY public.claims ATTACH PARTITION public.claims_5 FOR VALUES WITH (modulus 16, remainder 5);

ALTER TABLE ONLY public.claims ATTACH PARTITION public.claims_6 FOR VALUES WITH (modulus 16, remainder 6);

ALTER TABLE ONLY public.claims ATTACH PARTITION public.claims_7 FOR VALUES WITH (modulus 16, remainder 7);

ALTER TABLE ONLY public.claims ATTACH PARTITION public.claims_8 FOR VALUES WITH (modulus 16, remainder 8);

ALTER TABLE ONLY public.claims ATTACH PARTITION public.claims_9 FOR VALUES WITH (modulus 16, remainder 9);

ALTER TABLE ONLY public.pgqueuer ALTER COLUMN id SET DEFAULT nextval('public.pgqueuer_id_seq'::regclass);

ALTER TABLE ONLY public.pgqueuer_schedules ALTER COLUMN id SET DEFAULT nextval('public.pgqueuer_schedules_id_seq'::regclass);

ALTER TABLE ONLY public.pgqueuer_statistics ALTER COLUMN id SET DEFAULT nextval('public.pgqueuer_statistics_id_seq'::regclass);

ALTER TABLE ONLY public.box_offices
    ADD CONSTRAINT box_offices_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.organisations
    ADD CONSTRAINT organisations_pkey PRIMARY KEY (id);

CREATE FUNCTION public.reach(person uuid, organisation uuid, box_office uuid, event uuid) RETURNS TABLE(organisation_id uuid, organisation_slug text, organisation_name text, box_office_id uuid, box_office_key text, box_office_name text, currency text, event_id uuid, scope text, creates_events boolean)
    LANGUAGE sql STABLE PARALLEL SAFE
    BEGIN ATOMIC
 WITH reaching AS (
          SELECT g.id,
             g.organisation_id,
             g.box_office_id,
             g.event_id,
             g.scope,
             g.creates_events,
             g.staff_id,
             g.group_id,
             g.email_domain,
             g.members,
             g.created_at,
             (((g.box_office_id IS NULL) OR (g.box_office_id = reach.box_office)) AND ((g.event_id IS NULL) OR (g.event_id = reach.event))) AS covers
            FROM public.grants_of(reach.person) g(id, organisation_id, box_office_id, event_id, scope, creates_events, staff_id, group_id, email_domain, members, created_at)
           WHERE ((g.organisation_id = reach.organisation) AND ((g.box_office_id IS NULL) OR (reach.box_office IS NULL) OR (g.box_office_id = reach.box_office)) AND ((g.event_id IS NULL) OR (reach.event IS NULL) OR (g.event_id = reach.event)))
         )
  SELECT o.id,
     o.slug,
     o.name,
     b.id,
     b.key,
     b.name,
     b.currency,
     reach.event AS event,
     (ARRAY['view'::text, 'scan'::text, 'sell'::text, 'manage'::text])[max(public.scope_rank(r.scope)) FILTER (WHERE r.covers)] AS "array",
     COALESCE(bool_or(r.creates_events) FILTER (WHERE r.covers), false) AS "coalesce"
    FROM ((reaching r
      JOIN public.organisations o ON ((o.id = r.organisation_id)))
      LEFT JOIN public.box_offices b ON ((b.id = reach.box_office)))
   GROUP BY o.id, b.id;
END;

ALTER TABLE ONLY public.access_points
    ADD CONSTRAINT access_points_hash_key UNIQUE (hash);

ALTER TABLE ONLY public.access_points
    ADD CONSTRAINT access_points_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.account_links
    ADD CONSTRAINT account_links_pkey PRIMARY KEY (hash);

ALTER TABLE ONLY public.agent_codes
    ADD CONSTRAINT agent_codes_hash_key UNIQUE (hash);

ALTER TABLE ONLY public.agent_codes
    ADD CONSTRAINT agent_codes_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.allotment_copies
    ADD CONSTRAINT allotment_copies_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.allotment_copy_dates
    ADD CONSTRAINT allotment_copy_dates_pkey PRIMARY KEY (copy_id, performance_id);

ALTER TABLE ONLY public.allotments
    ADD CONSTRAINT allotments_performance_id_code_key UNIQUE (performance_id, code);

ALTER TABLE ONLY public.allotments
    ADD CONSTRAINT allotments_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.answers
    ADD CONSTRAINT answers_order_id_ticket_id_field_id_key UNIQUE NULLS NOT DISTINCT (order_id, ticket_id, field_id);

ALTER TABLE ONLY public.answers
    ADD CONSTRAINT answers_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.answers
    ADD CONSTRAINT answers_upload_id_key UNIQUE (upload_id);

ALTER TABLE ONLY public.attempts
    ADD CONSTRAINT attempts_pkey PRIMARY KEY (account_hash, address);

ALTER TABLE ONLY public.audit
    ADD CONSTRAINT audit_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.authenticators
    ADD CONSTRAINT authenticators_pkey PRIMARY KEY (staff_id);

ALTER TABLE ONLY public.bank_entries
    ADD CONSTRAINT bank_entries_organisation_id_account_key_key UNIQUE (organisation_id, account, key);

ALTER TABLE ONLY public.bank_entries
    ADD CONSTRAINT bank_entries_payment_id_key UNIQUE (payment_id);

ALTER TABLE ONLY public.bank_entries
    ADD CONSTRAINT bank_entries_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.bank_files
    ADD CONSTRAINT bank_files_box_office_id_hash_key UNIQUE (box_office_id, hash);

ALTER TABLE ONLY public.bank_files
    ADD CONSTRAINT bank_files_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.bill_addresses
    ADD CONSTRAINT bill_addresses_pkey PRIMARY KEY (order_id);

ALTER TABLE ONLY public.billing
    ADD CONSTRAINT billing_pkey PRIMARY KEY (box_office_id);

ALTER TABLE ONLY public.box_offices
    ADD CONSTRAINT box_offices_id_currency_key UNIQUE (id, currency);

ALTER TABLE ONLY public.box_offices
    ADD CONSTRAINT box_offices_key_key UNIQUE (key);

ALTER TABLE ONLY public.carried_visits
    ADD CONSTRAINT carried_visits_pkey PRIMARY KEY (secret_hash);

ALTER TABLE ONLY public.carts
    ADD CONSTRAINT carts_pkey PRIMARY KEY (secret_hash);

ALTER TABLE ONLY public.cash_movements
    ADD CONSTRAINT cash_movements_payment_id_key UNIQUE (payment_id);

ALTER TABLE ONLY public.cash_movements
    ADD CONSTRAINT cash_movements_pkey PRIMARY KEY (session_id, number);

ALTER TABLE ONLY public.cash_movements
    ADD CONSTRAINT cash_movements_refund_id_key UNIQUE (refund_id);

ALTER TABLE ONLY public.cash_reports
    ADD CONSTRAINT cash_reports_pkey PRIMARY KEY (session_id);

ALTER TABLE ONLY public.cash_reports
    ADD CONSTRAINT cash_reports_till_id_number_key UNIQUE (till_id, number);

ALTER TABLE ONLY public.cash_sessions
    ADD CONSTRAINT cash_sessions_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.cash_sessions
    ADD CONSTRAINT cash_sessions_till_id_number_key UNIQUE (till_id, number);

ALTER TABLE ONLY public.cash_shares
    ADD CONSTRAINT cash_shares_pkey PRIMARY KEY (session_id, number, order_line_id);

ALTER TABLE ONLY public.checkout_rules
    ADD CONSTRAINT checkout_rules_pkey PRIMARY KEY (box_office_id);

ALTER TABLE ONLY public.claims
    ADD CONSTRAINT claims_pkey PRIMARY KEY (pool_id, place);

ALTER TABLE ONLY public.claims_0
    ADD CONSTRAINT claims_0_pkey PRIMARY KEY (pool_id, place);

ALTER TABLE ONLY public.claims_10
    ADD CONSTRAINT claims_10_pkey PRIMARY KEY (pool_id, place);

ALTER TABLE ONLY public.claims_11
    ADD CONSTRAINT claims_11_pkey PRIMARY KEY (pool_id, place);

ALTER TABLE ONLY public.claims_12
    ADD CONSTRAINT claims_12_pkey PRIMARY KEY (pool_id, place);

ALTER TABLE ONLY public.claims_13
    ADD CONSTRAINT claims_13_pkey PRIMARY KEY (pool_id, place);

ALTER TABLE ONLY public.claims_14
    ADD CONSTRAINT claims_14_pkey PRIMARY KEY (pool_id, place);

ALTER TABLE ONLY public.claims_15
    ADD CONSTRAINT claims_15_pkey PRIMARY KEY (pool_id, place);

ALTER TABLE ONLY public.claims_1
    ADD CONSTRAINT claims_1_pkey PRIMARY KEY (pool_id, place);

ALTER TABLE ONLY public.claims_2
    ADD CONSTRAINT claims_2_pkey PRIMARY KEY (pool_id, place);

ALTER TABLE ONLY public.claims_3
    ADD CONSTRAINT claims_3_pkey PRIMARY KEY (pool_id, place);

ALTER TABLE ONLY public.claims_4
    ADD CONSTRAINT claims_4_pkey PRIMARY KEY (pool_id, place);

ALTER TABLE ONLY public.claims_5
    ADD CONSTRAINT claims_5_pkey PRIMARY KEY (pool_id, place);

ALTER TABLE ONLY public.claims_6
    ADD CONSTRAINT claims_6_pkey PRIMARY KEY (pool_id, place);

ALTER TABLE ONLY public.claims_7
    ADD CONSTRAINT claims_7_pkey PRIMARY KEY (pool_id, place);

ALTER TABLE ONLY public.claims_8
    ADD CONSTRAINT claims_8_pkey PRIMARY KEY (pool_id, place);

ALTER TABLE ONLY public.claims_9
    ADD CONSTRAINT claims_9_pkey PRIMARY KEY (pool_id, place);

ALTER TABLE ONLY public.consignments
    ADD CONSTRAINT consignments_pkey PRIMARY KEY (order_id);

ALTER TABLE ONLY public.customer_addresses
    ADD CONSTRAINT customer_addresses_pkey PRIMARY KEY (customer_id, address);

ALTER TABLE ONLY public.customer_links
    ADD CONSTRAINT customer_links_pkey PRIMARY KEY (hash);

ALTER TABLE ONLY public.customer_sessions
    ADD CONSTRAINT customer_sessions_hash_key UNIQUE (hash);

ALTER TABLE ONLY public.customer_sessions
    ADD CONSTRAINT customer_sessions_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.customers
    ADD CONSTRAINT customers_email UNIQUE NULLS NOT DISTINCT (organisation_id, email, forgotten_id);

ALTER TABLE ONLY public.customers
    ADD CONSTRAINT customers_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.date_plans
    ADD CONSTRAINT date_plans_pkey PRIMARY KEY (hash);

ALTER TABLE ONLY public.drawing_parts
    ADD CONSTRAINT drawing_parts_drawing_id_key_kind_key UNIQUE (drawing_id, key, kind);

ALTER TABLE ONLY public.drawing_parts
    ADD CONSTRAINT drawing_parts_pkey PRIMARY KEY (drawing_id, key);

ALTER TABLE ONLY public.drawing_underlays
    ADD CONSTRAINT drawing_underlays_pkey PRIMARY KEY (drawing_id);

ALTER TABLE ONLY public.drawings
    ADD CONSTRAINT drawings_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.drawings
    ADD CONSTRAINT drawings_plan_id_key UNIQUE (plan_id);

ALTER TABLE ONLY public.embeddings
    ADD CONSTRAINT embeddings_pkey PRIMARY KEY (box_office_id);

ALTER TABLE ONLY public.event_label_designs
    ADD CONSTRAINT event_label_designs_pkey PRIMARY KEY (event_id, paper);

ALTER TABLE ONLY public.event_texts
    ADD CONSTRAINT event_texts_pkey PRIMARY KEY (event_id, language);

ALTER TABLE ONLY public.events
    ADD CONSTRAINT events_link_secret_key UNIQUE (link_secret);

ALTER TABLE ONLY public.events
    ADD CONSTRAINT events_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.files
    ADD CONSTRAINT files_pkey PRIMARY KEY (hash);

ALTER TABLE ONLY public.form_fields
    ADD CONSTRAINT form_fields_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.former_lines
    ADD CONSTRAINT former_lines_pkey PRIMARY KEY (line_id);

ALTER TABLE ONLY public.forms
    ADD CONSTRAINT forms_box_office_id_name_key UNIQUE (box_office_id, name);

ALTER TABLE ONLY public.forms
    ADD CONSTRAINT forms_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.grants
    ADD CONSTRAINT grants_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.group_members
    ADD CONSTRAINT group_members_pkey PRIMARY KEY (group_id, staff_id);

ALTER TABLE ONLY public.groups
    ADD CONSTRAINT groups_organisation_id_name_key UNIQUE (organisation_id, name);

ALTER TABLE ONLY public.groups
    ADD CONSTRAINT groups_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.invoice_counters
    ADD CONSTRAINT invoice_counters_pkey PRIMARY KEY (box_office_id, year);

ALTER TABLE ONLY public.invoice_lines
    ADD CONSTRAINT invoice_lines_pkey PRIMARY KEY (order_line_id);

ALTER TABLE ONLY public.invoices
    ADD CONSTRAINT invoices_box_office_id_year_number_key UNIQUE (box_office_id, year, number);

ALTER TABLE ONLY public.invoices
    ADD CONSTRAINT invoices_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.kits
    ADD CONSTRAINT kits_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.known_addresses
    ADD CONSTRAINT known_addresses_pkey PRIMARY KEY (staff_id, address);

ALTER TABLE ONLY public.label_designs
    ADD CONSTRAINT label_designs_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.label_pictures
    ADD CONSTRAINT label_pictures_pkey PRIMARY KEY (box_office_id, hash);

ALTER TABLE ONLY public.ledger
    ADD CONSTRAINT ledger_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.mailing_recipients
    ADD CONSTRAINT mailing_recipients_pkey PRIMARY KEY (mailing_id, customer_id);

ALTER TABLE ONLY public.mailing_texts
    ADD CONSTRAINT mailing_texts_pkey PRIMARY KEY (mailing_id, language);

ALTER TABLE ONLY public.mailings
    ADD CONSTRAINT mailings_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.members
    ADD CONSTRAINT members_pkey PRIMARY KEY (organisation_id, staff_id);

ALTER TABLE ONLY public.migrations
    ADD CONSTRAINT migrations_pkey PRIMARY KEY (name);

ALTER TABLE ONLY public.offline_scans
    ADD CONSTRAINT offline_scans_pkey PRIMARY KEY (scan_id);

ALTER TABLE ONLY public.oppositions
    ADD CONSTRAINT oppositions_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.opt_outs
    ADD CONSTRAINT opt_outs_pkey PRIMARY KEY (organisation_id, email);

ALTER TABLE ONLY public.option_groups
    ADD CONSTRAINT option_groups_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.option_groups
    ADD CONSTRAINT option_groups_tariff_id_id_key UNIQUE (tariff_id, id);

ALTER TABLE ONLY public.option_groups
    ADD CONSTRAINT option_groups_tariff_id_name_key UNIQUE (tariff_id, name);

ALTER TABLE ONLY public.options
    ADD CONSTRAINT options_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.options
    ADD CONSTRAINT options_tariff_id_group_id_name_key UNIQUE NULLS NOT DISTINCT (tariff_id, group_id, name);

ALTER TABLE ONLY public.order_choices
    ADD CONSTRAINT order_choices_pkey PRIMARY KEY (order_id);

ALTER TABLE ONLY public.order_lines
    ADD CONSTRAINT order_lines_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.order_lines
    ADD CONSTRAINT order_lines_reverses_key UNIQUE (reverses);

ALTER TABLE ONLY public.order_mails
    ADD CONSTRAINT order_mails_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.order_notes
    ADD CONSTRAINT order_notes_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.orders
    ADD CONSTRAINT orders_box_office_id_request_key_key UNIQUE (box_office_id, request_key);

ALTER TABLE ONLY public.orders
    ADD CONSTRAINT orders_code_key UNIQUE (code);

ALTER TABLE ONLY public.orders
    ADD CONSTRAINT orders_hold_id_key UNIQUE (hold_id);

ALTER TABLE ONLY public.orders
    ADD CONSTRAINT orders_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.organisations
    ADD CONSTRAINT organisations_slug_key UNIQUE (slug);

ALTER TABLE ONLY public.pass_type_performances
    ADD CONSTRAINT pass_type_performances_pkey PRIMARY KEY (pass_type_id, performance_id);

ALTER TABLE ONLY public.pass_types
    ADD CONSTRAINT pass_types_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.pass_types
    ADD CONSTRAINT pass_types_pool_id_key UNIQUE (pool_id);

ALTER TABLE ONLY public.passages
    ADD CONSTRAINT passages_pkey PRIMARY KEY (ticket_id, number);

ALTER TABLE ONLY public.passages
    ADD CONSTRAINT passages_scan_id_key UNIQUE (scan_id);

ALTER TABLE ONLY public.passes
    ADD CONSTRAINT passes_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.passes
    ADD CONSTRAINT passes_serial_key UNIQUE (serial);

ALTER TABLE ONLY public.passkey_challenges
    ADD CONSTRAINT passkey_challenges_pkey PRIMARY KEY (challenge);

ALTER TABLE ONLY public.passkeys
    ADD CONSTRAINT passkeys_credential_id_key UNIQUE (credential_id);

ALTER TABLE ONLY public.passkeys
    ADD CONSTRAINT passkeys_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.payment_methods
    ADD CONSTRAINT payment_methods_pkey PRIMARY KEY (box_office_id, method);

ALTER TABLE ONLY public.payment_notifications
    ADD CONSTRAINT payment_notifications_pkey PRIMARY KEY (provider, notification_id);

ALTER TABLE ONLY public.payments
    ADD CONSTRAINT payments_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.payments
    ADD CONSTRAINT payments_provider_reference_key UNIQUE (provider, reference);

ALTER TABLE ONLY public.performances
    ADD CONSTRAINT performances_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.performances
    ADD CONSTRAINT performances_pool_id_key UNIQUE (pool_id);

ALTER TABLE ONLY public.pgqueuer_log
    ADD CONSTRAINT pgqueuer_log_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.pgqueuer
    ADD CONSTRAINT pgqueuer_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.pgqueuer_schedules
    ADD CONSTRAINT pgqueuer_schedules_expression_entrypoint_key UNIQUE (expression, entrypoint);

ALTER TABLE ONLY public.pgqueuer_schedules
    ADD CONSTRAINT pgqueuer_schedules_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.pgqueuer_statistics
    ADD CONSTRAINT pgqueuer_statistics_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.place_lists
    ADD CONSTRAINT place_lists_pkey PRIMARY KEY (hash);

ALTER TABLE ONLY public.plan_change_dates
    ADD CONSTRAINT plan_change_dates_pkey PRIMARY KEY (change_id, performance_id);

ALTER TABLE ONLY public.plan_changes
    ADD CONSTRAINT plan_changes_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.plan_drafts
    ADD CONSTRAINT plan_drafts_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.plan_version_photos
    ADD CONSTRAINT plan_version_photos_pkey PRIMARY KEY (plan_version_id, hash);

ALTER TABLE ONLY public.plan_versions
    ADD CONSTRAINT plan_versions_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.plan_versions
    ADD CONSTRAINT plan_versions_plan_id_hash_key UNIQUE (plan_id, hash);

ALTER TABLE ONLY public.plan_versions
    ADD CONSTRAINT plan_versions_plan_id_number_key UNIQUE (plan_id, number);

ALTER TABLE ONLY public.plans
    ADD CONSTRAINT plans_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.plans
    ADD CONSTRAINT plans_venue_id_name_key UNIQUE (venue_id, name);

ALTER TABLE ONLY public.pools
    ADD CONSTRAINT pools_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.prices
    ADD CONSTRAINT prices_tariff_id_performance_id_category_zone_key UNIQUE NULLS NOT DISTINCT (tariff_id, performance_id, category, zone);

ALTER TABLE ONLY public.print_agents
    ADD CONSTRAINT print_agents_hash_key UNIQUE (hash);

ALTER TABLE ONLY public.print_agents
    ADD CONSTRAINT print_agents_id_box_office_id_key UNIQUE (id, box_office_id);

ALTER TABLE ONLY public.print_agents
    ADD CONSTRAINT print_agents_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.print_jobs
    ADD CONSTRAINT print_jobs_box_office_id_request_key_key UNIQUE (box_office_id, request_key);

ALTER TABLE ONLY public.print_jobs
    ADD CONSTRAINT print_jobs_number_key UNIQUE (number);

ALTER TABLE ONLY public.print_jobs
    ADD CONSTRAINT print_jobs_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.print_jobs
    ADD CONSTRAINT print_jobs_take_id_key UNIQUE (take_id);

ALTER TABLE ONLY public.printers
    ADD CONSTRAINT printers_id_box_office_id_key UNIQUE (id, box_office_id);

ALTER TABLE ONLY public.printers
    ADD CONSTRAINT printers_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.quotas
    ADD CONSTRAINT quotas_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.quotas
    ADD CONSTRAINT quotas_pool_id_key UNIQUE (pool_id);

ALTER TABLE ONLY public.quotas
    ADD CONSTRAINT quotas_tariff_id_performance_id_key UNIQUE NULLS NOT DISTINCT (tariff_id, performance_id);

ALTER TABLE ONLY public.recovery_codes
    ADD CONSTRAINT recovery_codes_pkey PRIMARY KEY (staff_id, hash);

ALTER TABLE ONLY public.refunds
    ADD CONSTRAINT refunds_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.scan_codes
    ADD CONSTRAINT scan_codes_hash_key UNIQUE (hash);

ALTER TABLE ONLY public.scan_codes
    ADD CONSTRAINT scan_codes_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.scan_devices
    ADD CONSTRAINT scan_devices_hash_key UNIQUE (hash);

ALTER TABLE ONLY public.scan_devices
    ADD CONSTRAINT scan_devices_number_key UNIQUE (number);

ALTER TABLE ONLY public.scan_devices
    ADD CONSTRAINT scan_devices_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.scan_hubs
    ADD CONSTRAINT scan_hubs_hash_key UNIQUE (hash);

ALTER TABLE ONLY public.scan_hubs
    ADD CONSTRAINT scan_hubs_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.scan_profile_dates
    ADD CONSTRAINT scan_profile_dates_pkey PRIMARY KEY (profile_id, performance_id);

ALTER TABLE ONLY public.scan_profile_events
    ADD CONSTRAINT scan_profile_events_pkey PRIMARY KEY (profile_id, event_id);

ALTER TABLE ONLY public.scan_profile_fields
    ADD CONSTRAINT scan_profile_fields_pkey PRIMARY KEY (profile_id, field_id);

ALTER TABLE ONLY public.scan_profiles
    ADD CONSTRAINT scan_profiles_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.scans
    ADD CONSTRAINT scans_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.seat_photos
    ADD CONSTRAINT seat_photos_pkey PRIMARY KEY (organisation_id, hash);

ALTER TABLE ONLY public.serving_loads
    ADD CONSTRAINT serving_loads_pkey PRIMARY KEY (process, at);

ALTER TABLE ONLY public.shops
    ADD CONSTRAINT shops_pkey PRIMARY KEY (box_office_id);

ALTER TABLE ONLY public.signing_keys
    ADD CONSTRAINT signing_keys_pkey PRIMARY KEY (organisation_id, id);

ALTER TABLE ONLY public.staff
    ADD CONSTRAINT staff_email_key UNIQUE (email);

ALTER TABLE ONLY public.staff
    ADD CONSTRAINT staff_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.staff_sessions
    ADD CONSTRAINT staff_sessions_hash_key UNIQUE (hash);

ALTER TABLE ONLY public.staff_sessions
    ADD CONSTRAINT staff_sessions_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.staff_sessions
    ADD CONSTRAINT staff_sessions_previous_hash_key UNIQUE (previous_hash);

ALTER TABLE ONLY public.tariffs
    ADD CONSTRAINT tariffs_event_id_name_key UNIQUE (event_id, name);

ALTER TABLE ONLY public.tariffs
    ADD CONSTRAINT tariffs_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.ticket_designs
    ADD CONSTRAINT ticket_designs_box_office_id_name_key UNIQUE (box_office_id, name);

ALTER TABLE ONLY public.ticket_designs
    ADD CONSTRAINT ticket_designs_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.ticket_options
    ADD CONSTRAINT ticket_options_pkey PRIMARY KEY (ticket_id, option_id);

ALTER TABLE ONLY public.tickets
    ADD CONSTRAINT tickets_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.tickets
    ADD CONSTRAINT tickets_serial_key UNIQUE (serial);

ALTER TABLE ONLY public.tills
    ADD CONSTRAINT tills_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.tokens
    ADD CONSTRAINT tokens_hash_key UNIQUE (hash);

ALTER TABLE ONLY public.tokens
    ADD CONSTRAINT tokens_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.uploads
    ADD CONSTRAINT uploads_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.uploads
    ADD CONSTRAINT uploads_secret_hash_key UNIQUE (secret_hash);

ALTER TABLE ONLY public.vat_rates
    ADD CONSTRAINT vat_rates_pkey PRIMARY KEY (box_office_id, holds_from);

ALTER TABLE ONLY public.venue_texts
    ADD CONSTRAINT venue_texts_pkey PRIMARY KEY (venue_id, language);

ALTER TABLE ONLY public.venues
    ADD CONSTRAINT venues_organisation_id_name_key UNIQUE (organisation_id, name);

ALTER TABLE ONLY public.venues
    ADD CONSTRAINT venues_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.waiting_arrivals
    ADD CONSTRAINT waiting_arrivals_event_id_browser_key UNIQUE (event_id, browser);

ALTER TABLE ONLY public.waiting_arrivals
    ADD CONSTRAINT waiting_arrivals_pkey PRIMARY KEY (event_id, ordinal);

ALTER TABLE ONLY public.waiting_rooms
    ADD CONSTRAINT waiting_rooms_pkey PRIMARY KEY (event_id);

ALTER TABLE ONLY public.waiting_steps
    ADD CONSTRAINT waiting_steps_pkey PRIMARY KEY (event_id, serving);

ALTER TABLE ONLY public.waiting_turns
    ADD CONSTRAINT waiting_turns_pkey PRIMARY KEY (event_id, ordinal);

CREATE INDEX access_points_kit ON public.access_points USING btree (kit_id);

CREATE INDEX account_links_staff ON public.account_links USING btree (staff_id);

CREATE INDEX agent_codes_box_office ON public.agent_codes USING btree (box_office_id, expires_at);

CREATE INDEX allotment_copies_performance ON public.allotment_copies USING btree (performance_id);

CREATE INDEX allotment_copy_dates_performance ON public.allotment_copy_dates USING btree (performance_id);

CREATE INDEX allotments_due ON public.allotments USING btree (release_at) WHERE (ended_at IS NULL);

CREATE INDEX answers_field ON public.answers USING btree (field_id);

CREATE INDEX answers_telephone ON public.answers USING btree (reverse(texts[1]) COLLATE "C") WHERE (texts[1] ~~ '+%'::text);

CREATE INDEX attempts_at ON public.attempts USING btree (at);

CREATE INDEX audit_act ON public.audit USING btree (organisation_id, act, at, id);

CREATE INDEX audit_actor ON public.audit USING btree (organisation_id, COALESCE(staff_id, token_id, device_id), at, id);

CREATE INDEX audit_box_office ON public.audit USING btree (box_office_id, at, id) WHERE (box_office_id IS NOT NULL);

CREATE INDEX audit_organisation ON public.audit USING btree (organisation_id, at, id);

CREATE INDEX audit_subject ON public.audit USING btree (subject_kind, subject_id, at, id);

CREATE INDEX bank_entries_file ON public.bank_entries USING btree (file_id, "position");

CREATE INDEX bank_entries_open ON public.bank_entries USING btree (box_office_id, booked_on) WHERE (state = 'open'::text);

CREATE INDEX bank_files_box_office ON public.bank_files USING btree (box_office_id, uploaded_at);

CREATE INDEX carried_visits_touched ON public.carried_visits USING btree (touched_at);

CREATE INDEX carts_order ON public.carts USING btree (order_id) WHERE (order_id IS NOT NULL);

CREATE INDEX carts_touched ON public.carts USING btree (touched_at);

CREATE UNIQUE INDEX cash_movements_sale ON public.cash_movements USING btree (order_id) WHERE (order_id IS NOT NULL);

CREATE UNIQUE INDEX cash_sessions_one_open_a_seller ON public.cash_sessions USING btree (box_office_id, opened_by) WHERE (closed_at IS NULL);

CREATE UNIQUE INDEX cash_sessions_one_open_a_till ON public.cash_sessions USING btree (till_id) WHERE (closed_at IS NULL);

CREATE INDEX cash_shares_line ON public.cash_shares USING btree (order_line_id);

CREATE INDEX claims_order ON ONLY public.claims USING btree (order_id);

CREATE INDEX claims_0_order_id_idx ON public.claims_0 USING btree (order_id);

CREATE INDEX claims_10_order_id_idx ON public.claims_10 USING btree (order_id);

CREATE INDEX claims_11_order_id_idx ON public.claims_11 USING btree (order_id);

CREATE INDEX claims_12_order_id_idx ON public.claims_12 USING btree (order_id);

CREATE INDEX claims_13_order_id_idx ON public.claims_13 USING btree (order_id);

CREATE INDEX claims_14_order_id_idx ON public.claims_14 USING btree (order_id);

CREATE INDEX claims_15_order_id_idx ON public.claims_15 USING btree (order_id);

CREATE INDEX claims_1_order_id_idx ON public.claims_1 USING btree (order_id);

CREATE INDEX claims_2_order_id_idx ON public.claims_2 USING btree (order_id);

CREATE INDEX claims_3_order_id_idx ON public.claims_3 USING btree (order_id);

CREATE INDEX claims_4_order_id_idx ON public.claims_4 USING btree (order_id);

CREATE INDEX claims_5_order_id_idx ON public.claims_5 USING btree (order_id);

CREATE INDEX claims_6_order_id_idx ON public.claims_6 USING btree (order_id);

CREATE INDEX claims_7_order_id_idx ON public.claims_7 USING btree (order_id);

CREATE INDEX claims_8_order_id_idx ON public.claims_8 USING btree (order_id);

CREATE INDEX claims_9_order_id_idx ON public.claims_9 USING btree (order_id);

CREATE INDEX consignments_box_office ON public.consignments USING btree (box_office_id, created_at);

CREATE INDEX consignments_performance ON public.consignments USING btree (performance_id);

CREATE INDEX customer_links_customer ON public.customer_links USING btree (customer_id);

CREATE INDEX customer_links_ends ON public.customer_links USING btree (ends_at);

CREATE INDEX customer_sessions_customer ON public.customer_sessions USING btree (customer_id);

CREATE INDEX customers_deletion ON public.customers USING btree (deletion_asked_at) WHERE (deletion_asked_at IS NOT NULL);

CREATE INDEX customers_words ON public.customers USING gin (to_tsvector('simple'::regconfig, public.folded(name)));

CREATE INDEX drawing_parts_parent ON public.drawing_parts USING btree (drawing_id, parent) WHERE (parent IS NOT NULL);

CREATE INDEX drawing_parts_photos ON public.drawing_parts USING btree (drawing_id) WHERE (POSITION(('\x2270686f746f223a22'::bytea) IN (data)) > 0);

CREATE INDEX drawings_base ON public.drawings USING btree (base_version_id) WHERE (base_version_id IS NOT NULL);

CREATE INDEX event_label_designs_design ON public.event_label_designs USING btree (design_id);

CREATE INDEX events_accessible ON public.events USING btree (id) WHERE (accessible_days IS NOT NULL);

CREATE INDEX events_box_office ON public.events USING btree (box_office_id);

CREATE INDEX events_order_form ON public.events USING btree (order_form_id) WHERE (order_form_id IS NOT NULL);

CREATE INDEX events_ticket_design ON public.events USING btree (ticket_design_id) WHERE (ticket_design_id IS NOT NULL);

CREATE INDEX form_fields_form ON public.form_fields USING btree (form_id);

CREATE INDEX former_lines_ticket ON public.former_lines USING btree (ticket_id);

CREATE UNIQUE INDEX forms_of_orders ON public.forms USING btree (box_office_id) WHERE of_orders;

CREATE INDEX grants_domain ON public.grants USING btree (email_domain) WHERE (email_domain IS NOT NULL);

CREATE INDEX grants_group ON public.grants USING btree (group_id) WHERE (group_id IS NOT NULL);

CREATE INDEX grants_organisation ON public.grants USING btree (organisation_id);

CREATE INDEX grants_staff ON public.grants USING btree (staff_id) WHERE (staff_id IS NOT NULL);

CREATE INDEX group_members_staff ON public.group_members USING btree (staff_id);

CREATE INDEX invoice_lines_invoice ON public.invoice_lines USING btree (invoice_id);

CREATE INDEX invoices_label ON public.invoices USING btree (box_office_id, label);

CREATE INDEX invoices_order ON public.invoices USING btree (order_id, id);

CREATE UNIQUE INDEX kits_name ON public.kits USING btree (box_office_id, lower(name)) WHERE (retired_at IS NULL);

CREATE INDEX label_designs_box_office ON public.label_designs USING btree (box_office_id);

CREATE UNIQUE INDEX label_designs_default ON public.label_designs USING btree (box_office_id, paper) WHERE is_default;

CREATE UNIQUE INDEX label_designs_name ON public.label_designs USING btree (box_office_id, name) WHERE (retired_at IS NULL);

CREATE INDEX label_pictures_hash ON public.label_pictures USING btree (hash);

CREATE INDEX ledger_order ON public.ledger USING btree (order_id);

CREATE INDEX ledger_time ON public.ledger USING btree (box_office_id, at);

CREATE INDEX mailing_recipients_log ON public.mailing_recipients USING btree (mailing_id, at DESC);

CREATE INDEX mailing_recipients_waiting ON public.mailing_recipients USING btree (mailing_id, customer_id) WHERE (state = 'waiting'::text);

CREATE INDEX mailings_event ON public.mailings USING btree (event_id, id);

CREATE INDEX members_staff ON public.members USING btree (staff_id);

CREATE INDEX offline_scans_conflicts ON public.offline_scans USING btree (performance_id) WHERE conflict;

CREATE INDEX oppositions_pass ON public.oppositions USING btree (pass_id) WHERE (pass_id IS NOT NULL);

CREATE INDEX oppositions_ticket ON public.oppositions USING btree (ticket_id) WHERE (ticket_id IS NOT NULL);

CREATE INDEX order_lines_order ON public.order_lines USING btree (order_id);

CREATE INDEX order_lines_time ON public.order_lines USING btree (box_office_id, created_at) INCLUDE (kind, amount_cents, reverses);

CREATE INDEX order_mails_order ON public.order_mails USING btree (order_id, at);

CREATE INDEX order_notes_order ON public.order_notes USING btree (order_id, created_at);

CREATE INDEX orders_customer ON public.orders USING btree (customer_id);

CREATE INDEX orders_due ON public.orders USING btree (expires_at) WHERE (status = 'pending'::text);

CREATE INDEX orders_not_paid ON public.orders USING btree (box_office_id, placed_at, id) WHERE (status <> 'paid'::text);

CREATE INDEX orders_placed ON public.orders USING btree (box_office_id, channel, placed_at, id);

CREATE INDEX orders_split_from ON public.orders USING btree (split_from) WHERE (split_from IS NOT NULL);

CREATE INDEX orders_unpaid ON public.orders USING btree (customer_id) WHERE (status = 'pending'::text);

CREATE INDEX passages_performance ON public.passages USING btree (performance_id);

CREATE INDEX passes_order ON public.passes USING btree (order_id);

CREATE INDEX passes_type ON public.passes USING btree (pass_type_id, status);

CREATE INDEX passkey_challenges_end ON public.passkey_challenges USING btree (ends_at);

CREATE INDEX passkeys_staff ON public.passkeys USING btree (staff_id);

CREATE INDEX payments_cash_session ON public.payments USING btree (cash_session_id) WHERE (cash_session_id IS NOT NULL);

CREATE INDEX payments_order ON public.payments USING btree (order_id);

CREATE INDEX payments_part_of ON public.payments USING btree (part_of) WHERE (part_of IS NOT NULL);

CREATE INDEX performances_box_office ON public.performances USING btree (box_office_id, starts_at);

CREATE INDEX performances_event ON public.performances USING btree (event_id, starts_at);

CREATE INDEX performances_own_plan ON public.performances USING btree (own_plan_hash) WHERE (own_plan_hash IS NOT NULL);

CREATE INDEX performances_plan_version ON public.performances USING btree (plan_version_id, starts_at);

CREATE INDEX performances_venue ON public.performances USING btree (venue_id, starts_at);

CREATE INDEX pgqueuer_ep_ea_idx ON public.pgqueuer USING btree (entrypoint, execute_after) WHERE (status = 'queued'::public.pgqueuer_status);

CREATE INDEX pgqueuer_ep_prio_id_idx ON public.pgqueuer USING btree (entrypoint, priority DESC, id) WHERE (status = 'queued'::public.pgqueuer_status);

CREATE INDEX pgqueuer_log_created ON public.pgqueuer_log USING btree (created);

CREATE INDEX pgqueuer_log_job_id_status ON public.pgqueuer_log USING btree (job_id, created DESC);

CREATE INDEX pgqueuer_log_not_aggregated ON public.pgqueuer_log USING btree ((1)) WHERE (NOT aggregated);

CREATE INDEX pgqueuer_log_status ON public.pgqueuer_log USING btree (status);

CREATE INDEX pgqueuer_picked_heartbeat_idx ON public.pgqueuer USING btree (heartbeat) WHERE (status = 'picked'::public.pgqueuer_status);

CREATE UNIQUE INDEX pgqueuer_picked_slot_idx ON public.pgqueuer USING btree (entrypoint, slot) WHERE ((status = 'picked'::public.pgqueuer_status) AND (slot IS NOT NULL));

CREATE INDEX pgqueuer_priority_id_id1_idx ON public.pgqueuer USING btree (priority, id DESC) INCLUDE (id) WHERE (status = 'queued'::public.pgqueuer_status);

CREATE INDEX pgqueuer_queue_manager_id_idx ON public.pgqueuer USING btree (queue_manager_id) WHERE (queue_manager_id IS NOT NULL);

CREATE UNIQUE INDEX pgqueuer_statistics_unique_count ON public.pgqueuer_statistics USING btree (priority, date_trunc('sec'::text, timezone('UTC'::text, created)), status, entrypoint);

CREATE UNIQUE INDEX pgqueuer_unique_dedupe_key ON public.pgqueuer USING btree (dedupe_key) WHERE ((status = ANY (ARRAY['queued'::public.pgqueuer_status, 'picked'::public.pgqueuer_status])) AND (dedupe_key IS NOT NULL));

CREATE INDEX pgqueuer_updated_id_id1_idx ON public.pgqueuer USING btree (updated, id DESC) INCLUDE (id) WHERE (status = 'picked'::public.pgqueuer_status);

CREATE INDEX plan_change_dates_performance ON public.plan_change_dates USING btree (performance_id);

CREATE INDEX plan_changes_version ON public.plan_changes USING btree (version_id);

CREATE INDEX plan_drafts_venue ON public.plan_drafts USING btree (venue_id, created_at);

CREATE INDEX plan_version_photos_photo ON public.plan_version_photos USING btree (organisation_id, hash);

CREATE INDEX plan_versions_hash ON public.plan_versions USING btree (hash);

CREATE INDEX prices_performance ON public.prices USING btree (performance_id) WHERE (performance_id IS NOT NULL);

CREATE INDEX print_agents_box_office ON public.print_agents USING btree (box_office_id);

CREATE INDEX print_agents_code ON public.print_agents USING btree (code_id) WHERE (code_id IS NOT NULL);

CREATE INDEX print_jobs_box_office ON public.print_jobs USING btree (box_office_id, number);

CREATE INDEX print_jobs_in_doubt ON public.print_jobs USING btree (box_office_id, number) WHERE (status = 'unknown'::text);

CREATE UNIQUE INDEX print_jobs_one_at_a_time ON public.print_jobs USING btree (printer_id) WHERE (status = 'sending'::text);

CREATE INDEX print_jobs_order ON public.print_jobs USING btree (order_id, number) WHERE (order_id IS NOT NULL);

CREATE INDEX print_jobs_reprint ON public.print_jobs USING btree (reprint_of) WHERE (reprint_of IS NOT NULL);

CREATE INDEX print_jobs_session ON public.print_jobs USING btree (cash_session_id) WHERE (cash_session_id IS NOT NULL);

CREATE INDEX print_jobs_waiting ON public.print_jobs USING btree (printer_id, number) WHERE (status = 'queued'::text);

CREATE INDEX print_jobs_with_payload ON public.print_jobs USING btree (created_at) WHERE (payload IS NOT NULL);

CREATE INDEX printers_agent ON public.printers USING btree (agent_id) WHERE (agent_id IS NOT NULL);

CREATE UNIQUE INDEX printers_name ON public.printers USING btree (box_office_id, lower(name)) WHERE (retired_at IS NULL);

CREATE INDEX refunds_cash_session ON public.refunds USING btree (cash_session_id) WHERE (cash_session_id IS NOT NULL);

CREATE INDEX refunds_due ON public.refunds USING btree (created_at) WHERE (status = 'due'::text);

CREATE INDEX refunds_order ON public.refunds USING btree (order_id);

CREATE INDEX scan_codes_box_office ON public.scan_codes USING btree (box_office_id, expires_at);

CREATE INDEX scan_codes_profile ON public.scan_codes USING btree (profile_id) WHERE (profile_id IS NOT NULL);

CREATE INDEX scan_devices_code ON public.scan_devices USING btree (code_id) WHERE (code_id IS NOT NULL);

CREATE INDEX scan_devices_profile ON public.scan_devices USING btree (profile_id);

CREATE INDEX scan_devices_staff ON public.scan_devices USING btree (staff_id) WHERE (staff_id IS NOT NULL);

CREATE INDEX scan_hubs_box_office ON public.scan_hubs USING btree (box_office_id);

CREATE INDEX scan_hubs_code ON public.scan_hubs USING btree (code_id) WHERE (code_id IS NOT NULL);

CREATE INDEX scan_hubs_profile ON public.scan_hubs USING btree (profile_id) WHERE (profile_id IS NOT NULL);

CREATE INDEX scan_profile_dates_performance ON public.scan_profile_dates USING btree (performance_id);

CREATE INDEX scan_profile_events_event ON public.scan_profile_events USING btree (event_id);

CREATE INDEX scan_profile_fields_field ON public.scan_profile_fields USING btree (field_id);

CREATE INDEX scan_profiles_box_office ON public.scan_profiles USING btree (box_office_id);

CREATE INDEX scans_performance ON public.scans USING btree (performance_id, at);

CREATE UNIQUE INDEX scans_undone_once ON public.scans USING btree (undoes) WHERE (undoes IS NOT NULL);

CREATE INDEX seat_photos_hash ON public.seat_photos USING btree (hash);

CREATE INDEX serving_loads_at ON public.serving_loads USING btree (at);

CREATE UNIQUE INDEX signing_keys_active ON public.signing_keys USING btree (organisation_id) WHERE (retired_at IS NULL);

CREATE INDEX staff_domain ON public.staff USING btree (split_part(email, '@'::text, 2));

CREATE INDEX staff_sessions_staff ON public.staff_sessions USING btree (staff_id);

CREATE INDEX tariffs_form ON public.tariffs USING btree (form_id) WHERE (form_id IS NOT NULL);

CREATE INDEX tariffs_ticket_design ON public.tariffs USING btree (ticket_design_id) WHERE (ticket_design_id IS NOT NULL);

CREATE UNIQUE INDEX ticket_designs_default ON public.ticket_designs USING btree (box_office_id) WHERE is_default;

CREATE INDEX ticket_designs_logo ON public.ticket_designs USING btree (logo) WHERE (logo IS NOT NULL);

CREATE INDEX ticket_designs_picture ON public.ticket_designs USING btree (picture) WHERE (picture IS NOT NULL);

CREATE INDEX ticket_options_option ON public.ticket_options USING btree (option_id);

CREATE INDEX tickets_order ON public.tickets USING btree (order_id);

CREATE INDEX tickets_pass ON public.tickets USING btree (pass_id, performance_id) WHERE (pass_id IS NOT NULL);

CREATE INDEX tickets_place ON public.tickets USING btree (pool_id, place);

CREATE INDEX tickets_sales ON public.tickets USING btree (performance_id, placed_at);

CREATE INDEX tickets_tariff ON public.tickets USING btree (tariff_id);

CREATE INDEX tills_card_printer ON public.tills USING btree (card_printer_id) WHERE (card_printer_id IS NOT NULL);

CREATE INDEX tills_event ON public.tills USING btree (event_id) WHERE (event_id IS NOT NULL);

CREATE UNIQUE INDEX tills_name ON public.tills USING btree (box_office_id, lower(name)) WHERE (retired_at IS NULL);

CREATE INDEX tills_performance ON public.tills USING btree (performance_id) WHERE (performance_id IS NOT NULL);

CREATE INDEX tills_receipt_printer ON public.tills USING btree (receipt_printer_id) WHERE (receipt_printer_id IS NOT NULL);

CREATE INDEX tills_ticket_printer ON public.tills USING btree (ticket_printer_id) WHERE (ticket_printer_id IS NOT NULL);

CREATE INDEX tokens_organisation ON public.tokens USING btree (organisation_id);

CREATE INDEX uploads_box_office ON public.uploads USING btree (box_office_id) WHERE (ends_at IS NOT NULL);

CREATE INDEX uploads_waiting ON public.uploads USING btree (ends_at) WHERE (ends_at IS NOT NULL);

CREATE UNIQUE INDEX waiting_arrivals_rank ON public.waiting_arrivals USING btree (event_id, rank) INCLUDE (party) WHERE (rank IS NOT NULL);

CREATE INDEX waiting_arrivals_unranked ON public.waiting_arrivals USING btree (event_id, ordinal) WHERE (rank IS NULL);

CREATE INDEX waiting_rooms_on ON public.waiting_rooms USING btree (event_id) WHERE (state <> 'closed'::text);

ALTER INDEX public.claims_order ATTACH PARTITION public.claims_0_order_id_idx;

ALTER INDEX public.claims_pkey ATTACH PARTITION public.claims_0_pkey;

ALTER INDEX public.claims_order ATTACH PARTITION public.claims_10_order_id_idx;

ALTER INDEX public.claims_pkey ATTACH PARTITION public.claims_10_pkey;

ALTER INDEX public.claims_order ATTACH PARTITION public.claims_11_order_id_idx;

ALTER INDEX public.claims_pkey ATTACH PARTITION public.claims_11_pkey;

ALTER INDEX public.claims_order ATTACH PARTITION public.claims_12_order_id_idx;

ALTER INDEX public.claims_pkey ATTACH PARTITION public.claims_12_pkey;

ALTER INDEX public.claims_order ATTACH PARTITION public.claims_13_order_id_idx;

ALTER INDEX public.claims_pkey ATTACH PARTITION public.claims_13_pkey;

ALTER INDEX public.claims_order ATTACH PARTITION public.claims_14_order_id_idx;

ALTER INDEX public.claims_pkey ATTACH PARTITION public.claims_14_pkey;

ALTER INDEX public.claims_order ATTACH PARTITION public.claims_15_order_id_idx;

ALTER INDEX public.claims_pkey ATTACH PARTITION public.claims_15_pkey;

ALTER INDEX public.claims_order ATTACH PARTITION public.claims_1_order_id_idx;

ALTER INDEX public.claims_pkey ATTACH PARTITION public.claims_1_pkey;

ALTER INDEX public.claims_order ATTACH PARTITION public.claims_2_order_id_idx;

ALTER INDEX public.claims_pkey ATTACH PARTITION public.claims_2_pkey;

ALTER INDEX public.claims_order ATTACH PARTITION public.claims_3_order_id_idx;

ALTER INDEX public.claims_pkey ATTACH PARTITION public.claims_3_pkey;

ALTER INDEX public.claims_order ATTACH PARTITION public.claims_4_order_id_idx;

ALTER INDEX public.claims_pkey ATTACH PARTITION public.claims_4_pkey;

ALTER INDEX public.claims_order ATTACH PARTITION public.claims_5_order_id_idx;

ALTER INDEX public.claims_pkey ATTACH PARTITION public.claims_5_pkey;

ALTER INDEX public.claims_order ATTACH PARTITION public.claims_6_order_id_idx;

ALTER INDEX public.claims_pkey ATTACH PARTITION public.claims_6_pkey;

ALTER INDEX public.claims_order ATTACH PARTITION public.claims_7_order_id_idx;

ALTER INDEX public.claims_pkey ATTACH PARTITION public.claims_7_pkey;

ALTER INDEX public.claims_order ATTACH PARTITION public.claims_8_order_id_idx;

ALTER INDEX public.claims_pkey ATTACH PARTITION public.claims_8_pkey;

ALTER INDEX public.claims_order ATTACH PARTITION public.claims_9_order_id_idx;

ALTER INDEX public.claims_pkey ATTACH PARTITION public.claims_9_pkey;

CREATE TRIGGER cash_movements_stay BEFORE DELETE OR UPDATE ON public.cash_movements FOR EACH ROW EXECUTE FUNCTION public.stay();

CREATE TRIGGER cash_reports_stay BEFORE DELETE OR UPDATE ON public.cash_reports FOR EACH ROW EXECUTE FUNCTION public.stay();

CREATE TRIGGER cash_sessions_stay BEFORE DELETE OR UPDATE ON public.cash_sessions FOR EACH ROW EXECUTE FUNCTION public.stay_closed();

CREATE TRIGGER cash_shares_stay BEFORE DELETE OR UPDATE ON public.cash_shares FOR EACH ROW EXECUTE FUNCTION public.stay();

CREATE TRIGGER invoice_lines_stay BEFORE DELETE OR UPDATE ON public.invoice_lines FOR EACH ROW EXECUTE FUNCTION public.stay();

CREATE TRIGGER invoices_stay BEFORE DELETE OR UPDATE ON public.invoices FOR EACH ROW EXECUTE FUNCTION public.stay();

CREATE TRIGGER waiting_room_goes_on BEFORE UPDATE ON public.waiting_rooms FOR EACH ROW EXECUTE FUNCTION public.waiting_room_goes_on();

ALTER TABLE ONLY public.access_points
    ADD CONSTRAINT access_points_kit_id_fkey FOREIGN KEY (kit_id) REFERENCES public.kits(id);

ALTER TABLE ONLY public.account_links
    ADD CONSTRAINT account_links_staff_id_fkey FOREIGN KEY (staff_id) REFERENCES public.staff(id);

ALTER TABLE ONLY public.agent_codes
    ADD CONSTRAINT agent_codes_box_office_id_fkey FOREIGN KEY (box_office_id) REFERENCES public.box_offices(id);

ALTER TABLE ONLY public.agent_codes
    ADD CONSTRAINT agent_codes_staff_id_fkey FOREIGN KEY (staff_id) REFERENCES public.staff(id);

ALTER TABLE ONLY public.allotment_copies
    ADD CONSTRAINT allotment_copies_organisation_id_fkey FOREIGN KEY (organisation_id) REFERENCES public.organisations(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.allotment_copies
    ADD CONSTRAINT allotment_copies_performance_id_fkey FOREIGN KEY (performance_id) REFERENCES public.performances(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.allotment_copies
    ADD CONSTRAINT allotment_copies_staff_id_fkey FOREIGN KEY (staff_id) REFERENCES public.staff(id);

ALTER TABLE ONLY public.allotment_copy_dates
    ADD CONSTRAINT allotment_copy_dates_copy_id_fkey FOREIGN KEY (copy_id) REFERENCES public.allotment_copies(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.allotment_copy_dates
    ADD CONSTRAINT allotment_copy_dates_performance_id_fkey FOREIGN KEY (performance_id) REFERENCES public.performances(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.allotments
    ADD CONSTRAINT allotments_performance_id_fkey FOREIGN KEY (performance_id) REFERENCES public.performances(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.allotments
    ADD CONSTRAINT allotments_plan_version_id_fkey FOREIGN KEY (plan_version_id) REFERENCES public.plan_versions(id) ON DELETE SET NULL;

ALTER TABLE ONLY public.allotments
    ADD CONSTRAINT allotments_staff_id_fkey FOREIGN KEY (staff_id) REFERENCES public.staff(id);

ALTER TABLE ONLY public.answers
    ADD CONSTRAINT answers_field_id_fkey FOREIGN KEY (field_id) REFERENCES public.form_fields(id);

ALTER TABLE ONLY public.answers
    ADD CONSTRAINT answers_order_id_fkey FOREIGN KEY (order_id) REFERENCES public.orders(id);

ALTER TABLE ONLY public.answers
    ADD CONSTRAINT answers_ticket_id_fkey FOREIGN KEY (ticket_id) REFERENCES public.tickets(id);

ALTER TABLE ONLY public.answers
    ADD CONSTRAINT answers_upload_id_fkey FOREIGN KEY (upload_id) REFERENCES public.uploads(id);

ALTER TABLE ONLY public.audit
    ADD CONSTRAINT audit_box_office_id_fkey FOREIGN KEY (box_office_id) REFERENCES public.box_offices(id);

ALTER TABLE ONLY public.audit
    ADD CONSTRAINT audit_device_id_fkey FOREIGN KEY (device_id) REFERENCES public.scan_devices(id);

ALTER TABLE ONLY public.audit
    ADD CONSTRAINT audit_organisation_id_fkey FOREIGN KEY (organisation_id) REFERENCES public.organisations(id);

ALTER TABLE ONLY public.audit
    ADD CONSTRAINT audit_staff_id_fkey FOREIGN KEY (staff_id) REFERENCES public.staff(id);

ALTER TABLE ONLY public.audit
    ADD CONSTRAINT audit_token_id_fkey FOREIGN KEY (token_id) REFERENCES public.tokens(id);

ALTER TABLE ONLY public.authenticators
    ADD CONSTRAINT authenticators_staff_id_fkey FOREIGN KEY (staff_id) REFERENCES public.staff(id);

ALTER TABLE ONLY public.bank_entries
    ADD CONSTRAINT bank_entries_box_office_id_fkey FOREIGN KEY (box_office_id) REFERENCES public.box_offices(id);

ALTER TABLE ONLY public.bank_entries
    ADD CONSTRAINT bank_entries_file_id_fkey FOREIGN KEY (file_id) REFERENCES public.bank_files(id);

ALTER TABLE ONLY public.bank_entries
    ADD CONSTRAINT bank_entries_organisation_id_fkey FOREIGN KEY (organisation_id) REFERENCES public.organisations(id);

ALTER TABLE ONLY public.bank_entries
    ADD CONSTRAINT bank_entries_payment_id_fkey FOREIGN KEY (payment_id) REFERENCES public.payments(id);

ALTER TABLE ONLY public.bank_files
    ADD CONSTRAINT bank_files_box_office_id_fkey FOREIGN KEY (box_office_id) REFERENCES public.box_offices(id);

ALTER TABLE ONLY public.bank_files
    ADD CONSTRAINT bank_files_staff_id_fkey FOREIGN KEY (staff_id) REFERENCES public.staff(id);

ALTER TABLE ONLY public.bill_addresses
    ADD CONSTRAINT bill_addresses_order_id_fkey FOREIGN KEY (order_id) REFERENCES public.orders(id);

ALTER TABLE ONLY public.billing
    ADD CONSTRAINT billing_box_office_id_fkey FOREIGN KEY (box_office_id) REFERENCES public.box_offices(id);

ALTER TABLE ONLY public.box_offices
    ADD CONSTRAINT box_offices_organisation_id_fkey FOREIGN KEY (organisation_id) REFERENCES public.organisations(id);

ALTER TABLE ONLY public.carts
    ADD CONSTRAINT carts_box_office_id_fkey FOREIGN KEY (box_office_id) REFERENCES public.box_offices(id);

ALTER TABLE ONLY public.carts
    ADD CONSTRAINT carts_order_id_fkey FOREIGN KEY (order_id) REFERENCES public.orders(id);

ALTER TABLE ONLY public.cash_movements
    ADD CONSTRAINT cash_movements_order_id_fkey FOREIGN KEY (order_id) REFERENCES public.orders(id);

ALTER TABLE ONLY public.cash_movements
    ADD CONSTRAINT cash_movements_payment_id_fkey FOREIGN KEY (payment_id) REFERENCES public.payments(id);

ALTER TABLE ONLY public.cash_movements
    ADD CONSTRAINT cash_movements_refund_id_fkey FOREIGN KEY (refund_id) REFERENCES public.refunds(id);

ALTER TABLE ONLY public.cash_movements
    ADD CONSTRAINT cash_movements_session_id_fkey FOREIGN KEY (session_id) REFERENCES public.cash_sessions(id);

ALTER TABLE ONLY public.cash_movements
    ADD CONSTRAINT cash_movements_staff_id_fkey FOREIGN KEY (staff_id) REFERENCES public.staff(id);

ALTER TABLE ONLY public.cash_reports
    ADD CONSTRAINT cash_reports_session_id_fkey FOREIGN KEY (session_id) REFERENCES public.cash_sessions(id);

ALTER TABLE ONLY public.cash_reports
    ADD CONSTRAINT cash_reports_till_id_fkey FOREIGN KEY (till_id) REFERENCES public.tills(id);

ALTER TABLE ONLY public.cash_sessions
    ADD CONSTRAINT cash_sessions_closed_by_fkey FOREIGN KEY (closed_by) REFERENCES public.staff(id);

ALTER TABLE ONLY public.cash_sessions
    ADD CONSTRAINT cash_sessions_in_the_currency_of_their_box_office FOREIGN KEY (box_office_id, currency) REFERENCES public.box_offices(id, currency);

ALTER TABLE ONLY public.cash_sessions
    ADD CONSTRAINT cash_sessions_opened_by_fkey FOREIGN KEY (opened_by) REFERENCES public.staff(id);

ALTER TABLE ONLY public.cash_sessions
    ADD CONSTRAINT cash_sessions_till_id_fkey FOREIGN KEY (till_id) REFERENCES public.tills(id);

ALTER TABLE ONLY public.cash_shares
    ADD CONSTRAINT cash_shares_order_line_id_fkey FOREIGN KEY (order_line_id) REFERENCES public.order_lines(id);

ALTER TABLE ONLY public.cash_shares
    ADD CONSTRAINT cash_shares_session_id_number_fkey FOREIGN KEY (session_id, number) REFERENCES public.cash_movements(session_id, number);

ALTER TABLE ONLY public.checkout_rules
    ADD CONSTRAINT checkout_rules_box_office_id_fkey FOREIGN KEY (box_office_id) REFERENCES public.box_offices(id);

ALTER TABLE public.claims
    ADD CONSTRAINT claims_order_id_fkey FOREIGN KEY (order_id) REFERENCES public.orders(id);

ALTER TABLE public.claims
    ADD CONSTRAINT claims_pool_id_fkey FOREIGN KEY (pool_id) REFERENCES public.pools(id);

ALTER TABLE ONLY public.consignments
    ADD CONSTRAINT consignments_allotment_id_fkey FOREIGN KEY (allotment_id) REFERENCES public.allotments(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.consignments
    ADD CONSTRAINT consignments_box_office_id_fkey FOREIGN KEY (box_office_id) REFERENCES public.box_offices(id);

ALTER TABLE ONLY public.consignments
    ADD CONSTRAINT consignments_order_id_fkey FOREIGN KEY (order_id) REFERENCES public.orders(id);

ALTER TABLE ONLY public.consignments
    ADD CONSTRAINT consignments_performance_id_fkey FOREIGN KEY (performance_id) REFERENCES public.performances(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.consignments
    ADD CONSTRAINT consignments_staff_id_fkey FOREIGN KEY (staff_id) REFERENCES public.staff(id);

ALTER TABLE ONLY public.consignments
    ADD CONSTRAINT consignments_tariff_id_fkey FOREIGN KEY (tariff_id) REFERENCES public.tariffs(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.customer_addresses
    ADD CONSTRAINT customer_addresses_customer_id_fkey FOREIGN KEY (customer_id) REFERENCES public.customers(id);

ALTER TABLE ONLY public.customer_links
    ADD CONSTRAINT customer_links_customer_id_fkey FOREIGN KEY (customer_id) REFERENCES public.customers(id);

ALTER TABLE ONLY public.customer_sessions
    ADD CONSTRAINT customer_sessions_customer_id_fkey FOREIGN KEY (customer_id) REFERENCES public.customers(id);

ALTER TABLE ONLY public.customers
    ADD CONSTRAINT customers_organisation_id_fkey FOREIGN KEY (organisation_id) REFERENCES public.organisations(id);

ALTER TABLE ONLY public.drawing_parts
    ADD CONSTRAINT drawing_parts_drawing_id_fkey FOREIGN KEY (drawing_id) REFERENCES public.drawings(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.drawing_parts
    ADD CONSTRAINT drawing_parts_drawing_id_parent_parent_kind_fkey FOREIGN KEY (drawing_id, parent, parent_kind) REFERENCES public.drawing_parts(drawing_id, key, kind);

ALTER TABLE ONLY public.drawing_underlays
    ADD CONSTRAINT drawing_underlays_drawing_id_fkey FOREIGN KEY (drawing_id) REFERENCES public.drawings(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.drawings
    ADD CONSTRAINT drawings_base_version_id_fkey FOREIGN KEY (base_version_id) REFERENCES public.plan_versions(id) ON DELETE SET NULL;

ALTER TABLE ONLY public.drawings
    ADD CONSTRAINT drawings_plan_id_fkey FOREIGN KEY (plan_id) REFERENCES public.plans(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.drawings
    ADD CONSTRAINT drawings_saved_by_fkey FOREIGN KEY (saved_by) REFERENCES public.staff(id);

ALTER TABLE ONLY public.embeddings
    ADD CONSTRAINT embeddings_box_office_id_fkey FOREIGN KEY (box_office_id) REFERENCES public.box_offices(id);

ALTER TABLE ONLY public.event_label_designs
    ADD CONSTRAINT event_label_designs_design_id_fkey FOREIGN KEY (design_id) REFERENCES public.label_designs(id);

ALTER TABLE ONLY public.event_label_designs
    ADD CONSTRAINT event_label_designs_event_id_fkey FOREIGN KEY (event_id) REFERENCES public.events(id);

ALTER TABLE ONLY public.event_texts
    ADD CONSTRAINT event_texts_event_id_fkey FOREIGN KEY (event_id) REFERENCES public.events(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.events
    ADD CONSTRAINT events_box_office_id_fkey FOREIGN KEY (box_office_id) REFERENCES public.box_offices(id);

ALTER TABLE ONLY public.events
    ADD CONSTRAINT events_order_form_id_fkey FOREIGN KEY (order_form_id) REFERENCES public.forms(id);

ALTER TABLE ONLY public.events
    ADD CONSTRAINT events_picture_fkey FOREIGN KEY (picture) REFERENCES public.files(hash);

ALTER TABLE ONLY public.events
    ADD CONSTRAINT events_ticket_design_id_fkey FOREIGN KEY (ticket_design_id) REFERENCES public.ticket_designs(id);

ALTER TABLE ONLY public.form_fields
    ADD CONSTRAINT form_fields_form_id_fkey FOREIGN KEY (form_id) REFERENCES public.forms(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.former_lines
    ADD CONSTRAINT former_lines_line_id_fkey FOREIGN KEY (line_id) REFERENCES public.order_lines(id);

ALTER TABLE ONLY public.former_lines
    ADD CONSTRAINT former_lines_ticket_id_fkey FOREIGN KEY (ticket_id) REFERENCES public.tickets(id);

ALTER TABLE ONLY public.forms
    ADD CONSTRAINT forms_box_office_id_fkey FOREIGN KEY (box_office_id) REFERENCES public.box_offices(id);

ALTER TABLE ONLY public.grants
    ADD CONSTRAINT grants_box_office_id_fkey FOREIGN KEY (box_office_id) REFERENCES public.box_offices(id);

ALTER TABLE ONLY public.grants
    ADD CONSTRAINT grants_event_id_fkey FOREIGN KEY (event_id) REFERENCES public.events(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.grants
    ADD CONSTRAINT grants_group_id_fkey FOREIGN KEY (group_id) REFERENCES public.groups(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.grants
    ADD CONSTRAINT grants_organisation_id_fkey FOREIGN KEY (organisation_id) REFERENCES public.organisations(id);

ALTER TABLE ONLY public.grants
    ADD CONSTRAINT grants_staff_id_fkey FOREIGN KEY (staff_id) REFERENCES public.staff(id);

ALTER TABLE ONLY public.group_members
    ADD CONSTRAINT group_members_group_id_fkey FOREIGN KEY (group_id) REFERENCES public.groups(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.group_members
    ADD CONSTRAINT group_members_staff_id_fkey FOREIGN KEY (staff_id) REFERENCES public.staff(id);

ALTER TABLE ONLY public.groups
    ADD CONSTRAINT groups_organisation_id_fkey FOREIGN KEY (organisation_id) REFERENCES public.organisations(id);

ALTER TABLE ONLY public.invoice_counters
    ADD CONSTRAINT invoice_counters_box_office_id_fkey FOREIGN KEY (box_office_id) REFERENCES public.box_offices(id);

ALTER TABLE ONLY public.invoice_lines
    ADD CONSTRAINT invoice_lines_invoice_id_fkey FOREIGN KEY (invoice_id) REFERENCES public.invoices(id);

ALTER TABLE ONLY public.invoice_lines
    ADD CONSTRAINT invoice_lines_order_line_id_fkey FOREIGN KEY (order_line_id) REFERENCES public.order_lines(id);

ALTER TABLE ONLY public.invoices
    ADD CONSTRAINT invoices_box_office_id_fkey FOREIGN KEY (box_office_id) REFERENCES public.box_offices(id);

ALTER TABLE ONLY public.invoices
    ADD CONSTRAINT invoices_credits_fkey FOREIGN KEY (credits) REFERENCES public.invoices(id);

ALTER TABLE ONLY public.invoices
    ADD CONSTRAINT invoices_order_id_fkey FOREIGN KEY (order_id) REFERENCES public.orders(id);

ALTER TABLE ONLY public.kits
    ADD CONSTRAINT kits_box_office_id_fkey FOREIGN KEY (box_office_id) REFERENCES public.box_offices(id);

ALTER TABLE ONLY public.known_addresses
    ADD CONSTRAINT known_addresses_staff_id_fkey FOREIGN KEY (staff_id) REFERENCES public.staff(id);

ALTER TABLE ONLY public.label_designs
    ADD CONSTRAINT label_designs_box_office_id_fkey FOREIGN KEY (box_office_id) REFERENCES public.box_offices(id);

ALTER TABLE ONLY public.label_pictures
    ADD CONSTRAINT label_pictures_box_office_id_fkey FOREIGN KEY (box_office_id) REFERENCES public.box_offices(id);

ALTER TABLE ONLY public.label_pictures
    ADD CONSTRAINT label_pictures_hash_fkey FOREIGN KEY (hash) REFERENCES public.files(hash);

ALTER TABLE ONLY public.ledger
    ADD CONSTRAINT ledger_order_id_fkey FOREIGN KEY (order_id) REFERENCES public.orders(id);

ALTER TABLE ONLY public.ledger
    ADD CONSTRAINT ledger_payment_id_fkey FOREIGN KEY (payment_id) REFERENCES public.payments(id);

ALTER TABLE ONLY public.mailing_recipients
    ADD CONSTRAINT mailing_recipients_customer_id_fkey FOREIGN KEY (customer_id) REFERENCES public.customers(id);

ALTER TABLE ONLY public.mailing_recipients
    ADD CONSTRAINT mailing_recipients_mailing_id_fkey FOREIGN KEY (mailing_id) REFERENCES public.mailings(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.mailing_texts
    ADD CONSTRAINT mailing_texts_mailing_id_fkey FOREIGN KEY (mailing_id) REFERENCES public.mailings(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.mailings
    ADD CONSTRAINT mailings_event_id_fkey FOREIGN KEY (event_id) REFERENCES public.events(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.mailings
    ADD CONSTRAINT mailings_staff_id_fkey FOREIGN KEY (staff_id) REFERENCES public.staff(id);

ALTER TABLE ONLY public.members
    ADD CONSTRAINT members_organisation_id_fkey FOREIGN KEY (organisation_id) REFERENCES public.organisations(id);

ALTER TABLE ONLY public.members
    ADD CONSTRAINT members_staff_id_fkey FOREIGN KEY (staff_id) REFERENCES public.staff(id);

ALTER TABLE ONLY public.offline_scans
    ADD CONSTRAINT offline_scans_performance_id_fkey FOREIGN KEY (performance_id) REFERENCES public.performances(id);

ALTER TABLE ONLY public.offline_scans
    ADD CONSTRAINT offline_scans_scan_id_fkey FOREIGN KEY (scan_id) REFERENCES public.scans(id);

ALTER TABLE ONLY public.oppositions
    ADD CONSTRAINT oppositions_pass_id_fkey FOREIGN KEY (pass_id) REFERENCES public.passes(id);

ALTER TABLE ONLY public.oppositions
    ADD CONSTRAINT oppositions_staff_id_fkey FOREIGN KEY (staff_id) REFERENCES public.staff(id);

ALTER TABLE ONLY public.oppositions
    ADD CONSTRAINT oppositions_ticket_id_fkey FOREIGN KEY (ticket_id) REFERENCES public.tickets(id);

ALTER TABLE ONLY public.opt_outs
    ADD CONSTRAINT opt_outs_organisation_id_fkey FOREIGN KEY (organisation_id) REFERENCES public.organisations(id);

ALTER TABLE ONLY public.option_groups
    ADD CONSTRAINT option_groups_tariff_id_fkey FOREIGN KEY (tariff_id) REFERENCES public.tariffs(id);

ALTER TABLE ONLY public.options
    ADD CONSTRAINT options_tariff_id_fkey FOREIGN KEY (tariff_id) REFERENCES public.tariffs(id);

ALTER TABLE ONLY public.options
    ADD CONSTRAINT options_tariff_id_group_id_fkey FOREIGN KEY (tariff_id, group_id) REFERENCES public.option_groups(tariff_id, id);

ALTER TABLE ONLY public.order_choices
    ADD CONSTRAINT order_choices_order_id_fkey FOREIGN KEY (order_id) REFERENCES public.orders(id);

ALTER TABLE ONLY public.order_lines
    ADD CONSTRAINT order_lines_adjusts_fkey FOREIGN KEY (adjusts) REFERENCES public.order_lines(id);

ALTER TABLE ONLY public.order_lines
    ADD CONSTRAINT order_lines_order_id_fkey FOREIGN KEY (order_id) REFERENCES public.orders(id);

ALTER TABLE ONLY public.order_lines
    ADD CONSTRAINT order_lines_reverses_fkey FOREIGN KEY (reverses) REFERENCES public.order_lines(id);

ALTER TABLE ONLY public.order_mails
    ADD CONSTRAINT order_mails_order_id_fkey FOREIGN KEY (order_id) REFERENCES public.orders(id);

ALTER TABLE ONLY public.order_notes
    ADD CONSTRAINT order_notes_order_id_fkey FOREIGN KEY (order_id) REFERENCES public.orders(id);

ALTER TABLE ONLY public.order_notes
    ADD CONSTRAINT order_notes_staff_id_fkey FOREIGN KEY (staff_id) REFERENCES public.staff(id);

ALTER TABLE ONLY public.orders
    ADD CONSTRAINT orders_customer_id_fkey FOREIGN KEY (customer_id) REFERENCES public.customers(id);

ALTER TABLE ONLY public.orders
    ADD CONSTRAINT orders_in_the_currency_of_their_box_office FOREIGN KEY (box_office_id, currency) REFERENCES public.box_offices(id, currency);

ALTER TABLE ONLY public.orders
    ADD CONSTRAINT orders_split_from_fkey FOREIGN KEY (split_from) REFERENCES public.orders(id);

ALTER TABLE ONLY public.pass_type_performances
    ADD CONSTRAINT pass_type_performances_pass_type_id_fkey FOREIGN KEY (pass_type_id) REFERENCES public.pass_types(id);

ALTER TABLE ONLY public.pass_type_performances
    ADD CONSTRAINT pass_type_performances_performance_id_fkey FOREIGN KEY (performance_id) REFERENCES public.performances(id);

ALTER TABLE ONLY public.pass_types
    ADD CONSTRAINT pass_types_box_office_id_fkey FOREIGN KEY (box_office_id) REFERENCES public.box_offices(id);

ALTER TABLE ONLY public.pass_types
    ADD CONSTRAINT pass_types_pool_id_fkey FOREIGN KEY (pool_id) REFERENCES public.pools(id);

ALTER TABLE ONLY public.passages
    ADD CONSTRAINT passages_performance_id_fkey FOREIGN KEY (performance_id) REFERENCES public.performances(id);

ALTER TABLE ONLY public.passages
    ADD CONSTRAINT passages_scan_id_fkey FOREIGN KEY (scan_id) REFERENCES public.scans(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.passages
    ADD CONSTRAINT passages_ticket_id_fkey FOREIGN KEY (ticket_id) REFERENCES public.tickets(id);

ALTER TABLE ONLY public.passes
    ADD CONSTRAINT passes_order_id_fkey FOREIGN KEY (order_id) REFERENCES public.orders(id);

ALTER TABLE ONLY public.passes
    ADD CONSTRAINT passes_order_line_id_fkey FOREIGN KEY (order_line_id) REFERENCES public.order_lines(id);

ALTER TABLE ONLY public.passes
    ADD CONSTRAINT passes_pass_type_id_fkey FOREIGN KEY (pass_type_id) REFERENCES public.pass_types(id);

ALTER TABLE ONLY public.passkey_challenges
    ADD CONSTRAINT passkey_challenges_staff_id_fkey FOREIGN KEY (staff_id) REFERENCES public.staff(id);

ALTER TABLE ONLY public.passkeys
    ADD CONSTRAINT passkeys_staff_id_fkey FOREIGN KEY (staff_id) REFERENCES public.staff(id);

ALTER TABLE ONLY public.payment_methods
    ADD CONSTRAINT payment_methods_box_office_id_fkey FOREIGN KEY (box_office_id) REFERENCES public.box_offices(id);

ALTER TABLE ONLY public.payment_notifications
    ADD CONSTRAINT payment_notifications_payment_id_fkey FOREIGN KEY (payment_id) REFERENCES public.payments(id);

ALTER TABLE ONLY public.payments
    ADD CONSTRAINT payments_cash_session_id_fkey FOREIGN KEY (cash_session_id) REFERENCES public.cash_sessions(id);

ALTER TABLE ONLY public.payments
    ADD CONSTRAINT payments_order_id_fkey FOREIGN KEY (order_id) REFERENCES public.orders(id);

ALTER TABLE ONLY public.payments
    ADD CONSTRAINT payments_part_of_fkey FOREIGN KEY (part_of) REFERENCES public.payments(id);

ALTER TABLE ONLY public.performances
    ADD CONSTRAINT performances_box_office_id_fkey FOREIGN KEY (box_office_id) REFERENCES public.box_offices(id);

ALTER TABLE ONLY public.performances
    ADD CONSTRAINT performances_event_id_fkey FOREIGN KEY (event_id) REFERENCES public.events(id);

ALTER TABLE ONLY public.performances
    ADD CONSTRAINT performances_own_plan_hash_fkey FOREIGN KEY (own_plan_hash) REFERENCES public.date_plans(hash);

ALTER TABLE ONLY public.performances
    ADD CONSTRAINT performances_place_list_hash_fkey FOREIGN KEY (place_list_hash) REFERENCES public.place_lists(hash);

ALTER TABLE ONLY public.performances
    ADD CONSTRAINT performances_plan_version_id_fkey FOREIGN KEY (plan_version_id) REFERENCES public.plan_versions(id);

ALTER TABLE ONLY public.performances
    ADD CONSTRAINT performances_pool_id_fkey FOREIGN KEY (pool_id) REFERENCES public.pools(id);

ALTER TABLE ONLY public.performances
    ADD CONSTRAINT performances_venue_id_fkey FOREIGN KEY (venue_id) REFERENCES public.venues(id);

ALTER TABLE ONLY public.plan_change_dates
    ADD CONSTRAINT plan_change_dates_change_id_fkey FOREIGN KEY (change_id) REFERENCES public.plan_changes(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.plan_change_dates
    ADD CONSTRAINT plan_change_dates_performance_id_fkey FOREIGN KEY (performance_id) REFERENCES public.performances(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.plan_changes
    ADD CONSTRAINT plan_changes_organisation_id_fkey FOREIGN KEY (organisation_id) REFERENCES public.organisations(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.plan_changes
    ADD CONSTRAINT plan_changes_staff_id_fkey FOREIGN KEY (staff_id) REFERENCES public.staff(id);

ALTER TABLE ONLY public.plan_changes
    ADD CONSTRAINT plan_changes_version_id_fkey FOREIGN KEY (version_id) REFERENCES public.plan_versions(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.plan_drafts
    ADD CONSTRAINT plan_drafts_staff_id_fkey FOREIGN KEY (staff_id) REFERENCES public.staff(id);

ALTER TABLE ONLY public.plan_drafts
    ADD CONSTRAINT plan_drafts_venue_id_fkey FOREIGN KEY (venue_id) REFERENCES public.venues(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.plan_version_photos
    ADD CONSTRAINT plan_version_photos_organisation_id_hash_fkey FOREIGN KEY (organisation_id, hash) REFERENCES public.seat_photos(organisation_id, hash);

ALTER TABLE ONLY public.plan_version_photos
    ADD CONSTRAINT plan_version_photos_plan_version_id_fkey FOREIGN KEY (plan_version_id) REFERENCES public.plan_versions(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.plan_versions
    ADD CONSTRAINT plan_versions_plan_id_fkey FOREIGN KEY (plan_id) REFERENCES public.plans(id);

ALTER TABLE ONLY public.plans
    ADD CONSTRAINT plans_venue_id_fkey FOREIGN KEY (venue_id) REFERENCES public.venues(id);

ALTER TABLE ONLY public.pools
    ADD CONSTRAINT pools_box_office_id_fkey FOREIGN KEY (box_office_id) REFERENCES public.box_offices(id);

ALTER TABLE ONLY public.prices
    ADD CONSTRAINT prices_performance_id_fkey FOREIGN KEY (performance_id) REFERENCES public.performances(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.prices
    ADD CONSTRAINT prices_tariff_id_fkey FOREIGN KEY (tariff_id) REFERENCES public.tariffs(id);

ALTER TABLE ONLY public.print_agents
    ADD CONSTRAINT print_agents_box_office_id_fkey FOREIGN KEY (box_office_id) REFERENCES public.box_offices(id);

ALTER TABLE ONLY public.print_agents
    ADD CONSTRAINT print_agents_code_id_fkey FOREIGN KEY (code_id) REFERENCES public.agent_codes(id) ON DELETE SET NULL;

ALTER TABLE ONLY public.print_jobs
    ADD CONSTRAINT print_jobs_agent_id_fkey FOREIGN KEY (agent_id) REFERENCES public.print_agents(id);

ALTER TABLE ONLY public.print_jobs
    ADD CONSTRAINT print_jobs_answered_by_fkey FOREIGN KEY (answered_by) REFERENCES public.staff(id);

ALTER TABLE ONLY public.print_jobs
    ADD CONSTRAINT print_jobs_box_office_id_fkey FOREIGN KEY (box_office_id) REFERENCES public.box_offices(id);

ALTER TABLE ONLY public.print_jobs
    ADD CONSTRAINT print_jobs_cash_session_id_fkey FOREIGN KEY (cash_session_id) REFERENCES public.cash_sessions(id);

ALTER TABLE ONLY public.print_jobs
    ADD CONSTRAINT print_jobs_created_by_fkey FOREIGN KEY (created_by) REFERENCES public.staff(id);

ALTER TABLE ONLY public.print_jobs
    ADD CONSTRAINT print_jobs_order_id_fkey FOREIGN KEY (order_id) REFERENCES public.orders(id);

ALTER TABLE ONLY public.print_jobs
    ADD CONSTRAINT print_jobs_printer_id_box_office_id_fkey FOREIGN KEY (printer_id, box_office_id) REFERENCES public.printers(id, box_office_id);

ALTER TABLE ONLY public.print_jobs
    ADD CONSTRAINT print_jobs_reprint_of_fkey FOREIGN KEY (reprint_of) REFERENCES public.print_jobs(id);

ALTER TABLE ONLY public.printers
    ADD CONSTRAINT printers_agent_id_box_office_id_fkey FOREIGN KEY (agent_id, box_office_id) REFERENCES public.print_agents(id, box_office_id);

ALTER TABLE ONLY public.printers
    ADD CONSTRAINT printers_box_office_id_fkey FOREIGN KEY (box_office_id) REFERENCES public.box_offices(id);

ALTER TABLE ONLY public.quotas
    ADD CONSTRAINT quotas_performance_id_fkey FOREIGN KEY (performance_id) REFERENCES public.performances(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.quotas
    ADD CONSTRAINT quotas_pool_id_fkey FOREIGN KEY (pool_id) REFERENCES public.pools(id);

ALTER TABLE ONLY public.quotas
    ADD CONSTRAINT quotas_tariff_id_fkey FOREIGN KEY (tariff_id) REFERENCES public.tariffs(id);

ALTER TABLE ONLY public.recovery_codes
    ADD CONSTRAINT recovery_codes_staff_id_fkey FOREIGN KEY (staff_id) REFERENCES public.staff(id);

ALTER TABLE ONLY public.refunds
    ADD CONSTRAINT refunds_cash_session_id_fkey FOREIGN KEY (cash_session_id) REFERENCES public.cash_sessions(id);

ALTER TABLE ONLY public.refunds
    ADD CONSTRAINT refunds_order_id_fkey FOREIGN KEY (order_id) REFERENCES public.orders(id);

ALTER TABLE ONLY public.refunds
    ADD CONSTRAINT refunds_payment_id_fkey FOREIGN KEY (payment_id) REFERENCES public.payments(id);

ALTER TABLE ONLY public.scan_codes
    ADD CONSTRAINT scan_codes_box_office_id_fkey FOREIGN KEY (box_office_id) REFERENCES public.box_offices(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.scan_codes
    ADD CONSTRAINT scan_codes_profile_id_fkey FOREIGN KEY (profile_id) REFERENCES public.scan_profiles(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.scan_codes
    ADD CONSTRAINT scan_codes_staff_id_fkey FOREIGN KEY (staff_id) REFERENCES public.staff(id);

ALTER TABLE ONLY public.scan_devices
    ADD CONSTRAINT scan_devices_code_id_fkey FOREIGN KEY (code_id) REFERENCES public.scan_codes(id) ON DELETE SET NULL;

ALTER TABLE ONLY public.scan_devices
    ADD CONSTRAINT scan_devices_profile_id_fkey FOREIGN KEY (profile_id) REFERENCES public.scan_profiles(id);

ALTER TABLE ONLY public.scan_devices
    ADD CONSTRAINT scan_devices_staff_id_fkey FOREIGN KEY (staff_id) REFERENCES public.staff(id);

ALTER TABLE ONLY public.scan_hubs
    ADD CONSTRAINT scan_hubs_box_office_id_fkey FOREIGN KEY (box_office_id) REFERENCES public.box_offices(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.scan_hubs
    ADD CONSTRAINT scan_hubs_code_id_fkey FOREIGN KEY (code_id) REFERENCES public.scan_codes(id) ON DELETE SET NULL;

ALTER TABLE ONLY public.scan_hubs
    ADD CONSTRAINT scan_hubs_profile_id_fkey FOREIGN KEY (profile_id) REFERENCES public.scan_profiles(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.scan_profile_dates
    ADD CONSTRAINT scan_profile_dates_performance_id_fkey FOREIGN KEY (performance_id) REFERENCES public.performances(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.scan_profile_dates
    ADD CONSTRAINT scan_profile_dates_profile_id_fkey FOREIGN KEY (profile_id) REFERENCES public.scan_profiles(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.scan_profile_events
    ADD CONSTRAINT scan_profile_events_event_id_fkey FOREIGN KEY (event_id) REFERENCES public.events(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.scan_profile_events
    ADD CONSTRAINT scan_profile_events_profile_id_fkey FOREIGN KEY (profile_id) REFERENCES public.scan_profiles(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.scan_profile_fields
    ADD CONSTRAINT scan_profile_fields_field_id_fkey FOREIGN KEY (field_id) REFERENCES public.form_fields(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.scan_profile_fields
    ADD CONSTRAINT scan_profile_fields_profile_id_fkey FOREIGN KEY (profile_id) REFERENCES public.scan_profiles(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.scan_profiles
    ADD CONSTRAINT scan_profiles_box_office_id_fkey FOREIGN KEY (box_office_id) REFERENCES public.box_offices(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.scans
    ADD CONSTRAINT scans_device_id_fkey FOREIGN KEY (device_id) REFERENCES public.scan_devices(id);

ALTER TABLE ONLY public.scans
    ADD CONSTRAINT scans_performance_id_fkey FOREIGN KEY (performance_id) REFERENCES public.performances(id);

ALTER TABLE ONLY public.scans
    ADD CONSTRAINT scans_ticket_id_fkey FOREIGN KEY (ticket_id) REFERENCES public.tickets(id);

ALTER TABLE ONLY public.scans
    ADD CONSTRAINT scans_token_id_fkey FOREIGN KEY (token_id) REFERENCES public.tokens(id);

ALTER TABLE ONLY public.scans
    ADD CONSTRAINT scans_undoes_fkey FOREIGN KEY (undoes) REFERENCES public.scans(id);

ALTER TABLE ONLY public.seat_photos
    ADD CONSTRAINT seat_photos_hash_fkey FOREIGN KEY (hash) REFERENCES public.files(hash);

ALTER TABLE ONLY public.seat_photos
    ADD CONSTRAINT seat_photos_organisation_id_fkey FOREIGN KEY (organisation_id) REFERENCES public.organisations(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.shops
    ADD CONSTRAINT shops_box_office_id_fkey FOREIGN KEY (box_office_id) REFERENCES public.box_offices(id);

ALTER TABLE ONLY public.shops
    ADD CONSTRAINT shops_logo_fkey FOREIGN KEY (logo) REFERENCES public.files(hash);

ALTER TABLE ONLY public.signing_keys
    ADD CONSTRAINT signing_keys_organisation_id_fkey FOREIGN KEY (organisation_id) REFERENCES public.organisations(id);

ALTER TABLE ONLY public.staff_sessions
    ADD CONSTRAINT staff_sessions_staff_id_fkey FOREIGN KEY (staff_id) REFERENCES public.staff(id);

ALTER TABLE ONLY public.tariffs
    ADD CONSTRAINT tariffs_event_id_fkey FOREIGN KEY (event_id) REFERENCES public.events(id);

ALTER TABLE ONLY public.tariffs
    ADD CONSTRAINT tariffs_form_id_fkey FOREIGN KEY (form_id) REFERENCES public.forms(id);

ALTER TABLE ONLY public.tariffs
    ADD CONSTRAINT tariffs_ticket_design_id_fkey FOREIGN KEY (ticket_design_id) REFERENCES public.ticket_designs(id);

ALTER TABLE ONLY public.ticket_designs
    ADD CONSTRAINT ticket_designs_box_office_id_fkey FOREIGN KEY (box_office_id) REFERENCES public.box_offices(id);

ALTER TABLE ONLY public.ticket_designs
    ADD CONSTRAINT ticket_designs_logo_fkey FOREIGN KEY (logo) REFERENCES public.files(hash);

ALTER TABLE ONLY public.ticket_designs
    ADD CONSTRAINT ticket_designs_picture_fkey FOREIGN KEY (picture) REFERENCES public.files(hash);

ALTER TABLE ONLY public.ticket_options
    ADD CONSTRAINT ticket_options_option_id_fkey FOREIGN KEY (option_id) REFERENCES public.options(id);

ALTER TABLE ONLY public.ticket_options
    ADD CONSTRAINT ticket_options_ticket_id_fkey FOREIGN KEY (ticket_id) REFERENCES public.tickets(id);

ALTER TABLE ONLY public.tickets
    ADD CONSTRAINT tickets_order_id_fkey FOREIGN KEY (order_id) REFERENCES public.orders(id);

ALTER TABLE ONLY public.tickets
    ADD CONSTRAINT tickets_order_line_id_fkey FOREIGN KEY (order_line_id) REFERENCES public.order_lines(id);

ALTER TABLE ONLY public.tickets
    ADD CONSTRAINT tickets_pass_id_fkey FOREIGN KEY (pass_id) REFERENCES public.passes(id);

ALTER TABLE ONLY public.tickets
    ADD CONSTRAINT tickets_performance_id_fkey FOREIGN KEY (performance_id) REFERENCES public.performances(id);

ALTER TABLE ONLY public.tickets
    ADD CONSTRAINT tickets_pool_id_fkey FOREIGN KEY (pool_id) REFERENCES public.pools(id);

ALTER TABLE ONLY public.tickets
    ADD CONSTRAINT tickets_tariff_id_fkey FOREIGN KEY (tariff_id) REFERENCES public.tariffs(id);

ALTER TABLE ONLY public.tills
    ADD CONSTRAINT tills_box_office_id_fkey FOREIGN KEY (box_office_id) REFERENCES public.box_offices(id);

ALTER TABLE ONLY public.tills
    ADD CONSTRAINT tills_card_printer_id_box_office_id_fkey FOREIGN KEY (card_printer_id, box_office_id) REFERENCES public.printers(id, box_office_id);

ALTER TABLE ONLY public.tills
    ADD CONSTRAINT tills_event_id_fkey FOREIGN KEY (event_id) REFERENCES public.events(id) ON DELETE SET NULL;

ALTER TABLE ONLY public.tills
    ADD CONSTRAINT tills_performance_id_fkey FOREIGN KEY (performance_id) REFERENCES public.performances(id) ON DELETE SET NULL;

ALTER TABLE ONLY public.tills
    ADD CONSTRAINT tills_receipt_printer_id_box_office_id_fkey FOREIGN KEY (receipt_printer_id, box_office_id) REFERENCES public.printers(id, box_office_id);

ALTER TABLE ONLY public.tills
    ADD CONSTRAINT tills_ticket_printer_id_box_office_id_fkey FOREIGN KEY (ticket_printer_id, box_office_id) REFERENCES public.printers(id, box_office_id);

ALTER TABLE ONLY public.tokens
    ADD CONSTRAINT tokens_organisation_id_fkey FOREIGN KEY (organisation_id) REFERENCES public.organisations(id);

ALTER TABLE ONLY public.uploads
    ADD CONSTRAINT uploads_box_office_id_fkey FOREIGN KEY (box_office_id) REFERENCES public.box_offices(id);

ALTER TABLE ONLY public.vat_rates
    ADD CONSTRAINT vat_rates_box_office_id_fkey FOREIGN KEY (box_office_id) REFERENCES public.box_offices(id);

ALTER TABLE ONLY public.venue_texts
    ADD CONSTRAINT venue_texts_venue_id_fkey FOREIGN KEY (venue_id) REFERENCES public.venues(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.venues
    ADD CONSTRAINT venues_organisation_id_fkey FOREIGN KEY (organisation_id) REFERENCES public.organisations(id);

ALTER TABLE ONLY public.waiting_arrivals
    ADD CONSTRAINT waiting_arrivals_event_id_fkey FOREIGN KEY (event_id) REFERENCES public.waiting_rooms(event_id) ON DELETE CASCADE;

ALTER TABLE ONLY public.waiting_rooms
    ADD CONSTRAINT waiting_rooms_event_id_fkey FOREIGN KEY (event_id) REFERENCES public.events(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.waiting_steps
    ADD CONSTRAINT waiting_steps_event_id_fkey FOREIGN KEY (event_id) REFERENCES public.waiting_rooms(event_id) ON DELETE CASCADE;

ALTER TABLE ONLY public.waiting_turns
    ADD CONSTRAINT waiting_turns_event_id_ordinal_fkey FOREIGN KEY (event_id, ordinal) REFERENCES public.waiting_arrivals(event_id, ordinal) ON DELETE CASCADE;
