-- title: Booking times
-- question: When in the week are reservations made, how many in the first minutes of an hour, and are they used?
-- parameter start_ms: integer, the start of the period
-- parameter end_ms: integer, the end of the period
-- parameter by_weekday: integer, 1 where the weekday is among the dimensions
-- parameter by_hour: integer, the same of the hour
-- parameter by_day: integer, the same of the day
-- parameter team: text, default none, the team to show, with all under it; none shows all
-- parameter first_minutes: integer, default 10, how long after a full hour a booking counts as made at once
-- by: weekday, hour
-- dimension weekday: weekday
-- dimension hour: clock
-- dimension day: day
-- dimension team: team_path
-- dimension user: nullif(user, '')
-- dimension source: source
-- dimension site: nullif(site, '')
-- dimension cluster: nullif(cluster, '')
-- column bookings: count, reservations made in the period, for whatever time; each of a series counts
-- column first_minutes_bookings: count, those made in the first minutes of an hour
-- column first_minutes_percent: percent, of the bookings
-- column bookers: count, users who made them, those without a name counting once
-- column reserved_gpu_hours: hours, all time of the reserved GPUs so far, in and after the period
-- column busy_gpu_hours: hours, the part of it with activity
-- column unused_gpu_hours: hours, the part of it that nobody held
-- column used_percent: percent, busy of the reserved hours

-- Weekdays and hours are those of the configured zone. Reservations of which no source tells when
-- they were made have no line.
WITH
weekday(number, name) AS (
  VALUES ('1', 'Monday'), ('2', 'Tuesday'), ('3', 'Wednesday'), ('4', 'Thursday'),
    ('5', 'Friday'), ('6', 'Saturday'), ('0', 'Sunday')
),
booking AS MATERIALIZED (
  SELECT reservation.*, workload.site AS site, workload.cluster AS cluster,
    coalesce(requester.team, nullif(reservation.team, '')) AS team_path,
    billing_day(booked_ms) AS day, hour_of_day(booked_ms) AS hour_of_day
  FROM reservation
  LEFT JOIN workload ON workload.id = reservation.workload_id
  LEFT JOIN requester ON requester.workload_id = reservation.workload_id
  WHERE booked_ms >= :start_ms AND booked_ms < :end_ms
),
used AS (
  SELECT reservation_id, sum(gpu_ms) AS reserved_ms,
    sum(gpu_ms) FILTER (WHERE state = 1) AS busy_ms,
    sum(gpu_ms) FILTER (WHERE state = 4) AS unused_ms
  FROM reserved_hour
  WHERE hour_ms > (SELECT min(start_ms) FROM booking) - 3600000
    AND hour_ms < (SELECT max(end_ms) FROM booking)
    AND reservation_id IN (SELECT workload_id FROM booking)
  GROUP BY reservation_id
),
told AS (
  SELECT booking.*, weekday.name AS weekday,
    (CAST(weekday.number AS INTEGER) + 6) % 7 AS weekday_number,
    printf('%02d:00', hour_of_day) AS clock,
    booked_ms / 60000 % 60 < :first_minutes AS is_at_once, used.reserved_ms AS reserved_ms,
    used.busy_ms AS busy_ms, used.unused_ms AS unused_ms
  FROM booking
  JOIN weekday ON weekday.number = strftime('%w', day)
  LEFT JOIN used ON used.reservation_id = booking.workload_id
),
line AS (
  SELECT {{by}}, is_at_once, coalesce(user, '') AS booker, reserved_ms, busy_ms, unused_ms,
    CASE WHEN :by_day THEN day END AS day_order,
    CASE WHEN :by_weekday THEN weekday_number END AS weekday_order,
    CASE WHEN :by_hour THEN hour_of_day END AS hour_order
  FROM told
  WHERE :team IS NULL OR substr(team_path || '/', 1, length(:team) + 1) = :team || '/'
)
SELECT {{names}},
  count(*) AS bookings,
  sum(is_at_once) AS first_minutes_bookings,
  100.0 * sum(is_at_once) / count(*) AS first_minutes_percent,
  count(DISTINCT booker) AS bookers,
  coalesce(sum(reserved_ms), 0) AS reserved_gpu_hours,
  coalesce(sum(busy_ms), 0) AS busy_gpu_hours,
  coalesce(sum(unused_ms), 0) AS unused_gpu_hours,
  100.0 * coalesce(sum(busy_ms), 0) / nullif(sum(reserved_ms), 0) AS used_percent
FROM line
GROUP BY {{names}}, day_order, weekday_order, hour_order
ORDER BY day_order, weekday_order, hour_order, {{names}}
