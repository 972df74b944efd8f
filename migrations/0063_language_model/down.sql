ALTER TABLE conversation_threads DROP COLUMN model_cost_micros;
