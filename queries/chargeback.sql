-- title: Chargeback
-- question: What does each team owe for the period?
-- needs: postings
-- parameter period: text, the period's name as it was asked for
-- parameter first_day: text, the first billing day
-- parameter end_day: text, the billing day after the last
-- parameter first_month: text, the first month that is whole in the period
-- parameter end_month: text, the month after the last that is
-- parameter team: text, default none, the team to show, with all under it; none shows all
-- column period: text
-- column team: text, who pays
-- column cost_center: text, of the team, empty where it has none
-- column site: text, of the pool
-- column provider: text, of the pool
-- column cluster: text, of the pool
-- column resource: text, what the pool consists of: gpu, storage, or a service that a bill names
-- column gpu_model: text, of the pool; of storage its class
-- column allocated_gpu_hours: hours, held by the team's workloads; empty of what is no GPU's, as are all hours
-- column busy_gpu_hours: hours, the part of it with activity
-- column idle_gpu_hours: hours, the part of it without
-- column unknown_gpu_hours: hours, the part of it that nobody observed; all hours of team unknown
-- column reserved_unused_gpu_hours: hours, reserved for the team and held by nobody
-- column observed_percent: percent, of the allocated and the reserved hours
-- column energy_kwh: kilowatt hours, of the allocated hours, empty where none was measured
-- column direct_cost: money, of busy and unknown hours, of storage, and what bills charge for anything else
-- column idle_cost: money, of idle hours
-- column reserved_unused_cost: money, of reserved hours that nobody used
-- column shared_cost: money, what policies move: hours that nobody held, borrowed hardware
-- column total_cost: money, the sum of the four
-- column currency: text
-- column charge_class: text, Correction for late changes of a closed period, else empty
-- column idle_cost_low: money, of idle hours if all unknown held hours were busy
-- column idle_cost_high: money, of idle hours if all unknown held hours were idle
-- column charge_period: text, of corrections the closed month that they are of, else empty
-- sum total_cost: direct_cost, idle_cost, reserved_unused_cost, shared_cost
-- bound idle_cost_low: idle_cost
-- bound idle_cost_high: idle_cost

