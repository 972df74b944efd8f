DROP INDEX credit_spends_of_visit;
