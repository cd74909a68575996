-- title: Idle by day
-- question: How much of what each team held or reserved went unused, day by day?
-- needs: postings
-- parameter first_day: text, the first billing day
-- parameter end_day: text, the billing day after the last
-- parameter team: text, default none, the team to show, with all under it; none shows all
-- column day: text
-- column team: text
-- column allocated_gpu_hours: hours, held by the team's workloads
-- column idle_gpu_hours: hours, the part of it without activity
-- column idle_percent: percent, of the allocated hours
-- column unknown_gpu_hours: hours, the part of the allocated that nobody observed
-- column reserved_unused_gpu_hours: hours, reserved and held by nobody
-- column waste_cost: money, of the idle and the reserved unused hours
-- column currency: text
-- column observed_percent: percent, of the allocated and the reserved unused hours
-- column waste_cost_low: money, as waste_cost if all unknown held hours were busy
-- column waste_cost_high: money, as waste_cost if all unknown held hours were idle
-- bound waste_cost_low: waste_cost
-- bound waste_cost_high: waste_cost

-- Corrections of closed months are not in it: they are differences, and chargeback has them.
WITH line AS (
  SELECT day, team, currency,
    coalesce(sum(gpu_ms) FILTER (WHERE state IN (1, 2, 3)), 0) AS allocated_ms,
    coalesce(sum(gpu_ms) FILTER (WHERE state = 2), 0) AS idle_ms,
    coalesce(sum(gpu_ms) FILTER (WHERE state = 3), 0) AS unknown_ms,
    coalesce(sum(gpu_ms) FILTER (WHERE state = 4), 0) AS reserved_unused_ms,
    coalesce(sum(cost_micros) FILTER (WHERE state IN (2, 4)), 0) AS waste_micros,
    coalesce(sum(cost_micros) FILTER (WHERE state = 3), 0) AS unseen_micros
  FROM posting_by_day
  WHERE kind = 'usage' AND state IN (1, 2, 3, 4) AND day >= :first_day AND day < :end_day
    AND (:team IS NULL OR substr(team || '/', 1, length(:team) + 1) = :team || '/')
  GROUP BY day, team, currency
)
SELECT day, team,
  allocated_ms AS allocated_gpu_hours,
  idle_ms AS idle_gpu_hours,
  100.0 * idle_ms / nullif(allocated_ms, 0) AS idle_percent,
  unknown_ms AS unknown_gpu_hours,
  reserved_unused_ms AS reserved_unused_gpu_hours,
  waste_micros AS waste_cost,
  currency,
  100.0 * (allocated_ms + reserved_unused_ms - unknown_ms)
    / nullif(allocated_ms + reserved_unused_ms, 0) AS observed_percent,
  waste_micros AS waste_cost_low,
  waste_micros + unseen_micros AS waste_cost_high
FROM line
ORDER BY day, waste_micros DESC, team, currency
