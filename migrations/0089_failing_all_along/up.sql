-- When an endpoint failed last: failures of long ago and of today are not one failing. NULL where a program of before noted
-- the failing: it is taken to have failed last when it began to.
ALTER TABLE webhook_endpoints
    ADD COLUMN failed_at timestamptz;
GRANT UPDATE (failed_at) ON webhook_endpoints TO ratiba_app;
