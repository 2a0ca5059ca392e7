-- name: note(organisation_id, box_office_id, staff_id, token_id, act, subject_kind, subject_id, subject_name, changes, address, now)!
insert into audit (
    organisation_id, box_office_id, staff_id, token_id, act, subject_kind, subject_id, subject_name, changes, address, at
)
values (
    :organisation_id, :box_office_id, :staff_id, :token_id, :act, :subject_kind, :subject_id, :subject_name,
    :changes::jsonb, :address, :now
);
