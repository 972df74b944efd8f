-- What the server knows of its tables. Whoever warmed up has statements planned for tables that were empty then; this makes
-- the server plan them anew, as it would by itself within a minute or two. Run as an administrator.
ANALYZE;
