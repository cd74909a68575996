-- title: Idle allocations
-- question: Which allocated GPUs sat idle, whose were they, and what did it cost?
-- needs: postings
-- parameter first_day: text, the first billing day
-- parameter end_day: text, the billing day after the last
-- parameter start_ms: integer, the start of the period
-- parameter end_ms: integer, the end of the period
-- parameter team: text, default none, the team to show, with all under it; none shows all
-- parameter min_stretch_ms: integer, default 1800000, the shortest idle stretch that counts
-- column team: text, who paid last
-- column site: text
-- column cluster: text
-- column namespace: text
-- column workload: text
-- column user: text
-- column host: text
-- column gpu_uuid: text
-- column gpu_model: text
-- column start: time, the first instant at which the workload held the GPU
-- column end: time, the last
-- column allocated_gpu_hours: hours, held
-- column idle_gpu_hours: hours, held without activity
-- column stretch_gpu_hours: hours, the part of it in stretches that count
-- column longest_idle_hours: hours, the longest of these stretches, on the clock
-- column last_busy: time, the last instant with activity, empty where there was none
-- column waste_cost: money, of the idle hours
-- column currency: text
-- column observed_percent: percent, of the allocated hours
-- column waste_cost_low: money, of the idle hours if all unknown hours were busy
-- column waste_cost_high: money, of the idle hours if all unknown hours were idle
-- bound waste_cost_low: waste_cost
-- bound waste_cost_high: waste_cost

-- Corrections of closed months are not in it: they are differences, and chargeback has them.
-- Who was never seen idle has no line, however much of it is unknown; idle-by-day counts that too.
WITH
held AS (
  SELECT
    workload_id, host_id, gpu_id, currency,
    max(pool_id) AS pool_id,
    substr(max(day || team), 11) AS team, -- a day is ten letters long
    min(first_ms) AS first_ms, max(last_ms) AS last_ms,
    sum(gpu_ms) AS allocated_ms,
    sum(gpu_ms) FILTER (WHERE state = 2) AS idle_ms,
    coalesce(sum(gpu_ms) FILTER (WHERE state = 3), 0) AS unseen_ms,
    max(last_ms) FILTER (WHERE state = 1) AS last_busy_ms,
    coalesce(sum(cost_micros) FILTER (WHERE state = 2), 0) AS waste_micros,
    coalesce(sum(cost_micros) FILTER (WHERE state = 3), 0) AS unseen_micros
  FROM posting
  WHERE kind = 'usage' AND state IN (1, 2, 3) AND day >= :first_day AND day < :end_day
  GROUP BY workload_id, host_id, gpu_id, currency
  HAVING sum(gpu_ms) FILTER (WHERE state = 2) > 0
),
-- Whether a stretch is long enough is asked of the whole stretch; so pieces count that lie before
-- and after the period by as much as a stretch must be long.
piece AS (
  SELECT
    workload_id, host_id, gpu_id, start_ms, end_ms, share_numerator, share_denominator,
    max(end_ms) OVER (
      PARTITION BY workload_id, host_id, gpu_id ORDER BY start_ms
      ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS seen_ms
  FROM idle_piece
  WHERE hour_ms > :start_ms - :min_stretch_ms - 3600000 AND hour_ms < :end_ms + :min_stretch_ms
    AND end_ms > :start_ms - :min_stretch_ms AND start_ms < :end_ms + :min_stretch_ms
),
numbered AS (
  SELECT *, sum(seen_ms IS NULL OR start_ms > seen_ms) OVER (
      PARTITION BY workload_id, host_id, gpu_id ORDER BY start_ms) AS stretch
  FROM piece
),
-- One row a stretch and share of the card, so that each is divided and rounded once.
portion AS (
  SELECT
    workload_id, host_id, gpu_id, stretch, share_denominator,
    min(start_ms) AS start_ms, max(end_ms) AS end_ms,
    sum(max(0, min(end_ms, :end_ms) - max(start_ms, :start_ms)) * share_numerator) AS shares
  FROM numbered
  GROUP BY workload_id, host_id, gpu_id, stretch, share_denominator
),
stretch AS (
  SELECT
    workload_id, host_id, gpu_id,
    sum((2 * shares + share_denominator) / (2 * share_denominator)) AS stretch_ms,
    min(max(end_ms), :end_ms) - max(min(start_ms), :start_ms) AS wall_ms
  FROM portion
  GROUP BY workload_id, host_id, gpu_id, stretch
  HAVING max(end_ms) - min(start_ms) >= :min_stretch_ms
    AND max(end_ms) > :start_ms AND min(start_ms) < :end_ms
),
idle AS MATERIALIZED (
  SELECT workload_id, host_id, gpu_id, sum(stretch_ms) AS stretch_ms, max(wall_ms) AS longest_ms
  FROM stretch
  GROUP BY workload_id, host_id, gpu_id
)
SELECT
  held.team AS team,
  pool.site AS site,
  pool.cluster AS cluster,
  nullif(workload.namespace, '') AS namespace,
  workload.name AS workload,
  workload.user AS user,
  host.name AS host,
  CASE WHEN held.gpu_id <> 0 THEN gpu.uuid END AS gpu_uuid,
  pool.gpu_model AS gpu_model,
  max(held.first_ms, :start_ms) AS start,
  min(held.last_ms, :end_ms) AS "end",
  held.allocated_ms AS allocated_gpu_hours,
  held.idle_ms AS idle_gpu_hours,
  coalesce(idle.stretch_ms, 0) AS stretch_gpu_hours,
  coalesce(idle.longest_ms, 0) AS longest_idle_hours,
  held.last_busy_ms AS last_busy,
  held.waste_micros AS waste_cost,
  held.currency AS currency,
  100.0 * (held.allocated_ms - held.unseen_ms) / nullif(held.allocated_ms, 0) AS observed_percent,
  held.waste_micros AS waste_cost_low,
  held.waste_micros + held.unseen_micros AS waste_cost_high
FROM held
LEFT JOIN idle
  ON idle.workload_id = held.workload_id AND idle.host_id = held.host_id
  AND idle.gpu_id = held.gpu_id
LEFT JOIN pool ON pool.id = held.pool_id
LEFT JOIN host ON host.id = held.host_id
LEFT JOIN gpu ON gpu.id = held.gpu_id
LEFT JOIN workload ON workload.id = held.workload_id
WHERE :team IS NULL OR substr(held.team || '/', 1, length(:team) + 1) = :team || '/'
ORDER BY waste_cost DESC, team, site, cluster, namespace, workload, host, gpu_uuid
