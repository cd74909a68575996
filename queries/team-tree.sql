-- title: Team tree
-- question: What does each part of the tree of teams owe, by itself and with all under it?
-- needs: postings
-- parameter first_day: text, the first billing day
-- parameter end_day: text, the billing day after the last
-- parameter first_month: text, the first month that is whole in the period
-- parameter end_month: text, the month after the last that is
-- parameter team: text, default none, the team to show, with all under it; none shows all
-- column team: text, a path of teams; each level that any team is under has a line
-- column level: count, 1 at the top
-- column own_gpu_hours: hours, held by the team's own workloads
-- column own_cost: money, everything that the team itself owes
-- column tree_gpu_hours: hours, held by the team and all under it
-- column tree_cost: money, what the team and all under it owe
-- column share_percent: percent, of the period's whole cost
-- column currency: text
-- overlap: tree_gpu_hours, tree_cost

WITH RECURSIVE
-- Whole months from their sums, the days before and after them from theirs.
line AS (
  SELECT team, kind, state, gpu_ms, cost_micros, currency
  FROM posting_by_month
  WHERE month >= :first_month AND month < :end_month
  UNION ALL
  SELECT team, kind, state, gpu_ms, cost_micros, currency
  FROM posting_by_day
  WHERE day >= :first_day AND day < :end_day AND day < :first_month
  UNION ALL
  SELECT team, kind, state, gpu_ms, cost_micros, currency
  FROM posting_by_day
  WHERE day >= :first_day AND day < :end_day AND day >= :end_month
  UNION ALL
  -- What months bear of closed ones, as in chargeback.
  SELECT team, kind, state, gpu_ms, cost_micros, currency
  FROM correction
  WHERE month >= :first_month AND month < :end_month
),
total AS (
  SELECT team, currency,
    coalesce(sum(gpu_ms) FILTER (WHERE kind = 'usage' AND state IN (1, 2, 3)), 0) AS held_ms,
    sum(cost_micros) AS micros
  FROM line
  GROUP BY team, currency
),
-- Each team, and every team that it is under: the path without its last level, and so on.
node(team, below) AS (
  SELECT team, team FROM total
  UNION
  SELECT rtrim(rtrim(team, replace(team, '/', '')), '/'), below FROM node WHERE instr(team, '/')
),
tree AS (
  SELECT node.team AS team, total.currency AS currency,
    coalesce(sum(held_ms) FILTER (WHERE node.team = node.below), 0) AS own_ms,
    coalesce(sum(micros) FILTER (WHERE node.team = node.below), 0) AS own_micros,
    sum(held_ms) AS tree_ms,
    sum(micros) AS tree_micros
  FROM node JOIN total ON total.team = node.below
  GROUP BY node.team, total.currency
)
SELECT team,
  1 + length(team) - length(replace(team, '/', '')) AS level,
  own_ms AS own_gpu_hours,
  own_micros AS own_cost,
  tree_ms AS tree_gpu_hours,
  tree_micros AS tree_cost,
  100.0 * tree_micros / nullif((
      SELECT sum(micros) FROM total WHERE total.currency = tree.currency), 0) AS share_percent,
  currency
FROM tree
WHERE (own_micros <> 0 OR tree_micros <> 0 OR tree_ms <> 0)
  AND (:team IS NULL OR substr(team || '/', 1, length(:team) + 1) = :team || '/')
ORDER BY replace(team, '/', char(1)), currency
