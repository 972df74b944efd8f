DROP TABLE invitations;
DELETE FROM access_keys WHERE kind = 'invitation';
DROP FUNCTION ratiba_invitation_gone();
