-- title: Shortage
-- question: Who waited for GPUs, how many could idle, unused or free ones have served, and whose were those?
-- parameter first_day: text, the first billing day that has time in the period
-- parameter end_day: text, the billing day after the last
-- parameter start_ms: integer, the start of the period
-- parameter end_ms: integer, the end of the period
-- parameter team: text, default none, the team that waits, with all under it; none shows all
-- by: hour, team
-- dimension hour: rfc3339(hour_ms)
-- dimension day: day
-- dimension team: team_path
-- dimension gpu_model: model
-- dimension site: nullif(site, '')
-- dimension cluster: nullif(cluster, '')
-- column waited_gpu_hours: hours, GPUs asked for and not yet given
-- column idle_gpu_hours: hours, meanwhile held without activity, of the site and model waited for
-- column reserved_unused_gpu_hours: hours, of the same, reserved and held by nobody
-- column unallocated_gpu_hours: hours, of the same, free
-- column servable_gpu_hours: hours, the part of the wait that these could have served
-- column servable_percent: percent, of the hours waited for
-- column observed_percent: percent, of all time of the site and model in these hours
-- column top_holder: text, the team with the most idle or unused hours meanwhile
-- column top_holder_gpu_hours: hours, its idle and unused hours
-- column waited_cost: money, what as many GPU-hours of the model cost on average in the period
-- column idle_cost: money, of the idle, unused and free hours; costs are empty where days aren't posted
-- column currency: text
-- overlap: idle_gpu_hours, reserved_unused_gpu_hours, unallocated_gpu_hours, top_holder_gpu_hours, idle_cost

