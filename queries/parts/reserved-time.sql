billing_hour(hour_ms, day) AS (
  SELECT :first_day_ms, billing_day(:first_day_ms) WHERE :first_day_ms < :end_day_ms
  UNION ALL
  SELECT hour_ms + 3600000, billing_day(hour_ms + 3600000) FROM billing_hour
  WHERE hour_ms + 3600000 < :end_day_ms
),
-- What reserved GPUs did by day, and by whose workload: the reservation's own where nobody used them.
reserved AS MATERIALIZED (
  SELECT
    billing_hour.day AS day, fact.reservation_id AS reservation_id, fact.host_id AS host_id,
    fact.gpu_id AS gpu_id, fact.state AS state,
    CASE fact.state WHEN 4 THEN fact.reservation_id ELSE fact.workload_id END AS workload_id,
    sum(fact.gpu_ms) AS gpu_ms
  FROM billing_hour CROSS JOIN reserved_hour AS fact ON fact.hour_ms = billing_hour.hour_ms
  GROUP BY 1, 2, 3, 4, 5, 6
),
posted AS MATERIALIZED (
  SELECT day, host_id, gpu_id, state, workload_id,
    sum(gpu_ms) AS gpu_ms, sum(cost_micros) AS cost_micros
  FROM posting
  WHERE kind = 'usage' AND state IN (2, 4) AND day >= :first_day AND day < :end_day
  GROUP BY day, host_id, gpu_id, state, workload_id
),
money(currency) AS (
  SELECT max(currency) FROM posting_by_day WHERE day >= :first_day AND day < :end_day
),
-- The cost of idle and unused time is its part of the day's posting; where several reservations
-- had time of one, their parts are of the whole that they had together. NULL: not posted yet.
reserved_time AS MATERIALIZED (
  SELECT
    reserved.day AS day, reserved.reservation_id AS reservation_id, reserved.host_id AS host_id,
    reserved.gpu_id AS gpu_id, reserved.state AS state, reserved.gpu_ms AS gpu_ms,
    CASE WHEN reserved.state IN (2, 4) THEN prorate(
        posted.cost_micros,
        sum(reserved.gpu_ms) OVER (
          PARTITION BY reserved.day, reserved.host_id, reserved.gpu_id, reserved.state,
            reserved.workload_id
          ORDER BY reserved.reservation_id) - reserved.gpu_ms,
        reserved.gpu_ms,
        max(posted.gpu_ms, sum(reserved.gpu_ms) OVER (
          PARTITION BY reserved.day, reserved.host_id, reserved.gpu_id, reserved.state,
            reserved.workload_id)))
      ELSE 0 END AS waste_micros
  FROM reserved LEFT JOIN posted
    ON posted.day = reserved.day AND posted.host_id = reserved.host_id
    AND posted.gpu_id = reserved.gpu_id AND posted.state = reserved.state
    AND posted.workload_id = reserved.workload_id
)
