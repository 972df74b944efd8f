DROP TABLE consents, customers;
