-- What asking a language model has cost a conversation, in millionths of a US dollar.
ALTER TABLE conversation_threads
    ADD COLUMN model_cost_micros bigint NOT NULL DEFAULT 0 CHECK (model_cost_micros >= 0);
