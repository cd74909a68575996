-- title: States
-- question: In which state was every GPU-hour, and what did it cost?
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
-- by: team
-- dimension day: day
-- dimension hour: rfc3339(hour_ms)
-- dimension team: CASE WHEN state IN (1, 2, 3, 4) THEN team END
-- dimension site: pool.site
-- dimension cluster: pool.cluster
-- dimension host: host.name
-- dimension gpu_uuid: CASE WHEN gpu_id <> 0 THEN gpu.uuid END
-- dimension gpu_model: pool.gpu_model
-- dimension owner: owner
-- dimension namespace: CASE WHEN state IN (1, 2, 3, 4) THEN nullif(workload.namespace, '') END
-- dimension workload: CASE WHEN state IN (1, 2, 3, 4) THEN nullif(workload.name, '') END
-- dimension user: CASE WHEN state IN (1, 2, 3, 4) THEN workload.user END
-- column state: text
-- column gpu_hours: hours
-- column cost: money
-- column currency: text

-- Corrections of closed months are not in it: they are differences, and chargeback has them.
WITH
{{part state-names}},
billing_hour(hour_ms, day) AS (
  SELECT :first_day_ms, billing_day(:first_day_ms)
  WHERE :by_hour AND :first_day_ms < :end_day_ms
  UNION ALL
  SELECT hour_ms + 3600000, billing_day(hour_ms + 3600000) FROM billing_hour
  WHERE hour_ms + 3600000 < :end_day_ms
),
-- What each hour is of its day: the day's time before it, its own, and the whole.
part AS MATERIALIZED (
  SELECT
    billing_hour.day AS day, fact.hour_ms AS hour_ms, fact.host_id AS host_id,
    fact.gpu_id AS gpu_id, fact.state AS state, fact.workload_id AS workload_id,
    fact.gpu_ms AS own,
    sum(fact.gpu_ms) OVER (of_day ORDER BY fact.hour_ms) - fact.gpu_ms AS before,
    sum(fact.gpu_ms) OVER of_day AS whole
  FROM billing_hour CROSS JOIN state_hour AS fact ON fact.hour_ms = billing_hour.hour_ms
  WINDOW of_day AS (
    PARTITION BY billing_hour.day, fact.host_id, fact.gpu_id, fact.state, fact.workload_id)
),
-- A posting is split over its day's hours only where the hour is asked for, and always whole.
-- Where GPUs and workloads aren't asked for, sums do: those of whole months, unless by day.
detail(is_asked) AS (
  SELECT :by_hour + :by_host + :by_gpu_uuid + :by_namespace + :by_workload + :by_user > 0
),
usage AS (
  SELECT
    NULL AS day, NULL AS hour_ms, pool_id, team, state, 0 AS host_id, 0 AS gpu_id,
    0 AS workload_id, owner,
    gpu_ms, cost_micros, currency
  FROM posting_by_month
  WHERE NOT :by_day AND NOT (SELECT is_asked FROM detail) AND kind = 'usage'
    AND month >= :first_month AND month < :end_month
  UNION ALL
  SELECT
    day, NULL AS hour_ms, pool_id, team, state, 0 AS host_id, 0 AS gpu_id,
    0 AS workload_id, owner,
    gpu_ms, cost_micros, currency
  FROM posting_by_day
  WHERE NOT (SELECT is_asked FROM detail) AND kind = 'usage'
    AND day >= :first_day AND day < :end_day AND (:by_day OR day < :first_month)
  UNION ALL
  SELECT
    day, NULL AS hour_ms, pool_id, team, state, 0 AS host_id, 0 AS gpu_id,
    0 AS workload_id, owner,
    gpu_ms, cost_micros, currency
  FROM posting_by_day
  WHERE NOT :by_day AND NOT (SELECT is_asked FROM detail) AND kind = 'usage'
    AND day >= :first_day AND day < :end_day AND day >= :end_month
  UNION ALL
  SELECT
    day, NULL AS hour_ms, pool_id, team, state, host_id, gpu_id, workload_id, owner,
    gpu_ms, cost_micros, currency
  FROM posting
  WHERE NOT :by_hour AND (SELECT is_asked FROM detail) AND kind = 'usage'
    AND day >= :first_day AND day < :end_day
  UNION ALL
  SELECT
    posting.day, part.hour_ms, pool_id, team, posting.state, posting.host_id, posting.gpu_id,
    posting.workload_id, owner,
    CASE WHEN part.whole > 0 THEN prorate(gpu_ms, part.before, part.own, part.whole)
      ELSE gpu_ms END,
    CASE WHEN part.whole > 0 THEN prorate(cost_micros, part.before, part.own, part.whole)
      ELSE cost_micros END,
    currency
  FROM posting LEFT JOIN part
    ON part.day = posting.day AND part.host_id = posting.host_id
    AND part.gpu_id = posting.gpu_id AND part.state = posting.state
    AND part.workload_id = posting.workload_id
  WHERE :by_hour AND kind = 'usage' AND posting.day >= :first_day AND posting.day < :end_day
    AND (part.hour_ms IS NULL OR (part.hour_ms >= :start_ms AND part.hour_ms < :end_ms))
),
line AS (
  SELECT {{by}}, usage.state AS state_number, usage.gpu_ms AS line_ms,
    usage.cost_micros AS line_micros, usage.currency AS line_currency
  FROM usage
  LEFT JOIN pool ON pool.id = usage.pool_id
  LEFT JOIN host ON host.id = usage.host_id
  LEFT JOIN gpu ON gpu.id = usage.gpu_id
  LEFT JOIN workload ON workload.id = usage.workload_id
  WHERE :team IS NULL OR (
    substr(usage.team || '/', 1, length(:team) + 1) = :team || '/'
    AND usage.state IN (1, 2, 3, 4))
)
SELECT {{names}}, state_name.name AS state, sum(line_ms) AS gpu_hours,
  sum(line_micros) AS cost, line_currency AS currency
FROM line LEFT JOIN state_name ON state_name.number = line.state_number
GROUP BY {{names}}, line_currency, state_number
ORDER BY {{names}}, line_currency, state_number
