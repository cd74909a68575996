-- title: Drill-down
-- question: Which workloads are behind a team's cost, on which nodes, and where can they be looked at?
-- needs: postings
-- parameter first_day: text, the first billing day
-- parameter end_day: text, the billing day after the last
-- parameter first_day_ms: integer, the start of first_day
-- parameter end_day_ms: integer, the start of end_day
-- parameter team: text, default none, the team to show, with all under it; none shows all
-- parameter link: text, default none, an address in which {team}, {cluster}, {node}, {namespace}, {workload}, {start_ms} and {end_ms} are replaced
-- column team: text, who pays
-- column site: text, of the pool
-- column cluster: text, of the pool
-- column node: text, the host
-- column namespace: text, of the workload
-- column project: text, the Rancher project of the namespace, by its name where that is known
-- column workload: text, a pod, a job, an assignment's team, a billed instance or a volume's claim
-- column containers: text, those of the pod that asked for GPUs
-- column kind: text, of the workload
-- column gpus: count, different GPUs; none of storage
-- column gpu_hours: hours, held or reserved; empty of storage, as are all hours
-- column busy_gpu_hours: hours, the part of it with activity
-- column idle_gpu_hours: hours, the part of it without
-- column unknown_gpu_hours: hours, the part of it that nobody saw
-- column cost: money
-- column currency: text
-- column link: text, the workload in another system

-- Time that nobody held has no line, and corrections and moves have none.
WITH
line AS (
  SELECT team, pool_id, host_id, workload_id, currency,
    count(DISTINCT CASE WHEN kind = 'usage' THEN gpu_id END) AS gpus, sum(gpu_ms) AS gpu_ms,
    sum(CASE WHEN kind = 'usage' THEN iif(state = 1, gpu_ms, 0) END) AS busy_ms,
    sum(CASE WHEN kind = 'usage' THEN iif(state = 2, gpu_ms, 0) END) AS idle_ms,
    sum(CASE WHEN kind = 'usage' THEN iif(state = 3, gpu_ms, 0) END) AS unknown_ms,
    sum(cost_micros) AS cost_micros
  FROM posting
  WHERE day >= :first_day AND day < :end_day
    AND (kind = 'usage' AND state IN (1, 2, 3, 4) OR kind = 'charge' AND workload_id <> 0)
    AND (:team IS NULL OR substr(team || '/', 1, length(:team) + 1) = :team || '/')
  GROUP BY team, pool_id, host_id, workload_id, currency
)
SELECT
  line.team AS team,
  pool.site AS site,
  nullif(pool.cluster, '') AS cluster,
  host.name AS node,
  nullif(workload.namespace, '') AS namespace,
  coalesce(json_extract(workload.attributes, '$.project_name'),
    json_extract(workload.attributes, '$.project')) AS project,
  workload.name AS workload,
  json_extract(workload.attributes, '$.containers') AS containers,
  workload.kind AS kind,
  line.gpus AS gpus,
  line.gpu_ms AS gpu_hours,
  line.busy_ms AS busy_gpu_hours,
  line.idle_ms AS idle_gpu_hours,
  line.unknown_ms AS unknown_gpu_hours,
  line.cost_micros AS cost,
  line.currency AS currency,
  replace(replace(replace(replace(replace(replace(replace(:link,
    '{team}', line.team), '{cluster}', pool.cluster), '{node}', coalesce(host.name, '')),
    '{namespace}', coalesce(workload.namespace, '')),
    '{workload}', coalesce(workload.name, '')), '{start_ms}', :first_day_ms),
    '{end_ms}', :end_day_ms) AS link
FROM line
JOIN pool ON pool.id = line.pool_id
LEFT JOIN host ON host.id = line.host_id
LEFT JOIN workload ON workload.id = line.workload_id
ORDER BY cost DESC, team, cluster, node, namespace, workload
