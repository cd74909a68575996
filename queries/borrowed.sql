-- title: Borrowed hardware
-- question: Who held whose hardware, and how was its cost split between holder and owner?
-- needs: postings
-- parameter first_day: text, the first billing day
-- parameter end_day: text, the billing day after the last
-- parameter team: text, default none, the team to show as holder or owner, with all under it
-- column holder: text, the team whose workloads held the GPUs
-- column owner: text, the team that owns them
-- column site: text
-- column cluster: text
-- column held_gpu_hours: hours
-- column held_cost: money, of these hours
-- column owner_cost: money, what the owner bears of it
-- column holder_cost: money, what is left to the holder
-- column currency: text
-- sum held_cost: owner_cost, holder_cost

-- Corrections of closed months are not in it: they are differences, and chargeback has them.
WITH
-- The owner's share is one of a pool and day; the name of the policy says it in percent.
share AS MATERIALIZED (
  SELECT moved.day AS day, moved.pool_id AS pool_id, (
      SELECT CAST(round(10000 * CAST(substr(policy, length('owner ') + 1) AS REAL)) AS INTEGER)
      FROM posting
      WHERE posting.day = moved.day AND posting.pool_id = moved.pool_id AND kind = 'borrowed'
      LIMIT 1
    ) AS millionths
  FROM (
    SELECT DISTINCT day, pool_id FROM posting_by_day
    WHERE kind = 'borrowed' AND day >= :first_day AND day < :end_day
  ) AS moved
),
pair AS (
  SELECT day, pool_id, state, team, owner, currency, sum(gpu_ms) AS gpu_ms,
    sum(cost_micros) AS micros
  FROM posting_by_day
  WHERE kind = 'usage' AND state IN (1, 2, 3) AND owner <> team
    AND day >= :first_day AND day < :end_day
  GROUP BY day, pool_id, state, team, owner, currency
),
-- Rounded as it was posted: once for each day, pool, state, holder and owner.
part AS (
  SELECT pair.*, coalesce(prorate(micros, 0, millionths, 1000000), 0) AS owner_micros
  FROM pair LEFT JOIN share ON share.day = pair.day AND share.pool_id = pair.pool_id
)
SELECT team AS holder, owner, pool.site AS site, pool.cluster AS cluster,
  sum(gpu_ms) AS held_gpu_hours,
  sum(micros) AS held_cost,
  sum(owner_micros) AS owner_cost,
  sum(micros) - sum(owner_micros) AS holder_cost,
  currency
FROM part LEFT JOIN pool ON pool.id = part.pool_id
WHERE :team IS NULL OR substr(team || '/', 1, length(:team) + 1) = :team || '/'
  OR substr(owner || '/', 1, length(:team) + 1) = :team || '/'
GROUP BY team, owner, pool.site, pool.cluster, currency
ORDER BY held_cost DESC, holder, owner, site, cluster, currency
