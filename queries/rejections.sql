-- title: Rejections
-- question: Which values were refused, from where, and why?
-- parameter start_ms: integer, the start of the period in milliseconds UTC
-- parameter end_ms: integer, its end
-- column source: text, which source sent them
-- column start: time, the start of the window they came in
-- column place: text, where in the source
-- column rule: text, the rule that refused them
-- column found: text, what was found
-- column expected: text, what the rule expects
-- column count: count, how many values
SELECT source, start_ms AS start, place, rule, found, expected, count
FROM rejection
WHERE start_ms >= :start_ms AND start_ms < :end_ms
ORDER BY source, start_ms, place, rule, found
