-- title: Costs
-- question: Which rate or which cost items does what the pools cost come from?
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
-- column cost_pool: text, its name in the configuration, empty for a rate
-- column kind: text, of the cost: rate, depreciation, hosting, power and so on
-- column item: text, its name in the configuration
-- column basis: text, how the amount came about
-- column original_cost: decimal, before it was exchanged
-- column original_currency: text
-- column exchange_rate: decimal, units of the currency for one of the original
-- column cost: money
-- column currency: text

WITH
{{part explained-days}},
item AS (
  SELECT NULL AS charge_class, day, pool_id, cost_pool, kind, item, basis, original_micros,
    original_currency, exchange_rate, cost_micros, currency
  FROM pool_cost WHERE day IN (SELECT day FROM cell WHERE charge_class IS NULL)
  UNION ALL
  SELECT 'Correction', charge_day, pool_id, cost_pool, kind, item,
    'the difference to what was charged', NULL, NULL, NULL, sum(cost_micros), currency
  FROM cost_correction
  WHERE month >= :first_month AND month < :end_month
  GROUP BY charge_day, pool_id, cost_pool, kind, item, currency
  UNION ALL
  -- Months that were posted before costs were kept by item.
  SELECT charge_class, day, pool_id, '', 'rate', '', 'as posted', NULL, NULL, NULL,
    sum(cost_micros), currency
  FROM posting_by_day
  WHERE day IN (SELECT day FROM cell WHERE charge_class IS NULL)
    AND NOT EXISTS (SELECT 1 FROM pool_cost
      WHERE pool_cost.day = posting_by_day.day AND pool_cost.pool_id = posting_by_day.pool_id)
  GROUP BY charge_class, day, pool_id, currency
)
SELECT cell.charge_class AS charge_class, cell.day AS day, pool.site AS site,
  pool.cluster AS cluster, pool.gpu_model AS gpu_model, nullif(item.cost_pool, '') AS cost_pool,
  item.kind AS kind, nullif(item.item, '') AS item, item.basis AS basis,
  CASE WHEN item.original_micros IS NOT NULL THEN
    printf('%s%d.%06d', CASE WHEN item.original_micros < 0 THEN '-' ELSE '' END,
      abs(item.original_micros) / 1000000, abs(item.original_micros) % 1000000)
  END AS original_cost,
  item.original_currency AS original_currency, item.exchange_rate AS exchange_rate,
  item.cost_micros AS cost, item.currency AS currency
FROM cell JOIN item
  ON item.day = cell.day AND item.pool_id = cell.pool_id AND item.charge_class IS cell.charge_class
LEFT JOIN pool ON pool.id = cell.pool_id
ORDER BY cell.charge_class, cell.day, pool.site, pool.cluster, pool.gpu_model, item.cost_pool,
  item.kind, item.item, item.currency
