-- Endpoints with their secrets are forgotten, and what was not delivered goes nowhere.
DROP TABLE webhook_deliveries;
DROP TABLE webhook_endpoints;
