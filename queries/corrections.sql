-- title: Corrections
-- question: What do the period's months bear of months that were closed before?
-- parameter first_month: text, the first month that is whole in the period
-- parameter end_month: text, the month after the last that is
-- parameter team: text, default none, the team to show, with all under it; none shows all
-- by: month,charge_month,team,site,cluster,gpu_model,kind,state
-- dimension month: correction.month
-- dimension charge_month: correction.charge_month
-- dimension charge_day: correction.charge_day
-- dimension team: correction.team
-- dimension cost_center: correction.cost_center
-- dimension site: pool.site
-- dimension cluster: pool.cluster
-- dimension gpu_model: pool.gpu_model
-- dimension kind: correction.kind
-- dimension state: state_name.name
-- dimension owner: correction.owner
-- dimension host: host.name
-- dimension gpu_uuid: CASE WHEN correction.gpu_id <> 0 THEN gpu.uuid END
-- dimension namespace: nullif(workload.namespace, '')
-- dimension workload: nullif(workload.name, '')
-- column gpu_hours: hours, more or less than charged before, empty where no time is meant
-- column cost: money, more or less than charged before
-- column currency: text

-- month bears what was charged too little or too much for charge_month, which is closed. A month
-- bears its corrections as a whole, so that a part of a month shows none.
WITH
{{part state-names}},
line AS (
  SELECT {{by}}, correction.gpu_ms AS line_ms, correction.cost_micros AS line_micros,
    correction.currency AS line_currency
  FROM correction
  LEFT JOIN pool ON pool.id = correction.pool_id
  LEFT JOIN host ON host.id = correction.host_id
  LEFT JOIN gpu ON gpu.id = correction.gpu_id
  LEFT JOIN workload ON workload.id = correction.workload_id
  LEFT JOIN state_name ON state_name.number = correction.state
  WHERE correction.month >= :first_month
    AND correction.month < :end_month
    AND (:team IS NULL
      OR substr(correction.team || '/', 1, length(:team) + 1) = :team || '/')
)
SELECT {{names}}, sum(line_ms) AS gpu_hours, sum(line_micros) AS cost,
  line_currency AS currency
FROM line
GROUP BY {{names}}, line_currency
ORDER BY {{names}}, line_currency
