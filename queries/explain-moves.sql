-- title: Moved cost
-- question: From whom or to whom did policies move cost, and by which weight?
-- needs: postings
-- parameter first_day: text, the first billing day
-- parameter end_day: text, the billing day after the last
-- parameter first_month: text, the first month that is whole in the period
-- parameter end_month: text, the month after the last that is
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
{{part state-names}},
{{part explained-lines}},
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
