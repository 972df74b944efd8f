//! Orders, staff and places of visits with several services.
