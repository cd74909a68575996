-- title: Postings
-- question: Which lines of the account book is the cell the sum of?
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
-- column charge_class: text, Correction for late changes of a closed month
-- column day: text, the billing day that is charged for
-- column site: text, of the pool
-- column cluster: text, of the pool
-- column gpu_model: text, of the pool
-- column team: text, who pays
-- column kind: text, usage for time at its price, else what moved the cost
-- column state: text, of the time
-- column policy: text, by which cost was moved
-- column postings: count, how many
-- column gpu_hours: hours
-- column energy_kwh: kilowatt hours
-- column cost: money
-- column currency: text

WITH
{{part state-names}},
{{part explained-lines}}
SELECT line.charge_class AS charge_class, line.day AS day, pool.site AS site,
  pool.cluster AS cluster, pool.gpu_model AS gpu_model, line.team AS team, line.kind AS kind,
  state_name.name AS state, line.policy AS policy, count(*) AS postings,
  sum(line.gpu_ms) AS gpu_hours, sum(line.energy_uj) AS energy_kwh,
  sum(line.cost_micros) AS cost, line.currency AS currency
FROM line LEFT JOIN pool ON pool.id = line.pool_id
LEFT JOIN state_name ON state_name.number = line.state
GROUP BY line.charge_class, line.day, line.pool_id, line.team, line.kind, line.state,
  line.policy, line.currency
ORDER BY line.charge_class, line.day, pool.site, pool.cluster, pool.gpu_model, line.team,
  line.kind DESC, line.state, line.policy, line.currency
