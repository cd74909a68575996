-- title: Samples
-- question: Which source and which scrape targets did the samples come from?
-- needs: postings
-- parameter first_day: text, the first billing day
-- parameter end_day: text, the billing day after the last
-- parameter first_month: text, the first month that is whole in the period
-- parameter end_month: text, the month after the last that is
-- parameter team: text, the team, with all under it
-- parameter site: text, default none, of the pool
-- parameter cluster: text, default none, of the pool
-- parameter gpu_model: text, default none, of the pool
-- parameter usage_states: text, the states whose time counts, such as .1.3.
-- parameter moves: integer, default 1, 1 where what policies move counts too
-- parameter day: text, default none, this billing day only
-- parameter gpu: text, default none, the UUID of a GPU
-- column source: text, its name in the configuration
-- column target: text, the exporter that was scraped
-- column host: text
-- column gpus: count, of the cell
-- column utc_days: count, that have samples of them
-- column first: time, the first sample of them
-- column last: time, the last one
-- column target_samples: count, of all GPUs of the target in those days

WITH
{{part explained-lines}},
day_gpu AS (
  SELECT DISTINCT line.day, line.host_id, line.gpu_id FROM line JOIN gpu ON gpu.id = line.gpu_id
  WHERE line.gpu_id <> 0 AND (:gpu IS NULL OR gpu.uuid = :gpu)
),
-- A billing day lies on two UTC days at most, of those around the one of its name.
seen AS (
  SELECT DISTINCT s.source, s.target, s.day_ms, s.host_id, s.gpu_id, s.first_ms, s.last_ms
  FROM day_gpu CROSS JOIN sighting AS s ON s.gpu_id = day_gpu.gpu_id
    AND s.host_id = day_gpu.host_id
    AND s.day_ms BETWEEN (strftime('%s', day_gpu.day) - 86400) * 1000
      AND (strftime('%s', day_gpu.day) + 86400) * 1000
  WHERE day_gpu.day BETWEEN billing_day(s.first_ms) AND billing_day(s.last_ms)
),
target_day AS (SELECT DISTINCT source, target, day_ms FROM seen),
kept AS (
  SELECT target_day.source, target_day.target, sum(segment.samples) AS samples
  FROM target_day CROSS JOIN segment ON segment.source = target_day.source
    AND segment.target = target_day.target AND segment.day_ms = target_day.day_ms
  WHERE segment.metric > 0
  GROUP BY target_day.source, target_day.target
)
SELECT seen.source AS source, seen.target AS target, host.name AS host,
  count(DISTINCT seen.gpu_id) AS gpus, count(DISTINCT seen.day_ms) AS utc_days,
  min(seen.first_ms) AS first, max(seen.last_ms) AS last, kept.samples AS target_samples
FROM seen LEFT JOIN host ON host.id = seen.host_id
LEFT JOIN kept ON kept.source = seen.source AND kept.target = seen.target
GROUP BY seen.source, seen.target, seen.host_id
ORDER BY seen.source, seen.target, host.name
