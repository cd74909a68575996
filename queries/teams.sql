-- title: Teams
-- question: Who pays how much of the whole?
-- needs: postings
-- parameter first_day: text, the first billing day
-- parameter end_day: text, the billing day after the last
-- column team: text
-- column cost_center: text
-- column allocated_gpu_hours: hours, held by the team's workloads
-- column total_cost: money, everything that the team owes
-- column share_percent: percent, of the period's whole cost
-- column currency: text

SELECT team, cost_center,
  coalesce(sum(gpu_ms) FILTER (WHERE kind = 'usage' AND state IN (1, 2, 3)), 0)
    AS allocated_gpu_hours,
  sum(cost_micros) AS total_cost,
  100.0 * sum(cost_micros) / nullif(sum(sum(cost_micros)) OVER (PARTITION BY currency), 0)
    AS share_percent,
  currency
FROM posting
WHERE day >= :first_day AND day < :end_day
GROUP BY team, cost_center, currency
ORDER BY total_cost DESC, team, cost_center, currency
