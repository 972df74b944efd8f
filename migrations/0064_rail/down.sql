DROP TABLE rail_slates;
