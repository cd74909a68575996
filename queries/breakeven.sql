-- title: Break-even
-- question: Was it cheaper to own these GPUs than to rent as many GPU-hours as were held?
-- needs: postings
-- parameter first_day: text, the first billing day
-- parameter end_day: text, the billing day after the last
-- parameter first_month: text, the first month that is whole in the period
-- parameter end_month: text, the month after the last that is
-- parameter rent_per_gpu_hour: text, default none, the price of a rented GPU-hour; none takes the mean of the public clouds' GPUs of the same model in the period
-- by: site,gpu_model
-- dimension site: pool.site
-- dimension cluster: nullif(pool.cluster, '')
-- dimension gpu_model: nullif(pool.gpu_model, '')
-- column capacity_gpu_hours: hours, owned, all states together
-- column held_gpu_hours: hours, the part of it that workloads held: what would have been rented
-- column held_percent: percent, of the capacity
-- column owned_cost: money, what the capacity cost
-- column owned_per_held_gpu_hour: decimal, by the hours that were held
-- column rent_per_gpu_hour: decimal, as given, or what public clouds were paid; empty where neither is known
-- column rented_cost: money, of the held hours at that price
-- column saved_cost: money, what owning saved; negative where renting had been cheaper
-- column break_even_percent: percent, of the capacity that must be held for owning to be cheaper
-- column currency: text

-- It assumes that every held hour would have been rented and no other: instances by the hour, no
-- minimum, no data to move, the same speed. GPUs of public clouds are not in it but for their price.
WITH
{{part posted-sums}},
timed AS (
  SELECT pool_id, currency, sum(cost_micros) AS micros,
    coalesce(sum(gpu_ms) FILTER (WHERE kind = 'usage'), 0) AS capacity_ms,
    coalesce(sum(gpu_ms) FILTER (WHERE kind = 'usage' AND state IN (1, 2, 3)), 0) AS held_ms
  FROM sums JOIN pool ON pool.id = pool_id
  WHERE pool.resource = 'gpu'
  GROUP BY pool_id, currency
),
rented AS (
  SELECT pool.gpu_model AS model, sum(micros) AS micros, sum(capacity_ms) AS capacity_ms
  FROM timed JOIN pool ON pool.id = pool_id JOIN site ON site.name = pool.site
  WHERE site.kind = 'public-cloud'
  GROUP BY pool.gpu_model HAVING sum(capacity_ms) > 0
),
line AS (
  SELECT {{by}}, timed.micros AS line_micros, timed.capacity_ms AS line_capacity_ms,
    timed.held_ms AS line_held_ms, timed.currency AS line_currency,
    CASE WHEN :rent_per_gpu_hour IS NULL
      THEN prorate(rented.micros, 0, 3600000, rented.capacity_ms)
      ELSE exact_micros(:rent_per_gpu_hour) END AS rent
  FROM timed
  JOIN pool ON pool.id = timed.pool_id
  LEFT JOIN site ON site.name = pool.site
  LEFT JOIN rented ON rented.model = pool.gpu_model
  WHERE coalesce(site.kind, '') <> 'public-cloud'
),
total AS (
  SELECT {{names}}, line_currency,
    sum(line_micros) AS micros, sum(line_capacity_ms) AS capacity_ms, sum(line_held_ms) AS held_ms,
    -- Of several models together no one price is known.
    CASE WHEN min(rent) = max(rent) AND count(*) = count(rent) THEN min(rent) END AS rent
  FROM line
  GROUP BY {{names}}, line_currency
),
priced AS (SELECT *, prorate(rent, 0, held_ms, 3600000) AS rented_micros FROM total)
SELECT {{names}},
  capacity_ms AS capacity_gpu_hours,
  held_ms AS held_gpu_hours,
  100.0 * held_ms / nullif(capacity_ms, 0) AS held_percent,
  micros AS owned_cost,
  CASE WHEN held_ms > 0 THEN money_text(prorate(micros, 0, 3600000, held_ms)) END
    AS owned_per_held_gpu_hour,
  money_text(rent) AS rent_per_gpu_hour,
  rented_micros AS rented_cost,
  rented_micros - micros AS saved_cost,
  100.0 * micros / nullif(prorate(rent, 0, capacity_ms, 3600000), 0) AS break_even_percent,
  line_currency AS currency
FROM priced
ORDER BY {{names}}, line_currency
