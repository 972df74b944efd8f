DROP TABLE engagements, appointment_staff, appointments, visits;
