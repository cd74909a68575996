-- title: General ledger
-- question: Which lines does the general ledger get for what was charged?
-- needs: postings
-- parameter first_day: text, the first billing day
-- parameter end_day: text, the billing day after the last
-- parameter first_month: text, the first month that is whole in the period
-- parameter end_month: text, the month after the last that is
-- parameter expense_account: text, default 640000, the account of what teams use
-- parameter idle_account: text, default none, of time held or reserved without use; none: as use
-- parameter shared_account: text, default none, of time that nobody held; none: as use
-- parameter variance_account: text, default none, of cost not charged for time; none: as use
-- parameter clearing_account: text, default 490000, the account of what pools cost
-- parameter clearing_cost_center: text, default none, its cost center
-- parameter no_cost_center: text, default NO-COST-CENTER, for teams that have none
-- parameter debit_mark: text, default debit, what side says of debits
-- parameter credit_mark: text, default credit, what side says of credits
-- column month: text, the billing month that bears it
-- column charge_month: text, of corrections: the month that they are for
-- column posting_date: text, the last billing day of the month in the period
-- column side: text, debit or credit, in the words of the parameters
-- column account: text
-- column cost_center: text
-- column teams: text, of the cost center; empty for a pool
-- column pool: text, GPU model, cluster and site; empty for a cost center
-- column debit: money
-- column credit: money
-- column currency: text
-- balance debit: credit, month

-- Cost centers are debited with all that their teams are charged, pools are credited with what
-- they cost; what is below zero changes sides. A team without a cost center has a line of its own.
-- States: 2 idle, 4 reserved_unused; 5 and above are held by nobody.
WITH
charge AS (
  SELECT
    month, CASE WHEN charge_class = 'Correction' THEN substr(day, 1, 7) END AS charge_month,
    pool_id, kind, team, cost_center, state, cost_micros, currency
  FROM posting_by_day
  WHERE day >= :first_day AND day < :end_day
  UNION ALL
  SELECT month, charge_month, pool_id, kind, team, cost_center, state, cost_micros, currency
  FROM correction
  WHERE month >= :first_month AND month < :end_month
),
payer AS (
  SELECT
    month, charge_month, currency, team, cost_center AS known_center,
    coalesce(cost_center, :no_cost_center) AS cost_center,
    CASE
      WHEN kind = 'variance' THEN coalesce(:variance_account, :expense_account)
      WHEN kind = 'shared' OR state >= 5 THEN coalesce(:shared_account, :expense_account)
      WHEN state IN (2, 4) THEN coalesce(:idle_account, :expense_account)
      ELSE :expense_account END AS account,
    sum(cost_micros) AS amount
  FROM charge
  GROUP BY 1, 2, 3, 4, 5, 6, 7
  HAVING sum(cost_micros) <> 0
  ORDER BY team
),
line AS (
  SELECT
    1 AS place, month, charge_month, account, cost_center, group_concat(team, ', ') AS teams,
    NULL AS pool, sum(amount) AS amount, currency
  FROM payer
  GROUP BY
    month, charge_month, account, cost_center, CASE WHEN known_center IS NULL THEN team END,
    currency
  UNION ALL
  SELECT
    2, month, charge_month, :clearing_account, :clearing_cost_center, NULL,
    CASE WHEN gpu_model <> '' THEN gpu_model || ', ' || cluster || ', ' || site ELSE site END,
    -sum(cost_micros), currency
  FROM charge LEFT JOIN pool ON pool.id = charge.pool_id
  GROUP BY month, charge_month, pool_id, currency
)
SELECT
  month, charge_month,
  date(min(:end_day, date(month || '-01', '+1 month')), '-1 day') AS posting_date,
  CASE WHEN amount > 0 THEN :debit_mark ELSE :credit_mark END AS side,
  account, cost_center, teams, pool,
  CASE WHEN amount > 0 THEN amount END AS debit,
  CASE WHEN amount < 0 THEN -amount END AS credit,
  currency
FROM line
WHERE amount <> 0
ORDER BY month, charge_month, place, cost_center, teams, account, pool, currency
