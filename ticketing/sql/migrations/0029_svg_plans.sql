-- Plans are read from SVG drawings too.
alter table plan_drafts
    drop constraint plan_drafts_format_check,
    add constraint plan_drafts_format_check check (format in ('placeur', 'open', 'rows', 'svg'));
