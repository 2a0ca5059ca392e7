-- What is sold at a till without money being taken for it, free or on invoice: a row of the session's journal, with what it
-- comes to, which moves nothing. An order is such a row once at most.
alter table cash_movements
    add column order_id uuid references orders,
    add column value_cents integer check (value_cents >= 0),
    drop constraint cash_movements_kind_check,
    drop constraint cash_movements_method_check,
    add constraint cash_movements_kind_check
        check (kind in ('open', 'payment', 'refund', 'in', 'out', 'count', 'close', 'sale')),
    add constraint cash_movements_method_check check (method in ('on_site', 'terminal', 'free', 'invoice')),
    add constraint cash_movements_sale_check check (
        (kind = 'sale') = (order_id is not null) and (kind = 'sale') = (value_cents is not null)
        and (kind = 'sale') = (method is not null and method in ('free', 'invoice'))
    );
create unique index cash_movements_sale on cash_movements (order_id) where order_id is not null;
