-- title: Budgets
-- question: How much of its budget did each team spend, and where will the month end at this pace?
-- parameter first_day: text, the first billing day; its whole month is shown
-- parameter end_day: text, the billing day after the last
-- parameter team: text, default none, the team to show with those below it; none shows all
-- overlap: budget, spent, forecast, forecast_low, forecast_high
-- column team: text, with all teams below it
-- column month: text
-- column budget: money, as gputally.yaml has it now
-- column spent: money, everything charged in the month so far, corrections included
-- column spent_percent: percent, of the budget
-- column passed_percent: number, the highest threshold reached, empty where none is
-- column days_posted: count, whole days of the month that are posted
-- column days_left: count, days of the month after them; none in a month that is over or closed
-- column forecast: money, what is spent, and the mean of the last 7 posted days for each day left
-- column forecast_low: money, the same with the cheapest of these 7 days
-- column forecast_high: money, the same with the dearest of these 7 days
-- column forecast_percent: percent, of the budget
-- column currency: text

WITH RECURSIVE
shown(month) AS (
  SELECT substr(:first_day, 1, 7)
  UNION ALL
  SELECT substr(date(month || '-01', '+1 month'), 1, 7) FROM shown
  WHERE month < substr(date(:end_day, '-1 day'), 1, 7)
),
-- The days before this one are whole and posted; the ledger may know a part of it.
known(end_day) AS (
  SELECT min(
    date(max(day), '+1 day'), (SELECT billing_day(max(hour_ms) + 3600000) FROM state_hour))
  FROM posting_by_day
),
budgeted AS (
  SELECT budget.team AS team, shown.month AS month, amount_micros, currency, warn_percents,
    shown.month || '-01' AS first_day, date(shown.month || '-01', '+1 month') AS end_day
  FROM budget JOIN shown
    ON (first_month IS NULL OR first_month <= shown.month)
    AND (end_month IS NULL OR shown.month < end_month)
  WHERE :team IS NULL OR budget.team = :team
    OR substr(budget.team, 1, length(:team) + 1) = :team || '/'
),
-- The pace may be that of days before the month, at most a month back.
team_day AS MATERIALIZED (
  SELECT month, day, team, currency, sum(cost_micros) AS micros
  FROM posting_by_day
  WHERE day >= date(substr(:first_day, 1, 7) || '-01', '-31 days')
    AND day < date(:end_day, '-1 day', 'start of month', '+1 month')
  GROUP BY month, day, team, currency
),
-- What each posted day cost the budget's teams; nothing where they have no line.
day AS (
  SELECT budgeted.team AS team, budgeted.month AS month, team_day.day AS day,
    team_day.month = budgeted.month AS is_own, team_day.day < known.end_day AS is_whole,
    coalesce(sum(team_day.micros) FILTER (
      WHERE team_day.currency = budgeted.currency AND (team_day.team = budgeted.team
        OR substr(team_day.team, 1, length(budgeted.team) + 1) = budgeted.team || '/')
    ), 0) AS micros
  FROM budgeted CROSS JOIN known JOIN team_day
    ON team_day.day >= date(budgeted.first_day, '-31 days') AND team_day.day < budgeted.end_day
  GROUP BY budgeted.team, budgeted.month, team_day.day
),
charged AS (
  SELECT team, month, sum(micros) AS micros,
    coalesce(sum(micros) FILTER (WHERE is_whole), 0) AS whole_micros,
    count(*) FILTER (WHERE is_whole) AS days
  FROM day WHERE is_own GROUP BY team, month
),
corrected AS (
  SELECT budgeted.team AS team, budgeted.month AS month, sum(correction.cost_micros) AS micros
  FROM budgeted JOIN correction
    ON correction.month = budgeted.month AND correction.currency = budgeted.currency
    AND (correction.team = budgeted.team
      OR substr(correction.team, 1, length(budgeted.team) + 1) = budgeted.team || '/')
  GROUP BY budgeted.team, budgeted.month
),
aged AS (
  SELECT team, month, micros, row_number() OVER (PARTITION BY team, month ORDER BY day DESC) AS age
  FROM day WHERE is_whole
),
pace AS (
  SELECT team, month, count(*) AS days, sum(micros) AS micros, min(micros) AS least,
    max(micros) AS most
  FROM aged WHERE age <= 7 GROUP BY team, month
),
line AS (
  SELECT budgeted.team AS team, budgeted.month AS month, amount_micros, currency, warn_percents,
    coalesce(charged.micros, 0) + coalesce(corrected.micros, 0) AS spent,
    coalesce(charged.whole_micros, 0) + coalesce(corrected.micros, 0) AS whole,
    coalesce(charged.days, 0) AS days_posted,
    CASE WHEN budgeted.month IN (SELECT month FROM closed_month) THEN 0
      ELSE CAST(max(0, julianday(budgeted.end_day)
        - julianday(max(budgeted.first_day, coalesce(known.end_day, '')))) AS INTEGER)
    END AS days_left,
    pace.days AS pace_days, pace.micros AS pace_micros, pace.least AS least, pace.most AS most
  FROM budgeted CROSS JOIN known
  LEFT JOIN charged ON charged.team = budgeted.team AND charged.month = budgeted.month
  LEFT JOIN corrected ON corrected.team = budgeted.team AND corrected.month = budgeted.month
  LEFT JOIN pace ON pace.team = budgeted.team AND pace.month = budgeted.month
),
-- A day that is known in part counts as left, but what it cost already is spent.
ahead AS (
  SELECT *,
    CASE WHEN days_left = 0 THEN spent
      ELSE max(spent, whole + days_left * pace_micros / pace_days) END AS forecast,
    CASE WHEN days_left = 0 THEN spent ELSE max(spent, whole + days_left * least) END AS low,
    CASE WHEN days_left = 0 THEN spent ELSE max(spent, whole + days_left * most) END AS high
  FROM line
)
SELECT
  team,
  month,
  amount_micros AS budget,
  spent,
  100.0 * spent / amount_micros AS spent_percent,
  -- Rounded up, so that no part of a micro is missing to the threshold.
  (SELECT max(value) FROM json_each(warn_percents)
    WHERE spent >= amount_micros / 100 * value + (amount_micros % 100 * value + 99) / 100
  ) AS passed_percent,
  days_posted,
  days_left,
  forecast,
  low AS forecast_low,
  high AS forecast_high,
  100.0 * forecast / amount_micros AS forecast_percent,
  currency
FROM ahead
ORDER BY month, team
