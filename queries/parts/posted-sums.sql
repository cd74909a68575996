-- What was posted: whole months from their sums, the days before and after them from theirs, and
-- corrections in the month that bears them.
sums AS (
  SELECT pool_id, kind, state, gpu_ms, cost_micros, currency FROM posting_by_month
  WHERE month >= :first_month AND month < :end_month
  UNION ALL
  SELECT pool_id, kind, state, gpu_ms, cost_micros, currency FROM posting_by_day
  WHERE day >= :first_day AND day < :end_day AND (day < :first_month OR day >= :end_month)
  UNION ALL
  SELECT pool_id, kind, state, gpu_ms, cost_micros, currency FROM correction
  WHERE month >= :first_month AND month < :end_month
)
