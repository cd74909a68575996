-- title: Utilization
-- question: How much of the capacity was allocated, busy, and observed at all?
-- needs: postings
-- parameter first_day: text, the first billing day
-- parameter end_day: text, the billing day after the last
-- parameter team: text, default none, the team to show; none shows all
-- by: cluster
-- dimension day: day
-- dimension team: CASE WHEN state IN (1, 2, 3) THEN team END
-- dimension site: pool.site
-- dimension cluster: pool.cluster
-- dimension host: host.name
-- dimension gpu_uuid: CASE WHEN gpu_id <> 0 THEN gpu.uuid END
-- dimension gpu_model: pool.gpu_model
-- dimension owner: owner
-- dimension namespace: CASE WHEN state IN (1, 2, 3) THEN nullif(workload.namespace, '') END
-- dimension workload: CASE WHEN state IN (1, 2, 3) THEN nullif(workload.name, '') END
-- dimension user: CASE WHEN state IN (1, 2, 3) THEN workload.user END
-- column capacity_gpu_hours: hours, all states together
-- column allocated_percent: percent, of the capacity held by workloads
-- column busy_percent: percent, of the capacity held and active
-- column mean_activity_percent: percent, mean activity of the hours measured, empty if none was
-- column observed_percent: percent, of the capacity of which the state was observed

WITH line AS (
  SELECT {{by}}, posting.state AS state_number, posting.gpu_ms AS line_ms,
    posting.measured_gpu_ms AS measured_ms, posting.activity_ppm_ms AS activity
  FROM posting
  LEFT JOIN pool ON pool.id = posting.pool_id
  LEFT JOIN host ON host.id = posting.host_id
  LEFT JOIN gpu ON gpu.id = posting.gpu_id
  LEFT JOIN workload ON workload.id = posting.workload_id
  WHERE posting.kind = 'usage' AND posting.day >= :first_day AND posting.day < :end_day
    AND (:team IS NULL OR (posting.team = :team AND posting.state IN (1, 2, 3)))
),
total AS (
  SELECT {{names}},
    coalesce(sum(line_ms), 0) AS capacity,
    coalesce(sum(line_ms) FILTER (WHERE state_number IN (1, 2, 3)), 0) AS held,
    coalesce(sum(line_ms) FILTER (WHERE state_number = 1), 0) AS busy,
    coalesce(sum(line_ms) FILTER (WHERE state_number IN (3, 8)), 0) AS unseen,
    sum(measured_ms) AS measured_ms, sum(activity) AS activity
  FROM line
  GROUP BY {{names}}
)
SELECT {{names}},
  capacity AS capacity_gpu_hours,
  100.0 * held / nullif(capacity, 0) AS allocated_percent,
  100.0 * busy / nullif(capacity, 0) AS busy_percent,
  activity / 10000.0 / nullif(measured_ms, 0) AS mean_activity_percent,
  100.0 * (capacity - unseen) / nullif(capacity, 0) AS observed_percent
FROM total
ORDER BY {{names}}
