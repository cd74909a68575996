-- title: Moved cost
-- question: From whom or to whom did policies move cost, and by which weight?
-- needs: postings
-- parameter first_day: text, the first billing day
-- parameter end_day: text, the billing day after the last
-- parameter team: text, the team, with all under it
-- parameter site: text, default none, of the pool
-- parameter cluster: text, default none, of the pool
-- parameter gpu_model: text, default none, of the pool
-- parameter usage_states: text, the states whose time counts, such as .1.3.
-- parameter moves: integer, default 1, 1 where what policies move counts too
-- parameter day: text, default none, this billing day only
-- column day: text, the billing day
-- column site: text, of the pool
-- column cluster: text, of the pool
-- column gpu_model: text, of the pool
-- column team: text, of the cell
-- column kind: text, shared or borrowed
-- column state: text, of the time whose cost it is
-- column policy: text, by which it was moved
-- column others: text, from whom it came, or to whom it went
-- column moved_cost: money, of that state, day and pool by that policy
-- column held_gpu_hours: hours, of the team in the pool that day
-- column all_held_gpu_hours: hours, of all teams
-- column holders: count, of those teams
-- column cost: money, the team's part
-- column currency: text
-- overlap: moved_cost, held_gpu_hours, all_held_gpu_hours, holders

WITH
-- The months that are whole in the period: their corrections count.
first_whole(month) AS (
  SELECT substr(date(:first_day, '-1 day', 'start of month', '+1 month'), 1, 7)
),
whole(first_month, end_month) AS (
  SELECT month, max(month, substr(:end_day, 1, 7)) FROM first_whole
),
wanted_pool AS (
  SELECT id FROM pool
  WHERE (:site IS NULL OR site = :site) AND (:cluster IS NULL OR cluster = :cluster)
    AND (:gpu_model IS NULL OR gpu_model = :gpu_model)
),
state_name(number, name) AS (
  VALUES (1, 'busy'), (2, 'idle'), (3, 'allocated_unknown'), (4, 'reserved_unused'),
    (5, 'unattributed'), (6, 'unallocated'), (7, 'out_of_service'), (8, 'unknown')
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
    AND CASE kind WHEN 'usage' THEN instr(:usage_states, '.' || state || '.') > 0 ELSE :moves END
  UNION ALL
  SELECT 'Correction', charge_day, pool_id, kind, team, state, NULL, host_id, gpu_id,
    workload_id, gpu_ms, NULL, NULL, energy_uj, cost_micros, currency
  FROM correction
  WHERE month >= (SELECT first_month FROM whole) AND month < (SELECT end_month FROM whole)
    AND pool_id IN (SELECT id FROM wanted_pool)
    AND substr(team || '/', 1, length(:team) + 1) = :team || '/'
    AND CASE kind WHEN 'usage' THEN instr(:usage_states, '.' || state || '.') > 0 ELSE :moves END
    AND (:day IS NULL OR charge_day = :day)
),
part AS (
  SELECT day, pool_id, kind, team, state, policy, currency, sum(cost_micros) AS cost
  FROM line WHERE kind IN ('shared', 'borrowed') AND charge_class IS NULL
  GROUP BY day, pool_id, kind, team, state, policy, currency
),
-- All that was moved on those days in those pools.
moved AS (
  SELECT day, pool_id, kind, state, policy, team, sum(cost_micros) AS cost FROM posting
  WHERE day IN (SELECT day FROM part) AND pool_id IN (SELECT pool_id FROM part)
    AND kind IN ('shared', 'borrowed') AND charge_class IS NULL
  GROUP BY day, pool_id, kind, state, policy, team
),
whole_move AS (
  SELECT day, pool_id, kind, state, policy, sum(cost) FILTER (WHERE cost > 0) AS cost FROM moved
  GROUP BY day, pool_id, kind, state, policy
),
held AS (
  SELECT day, pool_id, team, sum(gpu_ms) AS gpu_ms FROM posting_by_day
  WHERE day IN (SELECT day FROM part) AND kind = 'usage' AND state IN (1, 2, 3)
    AND charge_class IS NULL
  GROUP BY day, pool_id, team HAVING sum(gpu_ms) > 0
),
all_held AS (
  SELECT day, pool_id, sum(gpu_ms) AS gpu_ms, count(*) AS holders FROM held GROUP BY day, pool_id
)
SELECT part.day AS day, pool.site AS site, pool.cluster AS cluster, pool.gpu_model AS gpu_model,
  part.team AS team, part.kind AS kind, state_name.name AS state, part.policy AS policy,
  (
    SELECT CASE WHEN count(*) > 3 THEN count(*) || ' teams' ELSE group_concat(moved.team, ', ') END
    FROM moved
    WHERE moved.day = part.day AND moved.pool_id = part.pool_id AND moved.kind = part.kind
      AND moved.state = part.state AND moved.policy IS part.policy
      AND (moved.cost > 0) <> (part.cost > 0)
  ) AS others,
  whole_move.cost AS moved_cost, coalesce(held.gpu_ms, 0) AS held_gpu_hours,
  all_held.gpu_ms AS all_held_gpu_hours, all_held.holders AS holders, part.cost AS cost,
  part.currency AS currency
FROM part
JOIN whole_move ON whole_move.day = part.day AND whole_move.pool_id = part.pool_id
  AND whole_move.kind = part.kind AND whole_move.state = part.state
  AND whole_move.policy IS part.policy
LEFT JOIN held ON held.day = part.day AND held.pool_id = part.pool_id AND held.team = part.team
LEFT JOIN all_held ON all_held.day = part.day AND all_held.pool_id = part.pool_id
LEFT JOIN pool ON pool.id = part.pool_id
LEFT JOIN state_name ON state_name.number = part.state
ORDER BY part.day, pool.site, pool.cluster, pool.gpu_model, part.team, part.kind DESC,
  part.state, part.policy
