ALTER TABLE appointments
    -- Whose answer a request waits for; NULL in rows from before counter-offers, which wait for the business.
    ADD COLUMN awaits text CHECK (awaits IN ('business', 'customer')),
    ADD CONSTRAINT appointments_awaits_while_requested CHECK (awaits IS NULL OR state = 'requested'),
    -- Where a discount comes from: whoever gave it by hand, or the id of a promotion or a package.
    ADD COLUMN discount_source text CHECK (discount_source IN ('hand', 'promotion', 'package')),
    ADD COLUMN discount_by text CHECK (length(discount_by) BETWEEN 1 AND 200),
    ADD CONSTRAINT appointments_discount_comes_from_somewhere
        CHECK ((discount_source IS NULL) = (discount_by IS NULL)),
    ADD CONSTRAINT appointments_discount_has_a_reason
        CHECK (discount_source IS NULL OR discount_reason IS NOT NULL);
-- How often a customer did not come is asked when a deposit depends on it.
CREATE INDEX appointments_missed ON appointments (tenant_id, customer_id, visit_id) WHERE state = 'no_show';

-- Several services that are booked as one visit for one price.
CREATE TABLE packages (
    tenant_id uuid NOT NULL REFERENCES tenants,
    id uuid NOT NULL,
    name text NOT NULL CHECK (length(name) BETWEEN 1 AND 80),
    price_minor bigint NOT NULL CHECK (price_minor > 0),
    currency text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    active boolean NOT NULL DEFAULT true,
    version integer NOT NULL DEFAULT 1,
    PRIMARY KEY (tenant_id, id)
);
SELECT ratiba_protect('packages', 'SELECT, INSERT, UPDATE');

CREATE TABLE package_items (
    tenant_id uuid NOT NULL,
    package_id uuid NOT NULL,
    position smallint NOT NULL CHECK (position BETWEEN 0 AND 7),
    service_id uuid NOT NULL,
    PRIMARY KEY (tenant_id, package_id, position),
    FOREIGN KEY (tenant_id, package_id) REFERENCES packages,
    FOREIGN KEY (tenant_id, service_id) REFERENCES services
);
SELECT ratiba_protect('package_items', 'SELECT, INSERT, UPDATE, DELETE');

-- What everybody gets off certain services on certain local days.
CREATE TABLE promotions (
    tenant_id uuid NOT NULL REFERENCES tenants,
    id uuid NOT NULL,
    name text NOT NULL CHECK (length(name) BETWEEN 1 AND 80),
    amount_kind text NOT NULL CHECK (amount_kind IN ('flat', 'percent')),
    -- Minor units for 'flat', basis points for 'percent'.
    amount_value bigint NOT NULL CHECK (amount_value > 0 AND (amount_kind = 'flat' OR amount_value <= 10000)),
    cap_minor bigint CHECK (cap_minor > 0),
    currency text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    first_day date NOT NULL,
    last_day date NOT NULL CHECK (last_day >= first_day),
    -- ISO: 1 is Monday.
    weekdays smallint[] NOT NULL
        CHECK (weekdays <@ ARRAY[1, 2, 3, 4, 5, 6, 7]::smallint[] AND cardinality(weekdays) BETWEEN 1 AND 7),
    -- Families of services, besides those named in promotion_services; neither: every service.
    categories text[] NOT NULL DEFAULT '{}' CHECK (cardinality(categories) <= 50),
    active boolean NOT NULL DEFAULT true,
    version integer NOT NULL DEFAULT 1,
    PRIMARY KEY (tenant_id, id)
);
SELECT ratiba_protect('promotions', 'SELECT, INSERT, UPDATE');

CREATE TABLE promotion_services (
    tenant_id uuid NOT NULL,
    promotion_id uuid NOT NULL,
    service_id uuid NOT NULL,
    PRIMARY KEY (tenant_id, promotion_id, service_id),
    FOREIGN KEY (tenant_id, promotion_id) REFERENCES promotions,
    FOREIGN KEY (tenant_id, service_id) REFERENCES services
);
SELECT ratiba_protect('promotion_services', 'SELECT, INSERT, DELETE');
SELECT ratiba_watch_setup('promotions');
SELECT ratiba_watch_setup('promotion_services');

-- Which service goes well after which.
CREATE TABLE cross_sell_relations (
    tenant_id uuid NOT NULL REFERENCES tenants,
    id uuid NOT NULL,
    primary_service_id uuid NOT NULL,
    complement_service_id uuid NOT NULL CHECK (complement_service_id <> primary_service_id),
    confidence_basis_points integer NOT NULL CHECK (confidence_basis_points BETWEEN 1 AND 10000),
    active boolean NOT NULL DEFAULT true,
    version integer NOT NULL DEFAULT 1,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, primary_service_id, complement_service_id),
    FOREIGN KEY (tenant_id, primary_service_id) REFERENCES services,
    FOREIGN KEY (tenant_id, complement_service_id) REFERENCES services
);
SELECT ratiba_protect('cross_sell_relations', 'SELECT, INSERT, UPDATE');
