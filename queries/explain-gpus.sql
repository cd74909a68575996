-- title: GPUs
-- question: Which GPUs did what for whom in that time?
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
-- parameter gpu: text, default none, the UUID of a GPU
-- column charge_class: text, Correction for late changes of a closed month
-- column day: text, the billing day that is charged for
-- column team: text, who pays
-- column host: text, empty where cost was moved
-- column gpu_uuid: text, empty for slots never seen
-- column gpu_model: text, of the pool
-- column namespace: text, of the workload
-- column workload: text
-- column user: text, of the workload
-- column kind: text, usage for time at its price, else what moved the cost
-- column state: text, of the time
-- column policy: text, by which cost was moved
-- column gpu_hours: hours
-- column first: time, the first instant of them
-- column last: time, the last instant of them
-- column energy_kwh: kilowatt hours
-- column cost: money
-- column currency: text

WITH
{{part state-names}},
{{part explained-lines}}
SELECT line.charge_class AS charge_class, line.day AS day, line.team AS team, host.name AS host,
  CASE WHEN line.gpu_id <> 0 THEN gpu.uuid END AS gpu_uuid, pool.gpu_model AS gpu_model,
  nullif(workload.namespace, '') AS namespace, nullif(workload.name, '') AS workload,
  workload.user AS user, line.kind AS kind, state_name.name AS state, line.policy AS policy,
  line.gpu_ms AS gpu_hours, line.first_ms AS first, line.last_ms AS last,
  line.energy_uj AS energy_kwh, line.cost_micros AS cost, line.currency AS currency
FROM line LEFT JOIN pool ON pool.id = line.pool_id
LEFT JOIN host ON host.id = line.host_id
LEFT JOIN gpu ON gpu.id = line.gpu_id
LEFT JOIN workload ON workload.id = line.workload_id
LEFT JOIN state_name ON state_name.number = line.state
WHERE :gpu IS NULL OR gpu.uuid = :gpu
ORDER BY line.charge_class, line.day, line.team, host.name, gpu.uuid, line.first_ms, line.state,
  workload.namespace, workload.name, line.policy
