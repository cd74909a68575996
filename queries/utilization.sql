-- title: Utilization
-- question: How much of the capacity was allocated, busy, and observed at all?
-- needs: postings
-- parameter first_day: text, the first billing day that has time in the period
-- parameter end_day: text, the billing day after the last
-- parameter first_month: text, the first month that is whole in the period
-- parameter end_month: text, the month after the last that is
-- parameter first_day_ms: integer, the start of first_day
-- parameter end_day_ms: integer, the start of end_day
-- parameter start_ms: integer, the start of the period
-- parameter end_ms: integer, the end of the period
-- parameter team: text, default none, the team to show, with all under it; none shows all
-- parameter by_hour: integer, 1 where the hour is among the dimensions
-- parameter by_day: integer, the same of the day
-- parameter by_host: integer, of the host
-- parameter by_gpu_uuid: integer, of the GPU
-- parameter by_namespace: integer, of the namespace
-- parameter by_workload: integer, of the workload
-- parameter by_user: integer, of the user
-- by: cluster
-- dimension day: day
-- dimension hour: rfc3339(hour_ms)
-- dimension team: CASE WHEN state IN (1, 2, 3) THEN team END
-- dimension site: pool.site
-- dimension cluster: pool.cluster
-- dimension host: host.name
-- dimension gpu_uuid: CASE WHEN gpu_id <> 0 THEN gpu.uuid END
-- dimension gpu_model: pool.gpu_model
-- dimension owner: owner
-- dimension namespace: CASE WHEN state IN (1, 2, 3) THEN nullif(workload.namespace, '') END
-- dimension workload: CASE WHEN state IN (1, 2, 3) THEN nullif(workload.name, '') END
-- dimension user: CASE WHEN state IN (1, 2, 3) THEN workload.user END
-- column capacity_gpu_hours: hours, all states together
-- column allocated_percent: percent, of the capacity held by workloads
-- column busy_percent: percent, of the capacity held and active
-- column mean_activity_percent: percent, mean activity of the hours measured, empty if none was
-- column observed_percent: percent, of the capacity of which the state was observed

