-- What was disputed and how it was decided is forgotten; what was amended stays.
DROP TABLE commission_disputes;