-- A wait is for the models of its site whose name contains the type that it asks for, else for any
-- of its cluster; of several, in proportion to what of each was free in the hour, or existed where
-- nothing was. Hour by hour, site and model, the part that can be served is the smaller of what is
-- waited for and what is idle, unused or free, shared by those who wait in proportion. Lines of
-- several teams see the same idle GPUs, which therefore have no total.
-- Hours are UTC's. Waits of which no GPU is known have nothing that could serve them, as far as known.
WITH
waiting AS (
  SELECT workload_id, gpus, lower(gpu_type) AS gpu_type, max(start_ms, :start_ms) AS start_ms,
    min(end_ms, :end_ms) AS end_ms, max(start_ms, :start_ms) / 3600000 * 3600000 AS hour_ms
  FROM demand
  WHERE end_ms > :start_ms AND start_ms < :end_ms AND end_ms > start_ms
  UNION ALL
  SELECT workload_id, gpus, gpu_type, start_ms, end_ms, hour_ms + 3600000
  FROM waiting WHERE hour_ms + 3600000 < end_ms
),
want AS MATERIALIZED (
  SELECT row_number() OVER () AS number, *
  FROM (
    SELECT hour_ms, requester.team AS team_path, workload.site AS site,
      workload.cluster AS cluster, gpu_type,
      sum(gpus * (min(end_ms, hour_ms + 3600000) - max(start_ms, hour_ms))) AS wait_ms
    FROM waiting
    JOIN workload ON workload.id = waiting.workload_id
    LEFT JOIN requester ON requester.workload_id = waiting.workload_id
    GROUP BY hour_ms, team_path, site, cluster, gpu_type)
),
wanted_hour AS MATERIALIZED (
  SELECT hour_ms, billing_day(hour_ms) AS day FROM (SELECT DISTINCT hour_ms FROM want)
),
-- Which model a GPU, or a slot never seen, is of.
device AS MATERIALIZED (
  SELECT host_id, gpu_id, pool.gpu_model AS model
  FROM (
    SELECT host_id, gpu_id, max(pool_id) AS pool_id FROM posting
    WHERE kind = 'usage' AND day >= :first_day AND day < :end_day
    GROUP BY host_id, gpu_id)
  JOIN pool ON pool.id = pool_id
),
fact AS MATERIALIZED (
  SELECT wanted_hour.hour_ms AS hour_ms, wanted_hour.day AS day, host.site AS site,
    host.cluster AS cluster, model, state, workload_id, sum(gpu_ms) AS gpu_ms
  FROM (
    SELECT fact.hour_ms AS hour_ms, fact.host_id AS host_id,
      CASE WHEN gpu.model <> '' THEN gpu.model ELSE coalesce((
          SELECT device.model FROM device
          WHERE device.host_id = fact.host_id AND device.gpu_id = fact.gpu_id), '') END AS model,
      fact.state AS state,
      CASE WHEN fact.state IN (2, 4) THEN fact.workload_id ELSE 0 END AS workload_id,
      sum(fact.gpu_ms) AS gpu_ms
    FROM wanted_hour
    CROSS JOIN state_hour AS fact ON fact.hour_ms = wanted_hour.hour_ms
    LEFT JOIN gpu ON gpu.id = fact.gpu_id
    GROUP BY 1, 2, 3, 4, 5) AS fact
  JOIN wanted_hour ON wanted_hour.hour_ms = fact.hour_ms
  JOIN host ON host.id = fact.host_id
  GROUP BY 1, 2, 3, 4, 5, 6, 7
),
-- What pools cost on each day, all states together.
pool_day AS MATERIALIZED (
  SELECT day, pool.site AS site, pool.cluster AS cluster, pool.gpu_model AS model,
    sum(gpu_ms) AS gpu_ms, sum(cost_micros) AS cost_micros
  FROM posting_by_day JOIN pool ON pool.id = posting_by_day.pool_id
  WHERE kind = 'usage' AND day >= :first_day AND day < :end_day
  GROUP BY 1, 2, 3, 4
),
price AS MATERIALIZED (
  SELECT site, model, sum(gpu_ms) AS gpu_ms, sum(cost_micros) AS cost_micros
  FROM pool_day GROUP BY site, model
),
money(currency) AS (
  SELECT max(currency) FROM posting_by_day WHERE day >= :first_day AND day < :end_day
),
cluster_pool AS MATERIALIZED (
  SELECT total.*, idle_ms + unused_ms + free_ms AS servable_ms,
    prorate(pool_day.cost_micros, 0, idle_ms + unused_ms + free_ms, pool_day.gpu_ms) AS cost_micros
  FROM (
    SELECT hour_ms, day, site, cluster, model,
      sum(gpu_ms) AS capacity_ms,
      coalesce(sum(gpu_ms) FILTER (WHERE state = 2), 0) AS idle_ms,
      coalesce(sum(gpu_ms) FILTER (WHERE state = 4), 0) AS unused_ms,
      coalesce(sum(gpu_ms) FILTER (WHERE state = 6), 0) AS free_ms,
      coalesce(sum(gpu_ms) FILTER (WHERE state IN (3, 8)), 0) AS unseen_ms
    FROM fact
    GROUP BY hour_ms, day, site, cluster, model) AS total
  LEFT JOIN pool_day
    ON pool_day.day = total.day AND pool_day.site = total.site
    AND pool_day.cluster = total.cluster AND pool_day.model = total.model
),
site_pool AS MATERIALIZED (
  SELECT hour_ms, site, model, sum(capacity_ms) AS capacity_ms, sum(idle_ms) AS idle_ms,
    sum(unused_ms) AS unused_ms, sum(free_ms) AS free_ms, sum(unseen_ms) AS unseen_ms,
    sum(servable_ms) AS servable_ms,
    CASE WHEN count(*) = count(cost_micros) THEN sum(cost_micros) END AS cost_micros
  FROM cluster_pool
  GROUP BY hour_ms, site, model
),
known_type AS MATERIALIZED (
  SELECT DISTINCT asked.site AS site, asked.gpu_type AS gpu_type, there.model AS model
  FROM (SELECT DISTINCT site, gpu_type FROM want WHERE gpu_type <> '') AS asked
  JOIN (SELECT DISTINCT site, model FROM site_pool) AS there
    ON there.site = asked.site AND instr(lower(there.model), asked.gpu_type)
),
choice AS (
  SELECT want.*, site_pool.model AS model, site_pool.servable_ms AS servable_ms,
    site_pool.capacity_ms AS capacity_ms
  FROM want
  JOIN known_type ON known_type.site = want.site AND known_type.gpu_type = want.gpu_type
  LEFT JOIN site_pool
    ON site_pool.hour_ms = want.hour_ms AND site_pool.site = want.site
    AND site_pool.model = known_type.model
  UNION ALL
  SELECT want.*, cluster_pool.model, cluster_pool.servable_ms, cluster_pool.capacity_ms
  FROM want
  LEFT JOIN cluster_pool
    ON cluster_pool.hour_ms = want.hour_ms AND cluster_pool.site = want.site
    AND cluster_pool.cluster = want.cluster
  WHERE NOT EXISTS (
    SELECT 1 FROM known_type
    WHERE known_type.site = want.site AND known_type.gpu_type = want.gpu_type)
),
-- What the wait is split by; all of it is for a model of which nothing is known in the hour, NULL,
-- only where that is so of all that it could be for.
weighed AS (
  SELECT *,
    CASE WHEN sum(servable_ms) OVER of_want > 0 THEN coalesce(servable_ms, 0)
      WHEN sum(capacity_ms) OVER of_want > 0 THEN coalesce(capacity_ms, 0)
      ELSE 1 END AS weight
  FROM choice
  WINDOW of_want AS (PARTITION BY number)
),
split AS (
  SELECT hour_ms, site, cluster, team_path, model,
    prorate(
      wait_ms, sum(weight) OVER (PARTITION BY number ORDER BY model) - weight, weight,
      sum(weight) OVER (PARTITION BY number)) AS wait_ms
  FROM weighed
),
need AS (
  SELECT hour_ms, site, cluster, team_path, model, sum(wait_ms) AS wait_ms
  FROM split
  GROUP BY 1, 2, 3, 4, 5
),
shared AS (
  SELECT *,
    sum(wait_ms) OVER (
      PARTITION BY hour_ms, site, model ORDER BY team_path, cluster) - wait_ms AS before,
    sum(wait_ms) OVER (PARTITION BY hour_ms, site, model) AS whole
  FROM need WHERE wait_ms > 0
),
served AS (
  SELECT shared.*,
    (SELECT day FROM wanted_hour WHERE wanted_hour.hour_ms = shared.hour_ms) AS day,
    prorate(
      min(whole, (
        SELECT servable_ms FROM site_pool
        WHERE site_pool.hour_ms = shared.hour_ms AND site_pool.site = shared.site
          AND site_pool.model = shared.model)), before, wait_ms, whole) AS served_ms,
    prorate(price.cost_micros, 0, wait_ms, price.gpu_ms) AS waited_micros
  FROM shared
  LEFT JOIN price ON price.site = shared.site AND price.model = shared.model
),
line AS (
  SELECT {{by}}, hour_ms AS at_ms, site AS at_site, model AS at_model, wait_ms, served_ms,
    waited_micros
  FROM served
  WHERE :team IS NULL OR substr(team_path || '/', 1, length(:team) + 1) = :team || '/'
),
numbered AS MATERIALIZED (SELECT *, dense_rank() OVER (ORDER BY {{names}}) AS who FROM line),
total AS (
  SELECT {{names}}, who, sum(wait_ms) AS wait_ms, sum(served_ms) AS served_ms,
    CASE WHEN count(*) = count(waited_micros) THEN sum(waited_micros) END AS waited_micros
  FROM numbered
  GROUP BY who
),
meanwhile AS MATERIALIZED (
  SELECT DISTINCT who, at_ms, at_site, at_model FROM numbered WHERE at_model IS NOT NULL
),
beside AS MATERIALIZED (
  SELECT who, sum(capacity_ms) AS capacity_ms, sum(idle_ms) AS idle_ms,
    sum(unused_ms) AS unused_ms, sum(free_ms) AS free_ms, sum(unseen_ms) AS unseen_ms,
    CASE WHEN count(*) = count(cost_micros) THEN sum(cost_micros) END AS cost_micros
  FROM meanwhile JOIN site_pool
    ON site_pool.hour_ms = at_ms AND site_pool.site = at_site AND site_pool.model = at_model
  GROUP BY who
),
payer AS MATERIALIZED (
  SELECT workload_id, day, max(team) AS team FROM posting
  WHERE kind = 'usage' AND state IN (2, 4) AND day >= :first_day AND day < :end_day
  GROUP BY workload_id, day
),
held AS MATERIALIZED (
  SELECT fact.hour_ms AS hour_ms, fact.site AS site, fact.model AS model,
    coalesce(payer.team, requester.team) AS holder, sum(fact.gpu_ms) AS gpu_ms
  FROM fact
  LEFT JOIN payer ON payer.workload_id = fact.workload_id AND payer.day = fact.day
  LEFT JOIN requester ON requester.workload_id = fact.workload_id
  WHERE fact.state IN (2, 4)
  GROUP BY 1, 2, 3, 4
),
ranked AS (
  SELECT who, holder, sum(gpu_ms) AS gpu_ms,
    row_number() OVER (PARTITION BY who ORDER BY sum(gpu_ms) DESC, holder) AS place
  FROM meanwhile JOIN held
    ON held.hour_ms = at_ms AND held.site = at_site AND held.model = at_model
  WHERE holder IS NOT NULL
  GROUP BY who, holder
),
top AS MATERIALIZED (
  SELECT who, max(holder) AS holder, max(gpu_ms) AS gpu_ms FROM ranked WHERE place = 1
  GROUP BY who
)
SELECT {{names}},
  total.wait_ms AS waited_gpu_hours,
  beside.idle_ms AS idle_gpu_hours,
  beside.unused_ms AS reserved_unused_gpu_hours,
  beside.free_ms AS unallocated_gpu_hours,
  total.served_ms AS servable_gpu_hours,
  100.0 * total.served_ms / nullif(total.wait_ms, 0) AS servable_percent,
  100.0 * (beside.capacity_ms - beside.unseen_ms) / nullif(beside.capacity_ms, 0)
    AS observed_percent,
  top.holder AS top_holder,
  top.gpu_ms AS top_holder_gpu_hours,
  total.waited_micros AS waited_cost,
  beside.cost_micros AS idle_cost,
  money.currency AS currency
FROM total CROSS JOIN money
LEFT JOIN beside ON beside.who = total.who
LEFT JOIN top ON top.who = total.who
ORDER BY {{names}}
