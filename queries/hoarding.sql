-- title: Hoarding
-- question: Who reserves week after week what then stays idle, how early, and what does it cost?
-- needs: postings
-- parameter first_day: text, the first billing day
-- parameter end_day: text, the billing day after the last
-- parameter first_day_ms: integer, the start of first_day
-- parameter end_day_ms: integer, the start of end_day
-- parameter team: text, default none, the team to show, with all under it; none shows all
-- parameter used_below_percent: real, default 20, a week is idle if less of its reserved hours was busy
-- by: team, user
-- dimension team: booking.team_path
-- dimension user: nullif(booking.user, '')
-- dimension host: host.name
-- dimension gpu_model: nullif(gpu.model, '')
-- dimension source: booking.source
-- dimension site: nullif(booking.site, '')
-- dimension cluster: nullif(booking.cluster, '')
-- column bookings: count, reservations with time in the period; each of a series counts
-- column weeks: count, weeks of the period, Monday to Sunday, those cut by its ends included
-- column weeks_booked: count, those of them with reserved time
-- column weeks_idle: count, those of them in which less of it was busy than the threshold
-- column longest_idle_weeks: count, the longest row of these without a week between them
-- column median_lead_hours: hours, from booking to start; empty where no source tells when it was
-- column reserved_gpu_hours: hours
-- column allocated_gpu_hours: hours, the part of it in which workloads held the GPUs
-- column busy_gpu_hours: hours, the part of it with activity
-- column unused_gpu_hours: hours, the part of it that nobody held
-- column used_percent: percent, busy of the reserved hours
-- column observed_percent: percent, of the reserved hours
-- column waste_cost: money, of idle and unused hours; empty where days of it aren't posted yet
-- column currency: text
-- overlap: median_lead_hours

-- What nobody observed counts as busy, so that no week is called idle for want of samples.
WITH
{{part reserved-time}},
week(day, number) AS (
  SELECT DISTINCT day,
    CAST(julianday(date(day, 'weekday 0', '-6 days')) - 0.5 AS INTEGER) / 7
  FROM billing_hour
),
booking AS (
  SELECT reservation.*, workload.site AS site, workload.cluster AS cluster,
    coalesce(requester.team, nullif(reservation.team, '')) AS team_path
  FROM reservation
  LEFT JOIN workload ON workload.id = reservation.workload_id
  LEFT JOIN requester ON requester.workload_id = reservation.workload_id
),
line AS (
  SELECT {{by}}, booking.workload_id AS line_booking,
    booking.start_ms - booking.booked_ms AS lead_ms, week.number AS week_number,
    reserved_time.state AS line_state, reserved_time.gpu_ms AS line_ms,
    reserved_time.waste_micros AS waste_micros
  FROM reserved_time
  JOIN booking ON booking.workload_id = reserved_time.reservation_id
  JOIN week ON week.day = reserved_time.day
  LEFT JOIN host ON host.id = reserved_time.host_id
  LEFT JOIN gpu ON gpu.id = reserved_time.gpu_id
  WHERE :team IS NULL
    OR substr(booking.team_path || '/', 1, length(:team) + 1) = :team || '/'
),
numbered AS MATERIALIZED (SELECT *, dense_rank() OVER (ORDER BY {{names}}) AS who FROM line),
weekly AS (
  SELECT who, week_number,
    100.0 * coalesce(sum(line_ms) FILTER (WHERE line_state IN (1, 3, 8)), 0)
      < :used_below_percent * sum(line_ms) AS is_idle
  FROM numbered
  GROUP BY who, week_number
),
-- Idle weeks in a row have one difference of their number and their place.
row_of_weeks AS (
  SELECT who, count(*) AS weeks
  FROM (
    SELECT who,
      week_number - row_number() OVER (PARTITION BY who ORDER BY week_number) AS difference
    FROM weekly WHERE is_idle)
  GROUP BY who, difference
),
lead_time AS (
  SELECT who, lead_ms, row_number() OVER (PARTITION BY who ORDER BY lead_ms) AS place,
    count(*) OVER (PARTITION BY who) AS leads
  FROM (SELECT DISTINCT who, line_booking, lead_ms FROM numbered WHERE lead_ms IS NOT NULL)
),
total AS (
  SELECT {{names}}, who,
    count(DISTINCT line_booking) AS bookings,
    sum(line_ms) AS reserved_ms,
    coalesce(sum(line_ms) FILTER (WHERE line_state IN (1, 2, 3)), 0) AS allocated_ms,
    coalesce(sum(line_ms) FILTER (WHERE line_state = 1), 0) AS busy_ms,
    coalesce(sum(line_ms) FILTER (WHERE line_state = 4), 0) AS unused_ms,
    coalesce(sum(line_ms) FILTER (WHERE line_state IN (3, 8)), 0) AS unseen_ms,
    CASE WHEN count(*) = count(waste_micros) THEN sum(waste_micros) END AS waste_micros
  FROM numbered
  GROUP BY who
)
SELECT {{names}},
  bookings,
  (SELECT count(DISTINCT number) FROM week) AS weeks,
  (SELECT count(*) FROM weekly WHERE weekly.who = total.who) AS weeks_booked,
  (SELECT count(*) FROM weekly WHERE weekly.who = total.who AND is_idle) AS weeks_idle,
  coalesce((SELECT max(weeks) FROM row_of_weeks WHERE row_of_weeks.who = total.who), 0)
    AS longest_idle_weeks,
  (SELECT sum(lead_ms) / count(*) FROM lead_time
    WHERE lead_time.who = total.who AND place IN ((leads + 1) / 2, (leads + 2) / 2))
    AS median_lead_hours,
  reserved_ms AS reserved_gpu_hours,
  allocated_ms AS allocated_gpu_hours,
  busy_ms AS busy_gpu_hours,
  unused_ms AS unused_gpu_hours,
  100.0 * busy_ms / nullif(reserved_ms, 0) AS used_percent,
  100.0 * (reserved_ms - unseen_ms) / nullif(reserved_ms, 0) AS observed_percent,
  waste_micros AS waste_cost,
  money.currency AS currency
FROM total CROSS JOIN money
ORDER BY waste_cost DESC, reserved_ms DESC, {{names}}
