-- A message may offer something that nobody misses if it does not come: a tip after a visit; or be news to a person of the
-- business, who need not act on it.
ALTER TABLE outgoing_messages DROP CONSTRAINT outgoing_messages_purpose_check;
ALTER TABLE outgoing_messages ADD CONSTRAINT outgoing_messages_purpose_check
    CHECK (purpose IN ('answer', 'receipt', 'reminder', 'asks_money', 'alert', 'digest', 'news', 'offer', 'marketing'));
