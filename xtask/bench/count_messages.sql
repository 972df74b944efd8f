-- How many messages are on record, and how many of them have their job. Run as an administrator.
SELECT (SELECT count(*) FROM inbound_messages),
    (SELECT count(*) FROM jobs WHERE kind = 'conversation.turn');
