-- For each message from the first number to the last: how many microseconds lay between its arrival and the moment when the
-- provider had taken its reply. Those that are not answered yet are left out. Run as an administrator. Variables: tenant,
-- first, last.
SELECT (extract(epoch FROM min(o.state_at) - i.received_at) * 1000000)::bigint
FROM generate_series(:first::bigint, :last::bigint) AS n
    JOIN inbound_messages i ON i.tenant_id = :'tenant'::uuid AND i.channel = 'whatsapp'
        AND i.provider_id = limits.message(n)
    JOIN outgoing_messages o ON o.tenant_id = i.tenant_id AND o.thread_id = i.thread_id AND o.state = 'sent'
GROUP BY i.id, i.received_at;
