-- title: Costs
-- question: What did each pool cost, and for what?
-- needs: postings
-- parameter first_day: text, the first billing day
-- parameter end_day: text, the billing day after the last
-- parameter first_month: text, the first month that is whole in the period
-- parameter end_month: text, the month after the last that is
-- column site: text, of the pool
-- column provider: text, of the pool, empty for hardware of one's own
-- column cluster: text, of the pool; empty for cost on days on which no GPU had time
-- column resource: text, what the pool consists of: gpu, storage, or a service that a bill names
-- column gpu_model: text, of the pool; of storage its class
-- column cost_pool: text, its name in the configuration or the bill's source, empty for rates
-- column kind: text, rate, depreciation, power, hosting, licence, support, staff, storage, network, other or bill
-- column item: text, its name in the configuration, the rate, or the category of what is billed
-- column original_amount: text, in the currency it is given in
-- column original_currency: text
-- column exchange_rate: text, what 1 of that currency was worth, empty where nothing was exchanged
-- column cost: money
-- column currency: text
-- column charge_class: text, Correction for late changes of a closed period, else empty

-- A line an item, pool and rate of exchange; the total is that of the chargeback.
WITH
line AS (
  SELECT pool_id, cost_pool, kind, item, original_micros, original_currency, exchange_rate,
    cost_micros, currency, NULL AS charge_class
  FROM pool_cost WHERE day >= :first_day AND day < :end_day
  UNION ALL
  SELECT pool_id, cost_pool, kind, item, NULL, NULL, NULL, cost_micros, currency, 'Correction'
  FROM cost_correction
  WHERE month >= :first_month AND month < :end_month
)
SELECT
  pool.site AS site,
  pool.provider AS provider,
  pool.cluster AS cluster,
  pool.resource AS resource,
  pool.gpu_model AS gpu_model,
  line.cost_pool AS cost_pool,
  line.kind AS kind,
  line.item AS item,
  CASE WHEN line.charge_class IS NULL THEN
    money_text(sum(line.original_micros))
  END AS original_amount,
  line.original_currency AS original_currency,
  line.exchange_rate AS exchange_rate,
  sum(line.cost_micros) AS cost,
  line.currency AS currency,
  line.charge_class AS charge_class
FROM line LEFT JOIN pool ON pool.id = line.pool_id
GROUP BY line.pool_id, line.cost_pool, line.kind, line.item, line.original_currency,
  line.exchange_rate, line.currency, line.charge_class
ORDER BY site, provider, cluster, resource, gpu_model, cost_pool, kind, item, original_currency, exchange_rate,
  line.currency, line.charge_class
