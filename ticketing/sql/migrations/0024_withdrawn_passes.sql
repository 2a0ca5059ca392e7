-- A pass is no longer sold from the moment it was withdrawn; those that were bought stay good.
alter table pass_types add column withdrawn_at timestamptz;
