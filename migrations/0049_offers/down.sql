-- Offers and news become what they are most like; the rows are fenced by tenant, also from the owner of the table.
ALTER TABLE outgoing_messages NO FORCE ROW LEVEL SECURITY;
UPDATE outgoing_messages SET purpose = CASE purpose WHEN 'offer' THEN 'marketing' ELSE 'alert' END
    WHERE purpose IN ('offer', 'news');
ALTER TABLE outgoing_messages FORCE ROW LEVEL SECURITY;
ALTER TABLE outgoing_messages DROP CONSTRAINT outgoing_messages_purpose_check;
ALTER TABLE outgoing_messages ADD CONSTRAINT outgoing_messages_purpose_check
    CHECK (purpose IN ('answer', 'receipt', 'reminder', 'asks_money', 'alert', 'digest', 'marketing'));
