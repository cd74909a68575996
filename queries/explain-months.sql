-- title: Months
-- question: When and with what was each of the months posted?
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
-- column month: text, the billing month
-- column status: text, open or closed
-- column cost: money, of all of its postings
-- column currency: text
-- column version: text, of the gputally that posted it last
-- column configuration: text, a digest of what money was made with: prices, teams, policies
-- column closed: time, when it was closed

WITH
{{part explained-days}}
SELECT posted_month.month AS month,
  CASE WHEN closed_month.month IS NULL THEN 'open' ELSE 'closed' END AS status,
  posted_month.cost_micros AS cost, posted_month.currency AS currency,
  nullif(posted_month.version, '') AS version, posted_month.fingerprint AS configuration,
  closed_month.closed_ms AS closed
FROM posted_month LEFT JOIN closed_month ON closed_month.month = posted_month.month
WHERE posted_month.month IN (SELECT substr(day, 1, 7) FROM cell)
ORDER BY posted_month.month
