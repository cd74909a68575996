-- title: Unassigned
-- question: Which GPU-time is charged to no team, and what under 'teams' would give it one?
-- needs: postings
-- parameter first_day: text, the first billing day
-- parameter end_day: text, the billing day after the last
-- by: cluster,namespace,account,project
-- dimension site: site
-- dimension cluster: cluster
-- dimension namespace: namespace
-- dimension account: account
-- dimension project: project
-- dimension owner: owner
-- dimension user: user
-- dimension workload: workload
-- column workloads: count, how many of them
-- column gpu_hours: hours, held or reserved
-- column idle_gpu_hours: hours, the part of them that was held without activity
-- column cost: money, of these hours at their price, without what policies share out
-- column share_percent: percent, of the cost of all hours that are charged to no team
-- column currency: text
-- column add_to_teams: text, a line for gputally.yaml; empty where more dimensions are needed

WITH
summed AS (
  SELECT pool_id, workload_id, currency, coalesce(sum(gpu_ms), 0) AS gpu_ms,
    coalesce(sum(gpu_ms) FILTER (WHERE state = 2), 0) AS idle_ms, sum(cost_micros) AS micros
  FROM posting
  WHERE team = 'unassigned'
    AND (kind = 'usage' AND state IN (1, 2, 3, 4) OR kind = 'charge' AND workload_id <> 0)
    AND day >= :first_day AND day < :end_day
  GROUP BY pool_id, workload_id, currency
),
told AS (
  SELECT summed.*, pool.site AS site, pool.cluster AS cluster,
    nullif(workload.namespace, '') AS namespace,
    workload.attributes ->> '$.account' AS account,
    workload.attributes ->> '$.project' AS project,
    workload.attributes ->> '$.owner' AS owner,
    coalesce(workload.user, workload.attributes ->> '$.user') AS user,
    nullif(workload.name, '') AS workload
  FROM summed
  LEFT JOIN pool ON pool.id = summed.pool_id
  LEFT JOIN workload ON workload.id = summed.workload_id
),
line AS (
  SELECT {{by}}, workload_id, gpu_ms, idle_ms, micros, currency AS line_currency,
    namespace AS key_namespace, account AS key_account, project AS key_project,
    owner AS key_owner, user AS key_user, workload AS key_workload
  FROM told
),
-- The first key that all workloads of a line share gives them a team together.
grouped AS (
  SELECT {{names}}, line_currency,
    count(DISTINCT nullif(workload_id, 0)) AS workloads, sum(gpu_ms) AS gpu_ms,
    sum(idle_ms) AS idle_ms, sum(micros) AS micros,
    CASE
      WHEN count(key_namespace) = count(*) AND min(key_namespace) = max(key_namespace)
        THEN 'namespace: ' || json_quote(min(key_namespace))
      WHEN count(key_account) = count(*) AND min(key_account) = max(key_account)
        THEN 'account: ' || json_quote(min(key_account))
      WHEN count(key_project) = count(*) AND min(key_project) = max(key_project)
        THEN 'project: ' || json_quote(min(key_project))
      WHEN count(key_owner) = count(*) AND min(key_owner) = max(key_owner)
        THEN 'owner: ' || json_quote(min(key_owner))
      WHEN count(key_user) = count(*) AND min(key_user) = max(key_user)
        THEN 'user: ' || json_quote(min(key_user))
      WHEN count(key_workload) = count(*) AND min(key_workload) = max(key_workload)
        THEN 'workload: ' || json_quote(min(key_workload))
    END AS shared_key
  FROM line GROUP BY {{names}}, line_currency
)
SELECT {{names}},
  workloads,
  gpu_ms AS gpu_hours,
  idle_ms AS idle_gpu_hours,
  micros AS cost,
  100.0 * micros / nullif(sum(micros) OVER (PARTITION BY line_currency), 0) AS share_percent,
  line_currency AS currency,
  '- { name: TEAM, match: [{ ' || shared_key || ' }] }' AS add_to_teams
FROM grouped
ORDER BY micros DESC, {{names}}, line_currency
