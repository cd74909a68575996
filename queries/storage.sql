-- title: Storage
-- question: How much storage did each team's volumes hold, of which class, and what did it cost?
-- needs: postings
-- parameter first_day: text, the first billing day
-- parameter end_day: text, the billing day after the last
-- parameter first_month: text, the first month that is whole in the period
-- parameter end_month: text, the month after the last that is
-- parameter team: text, default none, the team to show, with all under it; none shows all
-- by: team,site,cluster,storage_class
-- dimension team: use.team
-- dimension day: use.day
-- dimension site: pool.site
-- dimension cluster: nullif(pool.cluster, '')
-- dimension storage_class: nullif(pool.gpu_model, '')
-- dimension namespace: nullif(workload.namespace, '')
-- dimension claim: CASE WHEN workload.namespace <> '' THEN workload.name END
-- dimension volume: workload.uid
-- column volumes: count, different ones
-- column gib_hours: decimal, provisioned; of corrections the difference, as are all hours
-- column replicated_gib_hours: decimal, the same for each replica
-- column used_gib_hours: decimal, written to one replica, in steps of a 32nd of the size; empty where nothing tells it
-- column unpriced_gib_hours: decimal, the part of the provisioned ones of which nothing says what it costs
-- column cost: money, empty where nothing says what any of it costs
-- column currency: text
-- column charge_class: text, Correction for late changes of a closed period, else empty

-- Corrections are differences to what was charged for a closed month, and the month that was open
-- then bears them as a whole. Team unknown: hours in which nothing told of a volume that is told of
-- before and after. Team variance: what storage costs beyond what its volumes are charged.
WITH
storage_pool AS (
  SELECT id FROM pool WHERE resource = 'storage' AND provider = ''
),
charged_day AS (
  SELECT DISTINCT day FROM posting_by_day
  WHERE day >= :first_day AND day < :end_day AND pool_id IN (SELECT id FROM storage_pool)
),
use AS (
  SELECT pool_id, team, day, workload_id, byte_hours, replicated_byte_hours, used_byte_hours,
    is_priced = 0 AS is_unpriced, NULL AS micros,
    (SELECT currency FROM posted_month ORDER BY month DESC LIMIT 1) AS currency,
    NULL AS charge_class
  FROM storage_use
  WHERE day >= :first_day AND day < :end_day AND month = substr(day, 1, 7)
  UNION ALL
  SELECT pool_id, team, day, workload_id, byte_hours, replicated_byte_hours, used_byte_hours,
    is_priced = 0, NULL,
    (SELECT currency FROM posted_month ORDER BY month DESC LIMIT 1), 'Correction'
  FROM storage_use
  WHERE month >= :first_month AND month < :end_month AND month <> substr(day, 1, 7)
  UNION ALL
  SELECT pool_id, team, day, workload_id, 0, 0, NULL, 0, cost_micros, currency, charge_class
  FROM posting
  WHERE day IN (SELECT day FROM charged_day) AND pool_id IN (SELECT id FROM storage_pool)
    AND kind IN ('charge', 'variance')
  UNION ALL
  SELECT pool_id, team, charge_day, workload_id, 0, 0, NULL, 0, cost_micros, currency,
    'Correction'
  FROM correction
  WHERE month >= :first_month AND month < :end_month
    AND pool_id IN (SELECT id FROM storage_pool)
),
line AS (
  SELECT {{by}}, use.workload_id, use.byte_hours, use.replicated_byte_hours,
    use.used_byte_hours, use.is_unpriced,
    CASE WHEN use.is_unpriced THEN NULL ELSE coalesce(use.micros, 0) END AS micros,
    use.currency AS line_currency, use.charge_class AS line_class
  FROM use
  LEFT JOIN pool ON pool.id = use.pool_id
  LEFT JOIN workload ON workload.id = use.workload_id
  WHERE :team IS NULL OR substr(use.team || '/', 1, length(:team) + 1) = :team || '/'
)
SELECT {{names}},
  count(DISTINCT nullif(workload_id, 0)) AS volumes,
  gibibyte_hours(sum(byte_hours >> 30), sum(byte_hours & 1073741823)) AS gib_hours,
  gibibyte_hours(sum(replicated_byte_hours >> 30), sum(replicated_byte_hours & 1073741823))
    AS replicated_gib_hours,
  gibibyte_hours(sum(used_byte_hours >> 30), sum(used_byte_hours & 1073741823))
    AS used_gib_hours,
  gibibyte_hours(
    sum(CASE WHEN is_unpriced THEN byte_hours ELSE 0 END >> 30),
    sum(CASE WHEN is_unpriced THEN byte_hours ELSE 0 END & 1073741823)) AS unpriced_gib_hours,
  sum(micros) AS cost,
  line_currency AS currency,
  line_class AS charge_class
FROM line
GROUP BY {{names}}, line_currency, line_class
ORDER BY {{names}}, line_currency, line_class
