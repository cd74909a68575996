-- title: Samples
-- question: Which source and which scrape targets did the samples come from?
-- needs: postings
-- parameter first_day: text, the first billing day
-- parameter end_day: text, the billing day after the last
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
-- The months that are whole in the period: their corrections count.
first_whole(month) AS (
  SELECT substr(date(:first_day, '-1 day', 'start of month', '+1 month'), 1, 7)
),
whole(first_month, end_month) AS (
  SELECT month, max(month, substr(:end_day, 1, 7)) FROM first_whole
),
wanted_pool AS (
  SELECT id FROM pool
  WHERE (:site IS NULL OR site = :site) AND (:cluster IS NULL OR cluster = :cluster)
    AND (:gpu_model IS NULL OR gpu_model = :gpu_model)
),
-- Seeks by the key of postings: by days, pools, kinds and teams.
wanted_day AS (
  SELECT DISTINCT day FROM posting_by_day
  WHERE day >= :first_day AND day < :end_day AND (:day IS NULL OR day = :day)
),
wanted_kind AS (
  SELECT DISTINCT kind FROM posting_by_day WHERE day IN (SELECT day FROM wanted_day)
),
wanted_team AS (
  SELECT DISTINCT team FROM posting_by_day
  WHERE day IN (SELECT day FROM wanted_day)
    AND substr(team || '/', 1, length(:team) + 1) = :team || '/'
),
line AS (
  SELECT charge_class, day, pool_id, kind, team, state, policy, host_id, gpu_id, workload_id,
    gpu_ms, first_ms, last_ms, energy_uj, cost_micros, currency
  FROM posting
  WHERE day IN (SELECT day FROM wanted_day) AND pool_id IN (SELECT id FROM wanted_pool)
    AND kind IN (SELECT kind FROM wanted_kind) AND team IN (SELECT team FROM wanted_team)
    AND CASE kind WHEN 'usage' THEN instr(:usage_states, '.' || state || '.') > 0 ELSE :moves END
  UNION ALL
  SELECT 'Correction', charge_day, pool_id, kind, team, state, NULL, host_id, gpu_id,
    workload_id, gpu_ms, NULL, NULL, energy_uj, cost_micros, currency
  FROM correction
  WHERE month >= (SELECT first_month FROM whole) AND month < (SELECT end_month FROM whole)
    AND pool_id IN (SELECT id FROM wanted_pool)
    AND substr(team || '/', 1, length(:team) + 1) = :team || '/'
    AND CASE kind WHEN 'usage' THEN instr(:usage_states, '.' || state || '.') > 0 ELSE :moves END
    AND (:day IS NULL OR charge_day = :day)
),
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
