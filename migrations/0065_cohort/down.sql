-- Who was invited, by whom and with what answer is forgotten; who is inside stays inside.
ALTER TABLE customers DROP COLUMN cohort_invitation_id;
DROP TABLE cohort_invitations;
