DROP TABLE cross_sell_relations, promotion_services, promotions, package_items, packages;
DROP INDEX appointments_missed;
ALTER TABLE appointments
    DROP CONSTRAINT appointments_discount_has_a_reason,
    DROP CONSTRAINT appointments_discount_comes_from_somewhere,
    DROP COLUMN discount_by,
    DROP COLUMN discount_source,
    DROP CONSTRAINT appointments_awaits_while_requested,
    DROP COLUMN awaits;
