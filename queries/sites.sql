-- title: Sites
-- question: What does each site have, what was it used for, and what does a busy GPU-hour cost there?
-- needs: postings
-- parameter first_day: text, the first billing day
-- parameter end_day: text, the billing day after the last
-- parameter first_month: text, the first month that is whole in the period
-- parameter end_month: text, the month after the last that is
-- by: site,kind
-- dimension site: pool.site
-- dimension kind: site.kind
-- dimension provider: nullif(pool.provider, '')
-- dimension cluster: nullif(pool.cluster, '')
-- dimension gpu_model: nullif(pool.gpu_model, '')
-- dimension resource: pool.resource
-- column capacity_gpu_hours: hours, all states together
-- column busy_gpu_hours: hours, held and active
-- column idle_gpu_hours: hours, held and not active
-- column allocated_unknown_gpu_hours: hours, held, and nobody saw what they did
-- column reserved_unused_gpu_hours: hours, reserved and held by nobody
-- column unattributed_gpu_hours: hours, active and held by nobody
-- column unallocated_gpu_hours: hours, free
-- column out_of_service_gpu_hours: hours
-- column unknown_gpu_hours: hours, nothing is known of them
-- column busy_percent: percent, of the capacity
-- column gpu_cost: money, of GPUs
-- column other_cost: money, of storage, and of anything else that is billed
-- column cost: money, both
-- column cost_per_gpu_hour: decimal, of GPUs, by their capacity
-- column cost_per_busy_gpu_hour: decimal, of GPUs, by what was busy; empty where nothing was seen busy
-- column currency: text

-- Corrections of closed months count in the month that bears them.
WITH
{{part posted-sums}},
line AS (
  SELECT {{by}}, sums.state AS line_state,
    CASE WHEN sums.kind = 'usage' THEN sums.gpu_ms END AS line_ms,
    CASE WHEN pool.resource = 'gpu' THEN sums.cost_micros ELSE 0 END AS gpu_micros,
    CASE WHEN pool.resource = 'gpu' THEN 0 ELSE sums.cost_micros END AS other_micros,
    sums.currency AS line_currency
  FROM sums JOIN pool ON pool.id = sums.pool_id LEFT JOIN site ON site.name = pool.site
),
total AS (
  SELECT {{names}}, line_currency,
    coalesce(sum(line_ms), 0) AS capacity_ms,
    coalesce(sum(line_ms) FILTER (WHERE line_state = 1), 0) AS busy_ms,
    coalesce(sum(line_ms) FILTER (WHERE line_state = 2), 0) AS idle_ms,
    coalesce(sum(line_ms) FILTER (WHERE line_state = 3), 0) AS unseen_ms,
    coalesce(sum(line_ms) FILTER (WHERE line_state = 4), 0) AS reserved_ms,
    coalesce(sum(line_ms) FILTER (WHERE line_state = 5), 0) AS unattributed_ms,
    coalesce(sum(line_ms) FILTER (WHERE line_state = 6), 0) AS unallocated_ms,
    coalesce(sum(line_ms) FILTER (WHERE line_state = 7), 0) AS out_of_service_ms,
    coalesce(sum(line_ms) FILTER (WHERE line_state = 8), 0) AS unknown_ms,
    sum(gpu_micros) AS gpu_micros, sum(other_micros) AS other_micros
  FROM line
  GROUP BY {{names}}, line_currency
)
SELECT {{names}},
  capacity_ms AS capacity_gpu_hours,
  busy_ms AS busy_gpu_hours,
  idle_ms AS idle_gpu_hours,
  unseen_ms AS allocated_unknown_gpu_hours,
  reserved_ms AS reserved_unused_gpu_hours,
  unattributed_ms AS unattributed_gpu_hours,
  unallocated_ms AS unallocated_gpu_hours,
  out_of_service_ms AS out_of_service_gpu_hours,
  unknown_ms AS unknown_gpu_hours,
  100.0 * busy_ms / nullif(capacity_ms, 0) AS busy_percent,
  gpu_micros AS gpu_cost,
  other_micros AS other_cost,
  gpu_micros + other_micros AS cost,
  CASE WHEN capacity_ms > 0 THEN money_text(prorate(gpu_micros, 0, 3600000, capacity_ms)) END
    AS cost_per_gpu_hour,
  CASE WHEN busy_ms > 0 THEN money_text(prorate(gpu_micros, 0, 3600000, busy_ms)) END
    AS cost_per_busy_gpu_hour,
  line_currency AS currency
FROM total
ORDER BY {{names}}, line_currency
