-- title: Gaps
-- question: Of which hours is something missing, from which source, and why?
-- parameter start_ms: integer, the start of the period
-- parameter end_ms: integer, the end of the period
-- column source: text
-- column start: time
-- column end: time
-- column hours: count, incomplete hours that follow each other for the same reason
-- column detail: text, what is missing

WITH numbered AS (
  SELECT source, hour_ms, detail,
    hour_ms / 3600000 - row_number() OVER (
      PARTITION BY source, detail ORDER BY hour_ms) AS island
  FROM source_hour
  WHERE status <> 'complete' AND hour_ms < :end_ms AND hour_ms + 3600000 > :start_ms
)
SELECT source, min(hour_ms) AS start, max(hour_ms) + 3600000 AS "end", count(*) AS hours, detail
FROM numbered
GROUP BY source, detail, island
ORDER BY source, start, detail
