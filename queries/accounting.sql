-- title: Accounting
-- question: How many jobs of whom ended, and what did they take, as a batch scheduler counts?
-- parameter start_ms: integer, the start of the period
-- parameter end_ms: integer, the end of the period
-- parameter by_day: integer, 1 where the day is among the dimensions
-- parameter by_month: integer, the same of the month
-- by: account
-- dimension day: day
-- dimension month: substr(day, 1, 7)
-- dimension cluster: cluster
-- dimension account: nullif(account, '')
-- dimension user: nullif(user, '')
-- dimension partition: nullif(partition, '')
-- dimension state: job_state.word
-- column jobs_ended: count, jobs that ended in the period, those left out that never started
-- column gpu_hours: hours, GPUs held times the hours of the days they ran in, suspended time left out
-- column cpu_hours: hours, the same of CPUs
-- column node_hours: hours, the same of nodes
-- column wall_hours: hours, on the clock
-- column wait_hours: hours, from submission to start, of jobs that started in the period

WITH
job_state(number, word) AS (
  VALUES (1, 'PENDING'), (2, 'RUNNING'), (3, 'SUSPENDED'), (4, 'COMPLETED'), (5, 'CANCELLED'),
    (6, 'FAILED'), (7, 'TIMEOUT'), (8, 'NODE_FAIL'), (9, 'PREEMPTED'), (10, 'BOOT_FAIL'),
    (11, 'DEADLINE'), (12, 'OUT_OF_MEMORY'), (13, 'REQUEUED'), (14, 'RESIZING'), (15, 'REVOKED')
),
billing_hour(hour_ms) AS (
  SELECT :start_ms WHERE :by_day + :by_month > 0
  UNION ALL
  SELECT (hour_ms / 3600000 + 1) * 3600000 FROM billing_hour
  WHERE (hour_ms / 3600000 + 1) * 3600000 < :end_ms
),
-- The days of the period, or all of it at once where days aren't asked for.
span(day, start_ms, end_ms) AS MATERIALIZED (
  SELECT billing_day(hour_ms), min(hour_ms), min(:end_ms, (max(hour_ms) / 3600000 + 1) * 3600000)
  FROM billing_hour GROUP BY 1
  UNION ALL
  SELECT NULL, :start_ms, :end_ms WHERE :by_day + :by_month = 0
),
ran AS MATERIALIZED (
  SELECT cluster, account, user, partition, state, gpus, cpus, nodes, submitted_ms, started_ms,
    ended_ms, seen_ms, max(0, seen_ms - started_ms - suspended_ms) AS wall_ms
  FROM job
  WHERE started_ms > 0 AND seen_ms >= :start_ms AND started_ms < :end_ms
),
part AS (
  SELECT span.day AS day, ran.cluster AS cluster, ran.account AS account, ran.user AS user,
    ran.partition AS partition, ran.state AS state, ran.gpus AS gpus, ran.cpus AS cpus,
    ran.nodes AS nodes,
    ran.ended_ms >= span.start_ms AND ran.ended_ms < span.end_ms AS is_ended,
    CASE WHEN ran.started_ms >= span.start_ms AND ran.started_ms < span.end_ms
      THEN ran.started_ms - ran.submitted_ms ELSE 0 END AS wait_ms,
    -- Time in the day, without its part of what the job was suspended.
    CASE WHEN ran.seen_ms > ran.started_ms THEN
      prorate(
        ran.wall_ms, max(ran.started_ms, span.start_ms) - ran.started_ms,
        max(0, min(ran.seen_ms, span.end_ms) - max(ran.started_ms, span.start_ms)),
        ran.seen_ms - ran.started_ms)
      ELSE 0 END AS wall_ms
  FROM span JOIN ran ON ran.started_ms < span.end_ms AND ran.seen_ms >= span.start_ms
),
line AS (
  SELECT {{by}}, is_ended, part.gpus AS gpus, part.cpus AS cpus, part.nodes AS nodes,
    part.wall_ms AS wall_ms, part.wait_ms AS wait_ms
  FROM part JOIN job_state ON job_state.number = part.state
)
SELECT {{names}},
  coalesce(sum(is_ended), 0) AS jobs_ended,
  sum(gpus * wall_ms) AS gpu_hours,
  sum(cpus * wall_ms) AS cpu_hours,
  sum(nodes * wall_ms) AS node_hours,
  sum(wall_ms) AS wall_hours,
  sum(wait_ms) AS wait_hours
FROM line
GROUP BY {{names}}
ORDER BY {{names}}
