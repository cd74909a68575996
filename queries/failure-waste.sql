-- title: Failure waste
-- question: How much work was lost, to what cause, and which node, team or user had it?
-- parameter start_ms: integer, the start of the period
-- parameter end_ms: integer, the end of the period
-- parameter team: text, default none, the team to show, with all under it; none shows all
-- parameter completed: integer, default 0, 1 shows work that was completed too
-- parameter slack_ms: integer, default 60000, how far from an outage of its node a run may end to have failed for it
-- by: cause
-- dimension cause: cause
-- dimension node: nullif(node, '')
-- dimension day: billing_day(ended_ms)
-- dimension month: billing_month(ended_ms)
-- dimension team: team_path
-- dimension cluster: nullif(cluster, '')
-- dimension account: nullif(account, '')
-- dimension user: nullif(user, '')
-- dimension partition: nullif(partition, '')
-- column runs: count, runs with GPUs that ended in the period; by node those that a node had part of
-- column gpu_hours: hours, all of their GPU-hours, also from before the period
-- column share_percent: percent, of the GPU-hours of all runs that ended in the period
-- column cost: money, of all of their time
-- column priced_percent: percent, of gpu_hours, those whose cost is known
-- column currency: text

-- Lost to the infrastructure are `infrastructure`: the scheduler says that a node failed or didn't
-- boot, or the run failed, was requeued or lost while one of its nodes was down or not ready;
-- `eviction`: a pod put out by its node; and `requeue`: a run that the scheduler took back otherwise.
-- The rest is `preemption`, `out_of_memory`, `time_limit`, `cancelled` and `failed`.
-- A run's loss is shared evenly over its nodes; where nodes of it were in outage, they bear all of
-- it. Pods count by what they held; those deleted while they ran don't tell how they ended.
-- Corrections of closed months are not in it: they are differences, and chargeback has them.
WITH
job_run AS MATERIALIZED (
  SELECT job.source AS source, job.cluster AS cluster, job.account AS account, job.user AS user,
    job.partition AS partition, job.state AS state, job.hosts AS hosts,
    job.started_ms AS started_ms, job.ended_ms AS ended_ms, workload.id AS workload_id,
    job.gpus * max(0, job.ended_ms - job.started_ms - job.suspended_ms) AS gpu_ms
  FROM job LEFT JOIN workload
    ON workload.kind = 'job' AND workload.name = job.id
    AND workload.uid = job.cluster || ':' || (job.started_ms / 1000)
  WHERE job.seen_ms >= :start_ms AND job.ended_ms >= :start_ms AND job.ended_ms < :end_ms
    AND job.started_ms > 0 AND job.gpus > 0 AND job.state BETWEEN 4 AND 13
),
-- The hour in which a pod is first said to have ended.
pod_end AS (
  SELECT subject, min(start_ms) AS ended_ms, max(phase) AS phase, max(reason) AS reason,
    max(node) AS node
  FROM (
    SELECT subject, start_ms, json_extract(attributes, '$.phase') AS phase,
      json_extract(attributes, '$.reason') AS reason, json_extract(attributes, '$.node') AS node
    FROM observation
    WHERE kind = 1 AND end_ms > :start_ms AND start_ms < :end_ms
      AND (instr(attributes, '"Failed"') OR instr(attributes, '"Succeeded"')))
  WHERE phase IN ('Failed', 'Succeeded')
  GROUP BY subject
  HAVING min(start_ms) >= :start_ms
),
pod_run AS (
  SELECT pod_end.*, workload.id AS workload_id, workload.cluster AS cluster, workload.user AS user
  FROM workload JOIN pod_end
    ON pod_end.subject = workload.namespace || '/' || workload.name
      || CASE WHEN workload.uid <> '' THEN '/' || workload.uid ELSE '' END
  WHERE workload.kind = 'pod'
),
posted AS MATERIALIZED (
  SELECT workload_id, sum(gpu_ms) AS gpu_ms, sum(cost_micros) AS cost_micros,
    max(currency) AS currency, substr(max(day || team), 11) AS team -- a day is ten letters long
  FROM posting
  WHERE kind = 'usage' AND state IN (1, 2, 3) AND day < billing_day(:end_ms + 86400000)
    AND workload_id IN (
      SELECT workload_id FROM job_run UNION ALL SELECT workload_id FROM pod_run)
  GROUP BY workload_id
),
run AS MATERIALIZED (
  SELECT row_number() OVER () AS number, *
  FROM (
    SELECT source, cluster, account, user, partition, state, '' AS reason, hosts, ended_ms,
      workload_id, gpu_ms
    FROM job_run
    UNION ALL
    SELECT '', cluster, '', user, '', CASE phase WHEN 'Succeeded' THEN 4 ELSE 6 END, reason,
      coalesce(node, ''), ended_ms, pod_run.workload_id, posted.gpu_ms
    FROM pod_run JOIN posted ON posted.workload_id = pod_run.workload_id)
),
outage AS MATERIALIZED (
  SELECT source, substr(subject, 1, instr(subject || '.', '.') - 1) AS node, start_ms, end_ms
  FROM observation
  WHERE source IN (SELECT DISTINCT source FROM job_run) AND kind = 4
    AND end_ms >= :start_ms - :slack_ms AND start_ms <= :end_ms + :slack_ms
    AND json_extract(attributes, '$.reason') IN ('down', 'not_ready')
),
-- A row a run and node of it.
placed AS MATERIALIZED (
  SELECT run.number AS number, node.value AS node,
    run.state IN (6, 8, 10, 13) AND EXISTS (
      SELECT 1 FROM outage
      WHERE outage.source = run.source
        AND outage.node = substr(node.value, 1, instr(node.value || '.', '.') - 1)
        AND outage.start_ms <= run.ended_ms + :slack_ms
        AND outage.end_ms >= run.ended_ms - :slack_ms) AS is_out
  FROM run
  JOIN json_each('[' || replace(json_quote(run.hosts), ',', '","') || ']') AS node
),
borne AS (
  SELECT number, node, max(is_out) OVER of_run AS is_any_out,
    row_number() OVER (PARTITION BY number, is_out ORDER BY node) - 1 AS place,
    count(*) OVER (PARTITION BY number, is_out) AS nodes,
    is_out = max(is_out) OVER of_run AS is_bearer
  FROM placed
  WINDOW of_run AS (PARTITION BY number)
),
caused AS (
  SELECT run.*, borne.node AS node, posted.team AS team_path, posted.currency AS currency,
    CASE
      WHEN state IN (8, 10) OR is_any_out THEN 'infrastructure'
      WHEN reason IN ('NodeLost', 'Shutdown', 'UnexpectedAdmissionError') THEN 'infrastructure'
      WHEN reason IN ('Evicted', 'NodeAffinity') THEN 'eviction'
      WHEN reason = 'OOMKilled' THEN 'out_of_memory'
      ELSE CASE state
        WHEN 4 THEN 'completed' WHEN 5 THEN 'cancelled' WHEN 7 THEN 'time_limit'
        WHEN 9 THEN 'preemption' WHEN 11 THEN 'time_limit' WHEN 12 THEN 'out_of_memory'
        WHEN 13 THEN 'requeue' ELSE 'failed' END
    END AS cause,
    prorate(run.gpu_ms, place, 1, nodes) AS part_ms,
    prorate(posted.cost_micros, place, 1, nodes) AS part_micros
  FROM run
  JOIN borne ON borne.number = run.number AND borne.is_bearer
  LEFT JOIN posted ON posted.workload_id = run.workload_id
),
line AS (
  SELECT {{by}}, number, cause = 'completed' AS is_completed, part_ms, part_micros,
    currency AS line_currency
  FROM caused
  WHERE :team IS NULL OR substr(team_path || '/', 1, length(:team) + 1) = :team || '/'
),
whole(gpu_ms) AS (SELECT sum(part_ms) FROM line)
SELECT {{names}},
  count(DISTINCT number) AS runs,
  sum(part_ms) AS gpu_hours,
  100.0 * sum(part_ms) / nullif((SELECT gpu_ms FROM whole), 0) AS share_percent,
  sum(part_micros) AS cost,
  100.0 * coalesce(sum(part_ms) FILTER (WHERE part_micros IS NOT NULL), 0)
    / nullif(sum(part_ms), 0) AS priced_percent,
  max(line_currency) AS currency
FROM line
WHERE :completed OR NOT is_completed
GROUP BY {{names}}
ORDER BY gpu_hours DESC, {{names}}
