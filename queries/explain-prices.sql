-- title: Prices
-- question: What did each pool cost on those days, and what is a GPU-hour's price by that?
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
-- column pool_cost: money, of all states and teams
-- column pool_gpu_hours: hours, in all states
-- column charged_for_time: money, the part of the cost that its hours bear
-- column variance: money, the part that they don't
-- column price_per_gpu_hour: decimal, what is charged for time by its hours
-- column currency: text

WITH
{{part explained-days}},
day_pool AS (
  SELECT cell.charge_class, cell.day, cell.pool_id, sums.currency,
    sum(sums.cost_micros) AS cost,
    sum(sums.gpu_ms) FILTER (WHERE sums.kind = 'usage') AS gpu_ms,
    coalesce(sum(sums.cost_micros) FILTER (WHERE sums.kind = 'usage'), 0) AS charged,
    coalesce(sum(sums.cost_micros) FILTER (WHERE sums.kind = 'variance'), 0) AS variance
  FROM cell CROSS JOIN sums
    ON sums.day = cell.day AND sums.pool_id = cell.pool_id
    AND sums.charge_class IS cell.charge_class
  GROUP BY cell.charge_class, cell.day, cell.pool_id, sums.currency
),
-- A difference has no price.
priced AS (
  SELECT *, CASE WHEN gpu_ms > 0 AND charge_class IS NULL
    THEN prorate(charged, 0, 3600000, gpu_ms) END AS price
  FROM day_pool
)
SELECT priced.charge_class AS charge_class, priced.day AS day, pool.site AS site,
  pool.cluster AS cluster, pool.gpu_model AS gpu_model, priced.cost AS pool_cost,
  priced.gpu_ms AS pool_gpu_hours, priced.charged AS charged_for_time,
  priced.variance AS variance,
  CASE WHEN price IS NOT NULL
    THEN printf('%d.%06d', price / 1000000, price % 1000000) END AS price_per_gpu_hour,
  priced.currency AS currency
FROM priced LEFT JOIN pool ON pool.id = priced.pool_id
ORDER BY priced.charge_class, priced.day, pool.site, pool.cluster, pool.gpu_model,
  priced.currency