-- Corrections of closed months are not in it: they are differences, and chargeback has them.
WITH
billing_hour(hour_ms, day) AS (
  SELECT :first_day_ms, billing_day(:first_day_ms)
  WHERE :by_hour AND :first_day_ms < :end_day_ms
  UNION ALL
  SELECT hour_ms + 3600000, billing_day(hour_ms + 3600000) FROM billing_hour
  WHERE hour_ms + 3600000 < :end_day_ms
),
-- What each hour is of its day: the day's sums before it, its own, and the whole, as in states.
part AS MATERIALIZED (
  SELECT
    billing_hour.day AS day, fact.hour_ms AS hour_ms, fact.host_id AS host_id,
    fact.gpu_id AS gpu_id, fact.state AS state, fact.workload_id AS workload_id,
    fact.gpu_ms AS own, fact.measured_gpu_ms AS own_measured, fact.activity_ppm_ms AS own_activity,
    sum(fact.gpu_ms) OVER so_far - fact.gpu_ms AS before,
    sum(fact.measured_gpu_ms) OVER so_far - fact.measured_gpu_ms AS before_measured,
    sum(fact.activity_ppm_ms) OVER so_far - fact.activity_ppm_ms AS before_activity,
    sum(fact.gpu_ms) OVER of_day AS whole,
    sum(fact.measured_gpu_ms) OVER of_day AS whole_measured,
    sum(fact.activity_ppm_ms) OVER of_day AS whole_activity
  FROM billing_hour CROSS JOIN state_hour AS fact ON fact.hour_ms = billing_hour.hour_ms
  WINDOW
    of_day AS (
      PARTITION BY billing_hour.day, fact.host_id, fact.gpu_id, fact.state, fact.workload_id),
    so_far AS (of_day ORDER BY fact.hour_ms)
),
-- Where GPUs and workloads aren't asked for, sums do: those of whole months, unless by day.
detail(is_asked) AS (
  SELECT :by_hour + :by_host + :by_gpu_uuid + :by_namespace + :by_workload + :by_user > 0
),
usage AS (
  SELECT
    NULL AS day, NULL AS hour_ms, pool_id, team, state, 0 AS host_id, 0 AS gpu_id,
    0 AS workload_id, owner,
    gpu_ms, measured_gpu_ms, activity_ppm_ms
  FROM posting_by_month
  WHERE NOT :by_day AND NOT (SELECT is_asked FROM detail) AND kind = 'usage'
    AND month >= :first_month AND month < :end_month
  UNION ALL
  SELECT
    day, NULL AS hour_ms, pool_id, team, state, 0 AS host_id, 0 AS gpu_id,
    0 AS workload_id, owner,
    gpu_ms, measured_gpu_ms, activity_ppm_ms
  FROM posting_by_day
  WHERE NOT (SELECT is_asked FROM detail) AND kind = 'usage'
    AND day >= :first_day AND day < :end_day AND (:by_day OR day < :first_month)
  UNION ALL
  SELECT
    day, NULL AS hour_ms, pool_id, team, state, 0 AS host_id, 0 AS gpu_id,
    0 AS workload_id, owner,
    gpu_ms, measured_gpu_ms, activity_ppm_ms
  FROM posting_by_day
  WHERE NOT :by_day AND NOT (SELECT is_asked FROM detail) AND kind = 'usage'
    AND day >= :first_day AND day < :end_day AND day >= :end_month
  UNION ALL
  SELECT
    day, NULL AS hour_ms, pool_id, team, state, host_id, gpu_id, workload_id, owner,
    gpu_ms, measured_gpu_ms, activity_ppm_ms
  FROM posting
  WHERE NOT :by_hour AND (SELECT is_asked FROM detail) AND kind = 'usage'
    AND day >= :first_day AND day < :end_day
  UNION ALL
  SELECT
    posting.day, part.hour_ms, pool_id, team, posting.state, posting.host_id, posting.gpu_id,
    posting.workload_id, owner,
    CASE WHEN whole > 0 THEN prorate(gpu_ms, before, own, whole) ELSE gpu_ms END,
    CASE WHEN whole_measured > 0
      THEN prorate(measured_gpu_ms, before_measured, own_measured, whole_measured) END,
    CASE WHEN whole_activity > 0
      THEN prorate(activity_ppm_ms, before_activity, own_activity, whole_activity) END
  FROM posting LEFT JOIN part
    ON part.day = posting.day AND part.host_id = posting.host_id
    AND part.gpu_id = posting.gpu_id AND part.state = posting.state
    AND part.workload_id = posting.workload_id
  WHERE :by_hour AND kind = 'usage' AND posting.day >= :first_day AND posting.day < :end_day
    AND (part.hour_ms IS NULL OR (part.hour_ms >= :start_ms AND part.hour_ms < :end_ms))
),
line AS (
  SELECT {{by}}, usage.state AS state_number, usage.gpu_ms AS line_ms,
    usage.measured_gpu_ms AS measured_ms, usage.activity_ppm_ms AS activity
  FROM usage
  LEFT JOIN pool ON pool.id = usage.pool_id
  LEFT JOIN host ON host.id = usage.host_id
  LEFT JOIN gpu ON gpu.id = usage.gpu_id
  LEFT JOIN workload ON workload.id = usage.workload_id
  WHERE :team IS NULL OR (
    substr(usage.team || '/', 1, length(:team) + 1) = :team || '/'
    AND usage.state IN (1, 2, 3))
),
total AS (
  SELECT {{names}},
    coalesce(sum(line_ms), 0) AS capacity,
    coalesce(sum(line_ms) FILTER (WHERE state_number IN (1, 2, 3)), 0) AS held,
    coalesce(sum(line_ms) FILTER (WHERE state_number = 1), 0) AS busy,
    coalesce(sum(line_ms) FILTER (WHERE state_number IN (3, 8)), 0) AS unseen,
    sum(measured_ms) AS measured_ms,
    -- In two parts: millionths of the milliseconds of a large fleet's year leave 64 bits.
    coalesce(sum(activity / 1000000000), 0) AS activity_billions,
    coalesce(sum(activity % 1000000000), 0) AS activity_rest
  FROM line
  GROUP BY {{names}}
)
SELECT {{names}},
  capacity AS capacity_gpu_hours,
  100.0 * held / nullif(capacity, 0) AS allocated_percent,
  100.0 * busy / nullif(capacity, 0) AS busy_percent,
  CASE WHEN activity_billions < 9000000000 THEN activity_billions * 1000000000 + activity_rest
    ELSE activity_billions * 1000000000.0 + activity_rest END / 10000.0
    / nullif(measured_ms, 0) AS mean_activity_percent,
  100.0 * (capacity - unseen) / nullif(capacity, 0) AS observed_percent
FROM total
ORDER BY {{names}}
