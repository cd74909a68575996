-- Every posting and correction that the cell is the sum of.
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
    AND CASE kind WHEN 'usage' THEN instr(:usage_states, '.' || state || '.') > 0
      WHEN 'charge' THEN instr(:usage_states, '.1.') > 0 ELSE :moves END
  UNION ALL
  SELECT 'Correction', charge_day, pool_id, kind, team, state, NULL, host_id, gpu_id,
    workload_id, gpu_ms, NULL, NULL, energy_uj, cost_micros, currency
  FROM correction
  WHERE month >= :first_month AND month < :end_month
    AND pool_id IN (SELECT id FROM wanted_pool)
    AND substr(team || '/', 1, length(:team) + 1) = :team || '/'
    AND CASE kind WHEN 'usage' THEN instr(:usage_states, '.' || state || '.') > 0
      WHEN 'charge' THEN instr(:usage_states, '.1.') > 0 ELSE :moves END
    AND (:day IS NULL OR charge_day = :day)
)
