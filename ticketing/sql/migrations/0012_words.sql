-- A name is looked for by its words; a typeset apostrophe parts them as a typed one does: L’Étoile, O’Brien.
create or replace function folded(text text) returns text language sql immutable strict parallel safe
return replace(
    lower(regexp_replace(normalize(translate(text, '‘’ʼ', ''''''''), NFD), '[\u0300-\u036f]', '', 'g')), 'œ', 'oe'
);
reindex index customers_words;

-- A line of the audit log with the name of whoever acted.
create view audit_lines as
select a.*, coalesce(a.staff_id, a.token_id) as actor_id, coalesce(s.name, t.name) as actor_name,
    a.token_id is not null as by_token
from audit a
left join staff s on s.id = a.staff_id
left join tokens t on t.id = a.token_id;
