-- The days and pools that the cell has lines of, and the sums of all lines.
wanted_pool AS (
  SELECT id FROM pool
  WHERE (:site IS NULL OR site = :site) AND (:cluster IS NULL OR cluster = :cluster)
    AND (:gpu_model IS NULL OR gpu_model = :gpu_model)
),
-- What the cell is the sum of, by day.
sums AS (
  SELECT charge_class, day, pool_id, kind, team, state, gpu_ms, energy_uj, cost_micros, currency
  FROM posting_by_day WHERE day >= :first_day AND day < :end_day
  UNION ALL
  SELECT 'Correction', charge_day, pool_id, kind, team, state, gpu_ms, energy_uj, cost_micros,
    currency
  FROM correction
  WHERE month >= :first_month AND month < :end_month
),
cell AS (
  SELECT DISTINCT charge_class, day, pool_id FROM sums
  WHERE pool_id IN (SELECT id FROM wanted_pool)
    AND substr(team || '/', 1, length(:team) + 1) = :team || '/'
    AND CASE kind WHEN 'usage' THEN instr(:usage_states, '.' || state || '.') > 0
      WHEN 'charge' THEN instr(:usage_states, '.1.') > 0 ELSE :moves END
    AND (:day IS NULL OR day = :day)
)
