DROP INDEX ledger_entries_of_customer;
DROP TABLE credit_spends;
DROP TABLE refund_messages;
DROP INDEX payment_routing_of_payment;
DROP TABLE refund_routing;
DROP TABLE payment_refunds;
