-- title: Idle reservations
-- question: Which reserved GPUs sat idle or unused, who had reserved them, and what did it cost?
-- needs: postings
-- parameter first_day: text, the first billing day
-- parameter end_day: text, the billing day after the last
-- parameter first_day_ms: integer, the start of first_day
-- parameter end_day_ms: integer, the start of end_day
-- parameter start_ms: integer, the start of the period
-- parameter end_ms: integer, the end of the period
-- parameter team: text, default none, the team to show, with all under it; none shows all
-- column reservation_id: text, as its source names it; occurrences of a series share it
-- column source: text, the source that told of it
-- column site: text
-- column cluster: text
-- column team: text, for whom it was reserved
-- column user: text
-- column hosts: text, with commas; empty for any of the cluster
-- column gpu_model: text, reserved, or else of the GPUs that were
-- column start: time, of the reservation, cut to the period
-- column end: time, the same
-- column reserved_gpu_hours: hours, all time of the reserved GPUs so far
-- column allocated_gpu_hours: hours, the part of it in which workloads held them
-- column busy_gpu_hours: hours, the part of it with activity
-- column idle_gpu_hours: hours, the part of it held without activity
-- column unused_gpu_hours: hours, the part of it that nobody held
-- column observed_percent: percent, of the reserved hours
-- column waste_cost: money, of idle and unused hours; empty where days of it aren't posted yet
-- column currency: text

-- Reserved hours are busy, idle or held by something unseen, unused, or else in use by nobody's
-- order, out of service or unknown. A reservation that goes on has its hours so far; one of which
-- no GPU is known has no line. Corrections of closed months are not in it: chargeback has them.
WITH
{{part reserved-time}},
total AS (
  SELECT
    reservation_id,
    sum(reserved_time.gpu_ms) AS reserved_ms,
    coalesce(sum(gpu_ms) FILTER (WHERE state IN (1, 2, 3)), 0) AS allocated_ms,
    coalesce(sum(gpu_ms) FILTER (WHERE state = 1), 0) AS busy_ms,
    coalesce(sum(gpu_ms) FILTER (WHERE state = 2), 0) AS idle_ms,
    coalesce(sum(gpu_ms) FILTER (WHERE state = 4), 0) AS unused_ms,
    coalesce(sum(gpu_ms) FILTER (WHERE state IN (3, 8)), 0) AS unseen_ms,
    CASE WHEN count(*) = count(waste_micros) THEN sum(waste_micros) END AS waste_micros
  FROM reserved_time
  GROUP BY reservation_id
),
reserved_model AS (
  SELECT reservation_id, group_concat(model, ', ') AS models
  FROM (
    SELECT DISTINCT reserved.reservation_id AS reservation_id, gpu.model AS model
    FROM reserved JOIN gpu ON gpu.id = reserved.gpu_id
    WHERE gpu.model <> ''
    ORDER BY reserved.reservation_id, gpu.model)
  GROUP BY reservation_id
),
line AS (
  SELECT
    total.*, reservation.*, workload.site AS site, workload.cluster AS cluster,
    coalesce(requester.team, nullif(reservation.team, '')) AS team_path,
    coalesce(nullif(reservation.gpu_model, ''), reserved_model.models) AS models
  FROM total
  JOIN reservation ON reservation.workload_id = total.reservation_id
  LEFT JOIN workload ON workload.id = total.reservation_id
  LEFT JOIN requester ON requester.workload_id = total.reservation_id
  LEFT JOIN reserved_model ON reserved_model.reservation_id = total.reservation_id
)
SELECT
  id AS reservation_id,
  source,
  nullif(site, '') AS site,
  nullif(cluster, '') AS cluster,
  team_path AS team,
  nullif(user, '') AS user,
  nullif(hosts, '') AS hosts,
  models AS gpu_model,
  max(start_ms, :start_ms) AS start,
  min(end_ms, :end_ms) AS "end",
  reserved_ms AS reserved_gpu_hours,
  allocated_ms AS allocated_gpu_hours,
  busy_ms AS busy_gpu_hours,
  idle_ms AS idle_gpu_hours,
  unused_ms AS unused_gpu_hours,
  100.0 * (reserved_ms - unseen_ms) / nullif(reserved_ms, 0) AS observed_percent,
  waste_micros AS waste_cost,
  money.currency AS currency
FROM line CROSS JOIN money
WHERE :team IS NULL OR substr(team_path || '/', 1, length(:team) + 1) = :team || '/'
ORDER BY waste_cost DESC, idle_ms + unused_ms DESC, source, line.id, start_ms
