-- A receipt lists the credit that was spent on its visit.
CREATE INDEX credit_spends_of_visit ON credit_spends (tenant_id, visit_id);