-- Corrections are differences to what was charged for a closed month, hours included. The month that
-- was open then bears them as a whole, so that a part of a month shows none.
-- Every posting is in exactly one of the four costs, so that the file's total is the postings'.
-- States: 1 busy, 2 idle, 3 allocated_unknown, 4 reserved_unused, 8 unknown.
WITH
-- Whole months from their sums, the days before and after them from theirs.
total AS (
  SELECT
    team, cost_center, pool_id, kind, state, gpu_ms, energy_uj, cost_micros, currency,
    charge_class, NULL AS charge_period
  FROM posting_by_month
  WHERE month >= :first_month AND month < :end_month
  UNION ALL
  SELECT
    team, cost_center, pool_id, kind, state, gpu_ms, energy_uj, cost_micros, currency,
    charge_class, NULL
  FROM posting_by_day
  WHERE day >= :first_day AND day < :end_day AND day < :first_month
  UNION ALL
  SELECT
    team, cost_center, pool_id, kind, state, gpu_ms, energy_uj, cost_micros, currency,
    charge_class, NULL
  FROM posting_by_day
  WHERE day >= :first_day AND day < :end_day AND day >= :end_month
  UNION ALL
  SELECT
    team, cost_center, pool_id, kind, state, gpu_ms, energy_uj, cost_micros, currency,
    'Correction', charge_month
  FROM correction
  WHERE month >= :first_month AND month < :end_month
),
line AS (
  SELECT
    team, cost_center, pool_id, currency, charge_class, charge_period,
    sum(gpu_ms) FILTER (WHERE kind = 'usage' AND state IN (1, 2, 3)) AS allocated_ms,
    sum(gpu_ms) FILTER (WHERE kind = 'usage' AND state = 1) AS busy_ms,
    sum(gpu_ms) FILTER (WHERE kind = 'usage' AND state = 2) AS idle_ms,
    sum(gpu_ms) FILTER (
      WHERE kind = 'usage' AND (state = 3 OR (state = 8 AND team = 'unknown'))) AS unknown_ms,
    sum(gpu_ms) FILTER (WHERE kind = 'usage' AND state = 4) AS reserved_unused_ms,
    sum(gpu_ms) FILTER (
      WHERE kind = 'usage' AND (state IN (1, 2, 3, 4) OR (state = 8 AND team = 'unknown'))
    ) AS answerable_ms,
    sum(energy_uj) FILTER (WHERE kind = 'usage' AND state IN (1, 2, 3)) AS energy_uj,
    coalesce(sum(cost_micros) FILTER (
      WHERE kind = 'charge' OR (kind = 'usage' AND state IN (1, 3))), 0) AS direct,
    coalesce(sum(cost_micros) FILTER (WHERE kind = 'usage' AND state = 2), 0) AS idle,
    coalesce(sum(cost_micros) FILTER (WHERE kind = 'usage' AND state = 3), 0) AS unseen,
    coalesce(sum(cost_micros) FILTER (WHERE kind = 'usage' AND state = 4), 0) AS reserved_unused,
    coalesce(sum(cost_micros) FILTER (
      WHERE kind NOT IN ('usage', 'charge') OR (kind = 'usage' AND state NOT IN (1, 2, 3, 4))), 0)
      AS shared
  FROM total
  WHERE :team IS NULL OR substr(team || '/', 1, length(:team) + 1) = :team || '/'
  GROUP BY team, cost_center, pool_id, currency, charge_class, charge_period
)
SELECT
  :period AS period,
  line.team AS team,
  line.cost_center AS cost_center,
  pool.site AS site,
  pool.provider AS provider,
  pool.cluster AS cluster,
  pool.resource AS resource,
  pool.gpu_model AS gpu_model,
  CASE WHEN pool.resource = 'gpu' THEN coalesce(line.allocated_ms, 0) END AS allocated_gpu_hours,
  CASE WHEN pool.resource = 'gpu' THEN coalesce(line.busy_ms, 0) END AS busy_gpu_hours,
  CASE WHEN pool.resource = 'gpu' THEN coalesce(line.idle_ms, 0) END AS idle_gpu_hours,
  CASE WHEN pool.resource = 'gpu' THEN coalesce(line.unknown_ms, 0) END AS unknown_gpu_hours,
  CASE WHEN pool.resource = 'gpu' THEN coalesce(line.reserved_unused_ms, 0) END AS reserved_unused_gpu_hours,
  CASE WHEN line.charge_period IS NULL THEN
    100.0 * (coalesce(line.busy_ms, 0) + coalesce(line.idle_ms, 0)
      + coalesce(line.reserved_unused_ms, 0)) / nullif(line.answerable_ms, 0)
  END AS observed_percent,
  line.energy_uj AS energy_kwh,
  line.direct AS direct_cost,
  line.idle AS idle_cost,
  line.reserved_unused AS reserved_unused_cost,
  line.shared AS shared_cost,
  line.direct + line.idle + line.reserved_unused + line.shared AS total_cost,
  line.currency AS currency,
  line.charge_class AS charge_class,
  line.idle AS idle_cost_low,
  line.idle + line.unseen AS idle_cost_high,
  line.charge_period AS charge_period
FROM line LEFT JOIN pool ON pool.id = line.pool_id
WHERE line.answerable_ms <> 0 OR line.busy_ms <> 0 OR line.idle_ms <> 0
  OR line.direct <> 0 OR line.idle <> 0 OR line.reserved_unused <> 0 OR line.shared <> 0
ORDER BY team, cost_center, site, provider, cluster, resource, gpu_model, currency, charge_class,
  charge_period
