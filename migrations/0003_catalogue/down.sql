DROP TABLE holidays, opening_hours, resource_outages, resources, services;
