-- Acts on one cart do not wait for each other with a connection in hand: whoever writes second sees that it did.
alter table carts add column version integer not null default 0;
