-- title: Granularity
-- question: How many GPUs would the same work have needed as single GPUs, and as whole servers?
-- needs: postings
-- parameter first_day: text, the first billing day
-- parameter end_day: text, the billing day after the last
-- parameter first_day_ms: integer, the start of first_day
-- parameter end_day_ms: integer, the start of end_day
-- by: site, gpu_model
-- dimension site: site
-- dimension cluster: cluster
-- dimension gpu_model: gpu_model
-- column granularity: text, as_it_was, single_gpus or whole_servers
-- column gpu_hours: hours, that holders would have had
-- column added_gpu_hours: hours, more than they had; below zero: less
-- column busy_gpu_hours: hours, the part of it with activity: the same whatever they are given
-- column busy_percent: percent, of gpu_hours
-- column capacity_gpus: count, the GPUs that were there, in the hour with the most of them
-- column peak_gpus: count, GPUs needed in the hour that needs the most
-- column p95_gpus: count, GPUs that are enough in 95 % of the hours
-- column spare_at_peak_gpus: count, capacity not needed even then; below zero: GPUs missing
-- column spare_at_p95_gpus: count, the same of 95 % of the hours
-- column observed_percent: percent, of the hours held as it was
-- overlap: gpu_hours, busy_gpu_hours

-- What this takes for granted: work would have run at the same time and as long, whatever it had.
-- as_it_was: what workloads held. single_gpus: without the GPUs of a host that their holder never
-- used in the period; one that is not seen counts as used. whole_servers: each workload has all GPUs
-- of one model of each host that it holds any of, from its first to its last instant there in each hour. An
-- hour needs its GPU-hours, rounded up to whole GPUs; hours without need count among the 95 %.
WITH
billing_hour(hour_ms) AS (
  SELECT :first_day_ms WHERE :first_day_ms < :end_day_ms
  UNION ALL
  SELECT hour_ms + 3600000 FROM billing_hour WHERE hour_ms + 3600000 < :end_day_ms
),
device AS MATERIALIZED (
  SELECT host_id, gpu_id, max(pool_id) AS pool_id FROM posting
  WHERE kind = 'usage' AND day >= :first_day AND day < :end_day
  GROUP BY host_id, gpu_id
),
never_used AS MATERIALIZED (
  SELECT workload_id, host_id, gpu_id FROM posting
  WHERE kind = 'usage' AND state IN (1, 2, 3) AND day >= :first_day AND day < :end_day
  GROUP BY workload_id, host_id, gpu_id
  HAVING max(state <> 2) = 0
),
-- Hour by hour what a workload had of a host's GPUs of one pool, and for how long on the clock.
holder AS (
  SELECT fact.hour_ms AS hour_ms, fact.host_id AS host_id, device.pool_id AS pool_id,
    sum(gpu_ms) AS all_ms,
    sum(CASE WHEN state <= 3 THEN gpu_ms ELSE 0 END) AS held_ms,
    sum(CASE WHEN state = 1 THEN gpu_ms ELSE 0 END) AS busy_ms,
    sum(CASE WHEN state = 3 THEN gpu_ms ELSE 0 END) AS unseen_ms,
    sum(CASE WHEN state IN (1, 3) THEN gpu_ms WHEN state = 2 AND NOT EXISTS (
        SELECT 1 FROM never_used
        WHERE never_used.gpu_id = fact.gpu_id AND never_used.workload_id = fact.workload_id
          AND never_used.host_id = fact.host_id) THEN gpu_ms ELSE 0 END) AS used_ms,
    coalesce(max(CASE WHEN state <= 3 THEN last_ms END), 0)
      - coalesce(min(CASE WHEN state <= 3 THEN first_ms END), 0) AS span_ms
  FROM billing_hour
  CROSS JOIN state_hour AS fact ON fact.hour_ms = billing_hour.hour_ms
  JOIN device ON device.host_id = fact.host_id AND device.gpu_id = fact.gpu_id
  GROUP BY fact.hour_ms, fact.host_id, device.pool_id, fact.workload_id
),
server AS (
  SELECT hour_ms, pool_id, sum(all_ms) AS all_ms, sum(held_ms) AS held_ms,
    sum(busy_ms) AS busy_ms, sum(unseen_ms) AS unseen_ms, sum(used_ms) AS used_ms,
    sum(span_ms) * sum(all_ms) / 3600000 AS whole_ms
  FROM holder
  GROUP BY hour_ms, host_id, pool_id
),
pool_hour AS (
  SELECT hour_ms, pool_id, sum(all_ms) AS all_ms, sum(held_ms) AS held_ms, sum(busy_ms) AS busy_ms,
    sum(unseen_ms) AS unseen_ms, sum(used_ms) AS used_ms, sum(whole_ms) AS whole_ms
  FROM server
  GROUP BY hour_ms, pool_id
),
hourly AS MATERIALIZED (
  SELECT {{by}}, hour_ms, sum(all_ms) AS all_ms, sum(held_ms) AS held_ms, sum(busy_ms) AS busy_ms,
    sum(unseen_ms) AS unseen_ms, sum(used_ms) AS used_ms, sum(whole_ms) AS whole_ms
  FROM pool_hour JOIN pool ON pool.id = pool_hour.pool_id
  GROUP BY {{names}}, hour_ms
),
way(number, granularity) AS (
  VALUES (1, 'as_it_was'), (2, 'single_gpus'), (3, 'whole_servers')
),
need AS (
  SELECT {{names}}, number, granularity, all_ms, held_ms, busy_ms, unseen_ms,
    CASE number WHEN 1 THEN held_ms WHEN 2 THEN used_ms ELSE whole_ms END AS need_ms
  FROM hourly CROSS JOIN way
),
placed AS (
  SELECT *, (need_ms + 3599999) / 3600000 AS gpus,
    row_number() OVER (PARTITION BY {{names}}, number ORDER BY need_ms) AS place,
    count(*) OVER (PARTITION BY {{names}}, number) AS hours
  FROM need
),
total AS (
  SELECT {{names}}, number, granularity, sum(need_ms) AS need_ms, sum(held_ms) AS held_ms,
    sum(busy_ms) AS busy_ms, sum(unseen_ms) AS unseen_ms,
    max((all_ms + 3599999) / 3600000) AS capacity, max(gpus) AS peak,
    max(CASE WHEN place <= (95 * hours + 99) / 100 THEN gpus END) AS p95
  FROM placed
  GROUP BY {{names}}, number, granularity
)
SELECT {{names}},
  granularity,
  need_ms AS gpu_hours,
  need_ms - held_ms AS added_gpu_hours,
  busy_ms AS busy_gpu_hours,
  100.0 * busy_ms / nullif(need_ms, 0) AS busy_percent,
  capacity AS capacity_gpus,
  peak AS peak_gpus,
  p95 AS p95_gpus,
  capacity - peak AS spare_at_peak_gpus,
  capacity - p95 AS spare_at_p95_gpus,
  100.0 * (held_ms - unseen_ms) / nullif(held_ms, 0) AS observed_percent
FROM total
ORDER BY {{names}}, number
