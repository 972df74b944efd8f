-- B1: a whole booking as one call of a server function, each client on times of its own. Variables: tenant, base (the
-- first free number), n (0), clients.
\set n :n + 1
\set number :base + :n * :clients + :client_id
SELECT limits.book(:tenant::uuid, :number::integer);
