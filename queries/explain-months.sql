-- title: Months
-- question: When and with what was each of the months posted?
-- needs: postings
-- parameter first_day: text, the first billing day
-- parameter end_day: text, the billing day after the last
-- parameter team: text, the team, with all under it
-- parameter site: text, default none, of the pool
-- parameter cluster: text, default none, of the pool
-- parameter gpu_model: text, default none, of the pool
-- parameter usage_states: text, the states whose time counts, such as .1.3.
-- parameter moves: integer, default 1, 1 where what policies move counts too
-- parameter day: text, default none, this billing day only
-- column month: text, the billing month
-- column status: text, open or closed
-- column cost: money, of all of its postings
-- column currency: text
-- column version: text, of the gputally that posted it last
-- column configuration: text, a digest of what money was made with: prices, teams, policies
-- column closed: time, when it was closed

WITH
-- The months that are whole in the period: their corrections count.
first_whole(month) AS (
  SELECT substr(date(:first_day, '-1 day', 'start of month', '+1 month'), 1, 7)
),
whole(first_month, end_month) AS (
  SELECT month, max(month, substr(:end_day, 1, 7)) FROM first_whole
),
wanted_pool AS (
  SELECT id FROM pool
  WHERE (:site IS NULL OR site = :site) AND (:cluster IS NULL OR cluster = :cluster)
    AND (:gpu_model IS NULL OR gpu_model = :gpu_model)
),
-- What the cell is the sum of, by day.
sums AS (
  SELECT charge_class, day, pool_id, kind, team, state, gpu_ms, energy_uj, cost_micros, currency
  FROM posting_by_day WHERE day >= :first_day AND day < :end_day
  UNION ALL
  SELECT 'Correction', charge_day, pool_id, kind, team, state, gpu_ms, energy_uj, cost_micros,
    currency
  FROM correction
  WHERE month >= (SELECT first_month FROM whole) AND month < (SELECT end_month FROM whole)
),
cell AS (
  SELECT DISTINCT charge_class, day, pool_id FROM sums
  WHERE pool_id IN (SELECT id FROM wanted_pool)
    AND substr(team || '/', 1, length(:team) + 1) = :team || '/'
    AND CASE kind WHEN 'usage' THEN instr(:usage_states, '.' || state || '.') > 0 ELSE :moves END
    AND (:day IS NULL OR day = :day)
)
SELECT posted_month.month AS month,
  CASE WHEN closed_month.month IS NULL THEN 'open' ELSE 'closed' END AS status,
  posted_month.cost_micros AS cost, posted_month.currency AS currency,
  nullif(posted_month.version, '') AS version, posted_month.fingerprint AS configuration,
  closed_month.closed_ms AS closed
FROM posted_month LEFT JOIN closed_month ON closed_month.month = posted_month.month
WHERE posted_month.month IN (SELECT substr(day, 1, 7) FROM cell)
ORDER BY posted_month.month
