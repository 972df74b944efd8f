-- Replies go out when they are due. Run as an administrator.
DROP TRIGGER put_off ON jobs;
