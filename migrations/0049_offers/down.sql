ALTER TABLE outgoing_messages DROP CONSTRAINT outgoing_messages_purpose_check;
ALTER TABLE outgoing_messages ADD CONSTRAINT outgoing_messages_purpose_check
    CHECK (purpose IN ('answer', 'receipt', 'reminder', 'asks_money', 'alert', 'digest', 'marketing'));
