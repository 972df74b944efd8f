DROP TABLE outbox, schedules, jobs;
