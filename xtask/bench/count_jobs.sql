-- How many jobs are left. Run as an administrator.
SELECT count(*) FROM jobs;
