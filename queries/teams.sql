-- title: Teams
-- question: Who pays how much of the whole?
-- needs: postings
-- parameter first_day: text, the first billing day
-- parameter end_day: text, the billing day after the last
-- parameter first_month: text, the first month that is whole in the period
-- parameter end_month: text, the month after the last that is
-- column team: text
-- column cost_center: text
-- column allocated_gpu_hours: hours, held by the team's workloads
-- column total_cost: money, everything that the team owes
-- column share_percent: percent, of the period's whole cost
-- column currency: text

WITH
-- Whole months from their sums, the days before and after them from theirs.
total AS (
  SELECT team, cost_center, kind, state, gpu_ms, cost_micros, currency
  FROM posting_by_month
  WHERE month >= :first_month AND month < :end_month
  UNION ALL
  SELECT team, cost_center, kind, state, gpu_ms, cost_micros, currency
  FROM posting_by_day
  WHERE day >= :first_day AND day < :end_day AND day < :first_month
  UNION ALL
  SELECT team, cost_center, kind, state, gpu_ms, cost_micros, currency
  FROM posting_by_day
  WHERE day >= :first_day AND day < :end_day AND day >= :end_month
  UNION ALL
  -- What months bear of closed ones, as in chargeback.
  SELECT team, cost_center, kind, state, gpu_ms, cost_micros, currency
  FROM correction
  WHERE month >= :first_month AND month < :end_month
)
SELECT team, cost_center,
  coalesce(sum(gpu_ms) FILTER (WHERE kind = 'usage' AND state IN (1, 2, 3)), 0)
    AS allocated_gpu_hours,
  sum(cost_micros) AS total_cost,
  100.0 * sum(cost_micros) / nullif(sum(sum(cost_micros)) OVER (PARTITION BY currency), 0)
    AS share_percent,
  currency
FROM total
GROUP BY team, cost_center, currency
ORDER BY total_cost DESC, team, cost_center, currency
