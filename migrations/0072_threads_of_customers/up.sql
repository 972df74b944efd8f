-- Whether somebody ever wrote is asked of everybody who has no open thread.
CREATE INDEX conversation_threads_of_customer ON conversation_threads (tenant_id, customer_id);
