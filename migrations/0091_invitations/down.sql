DROP TABLE invitations;
DELETE FROM access_keys WHERE kind = 'invitation';
