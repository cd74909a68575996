-- title: FOCUS cost and usage
-- question: What was charged, line by line, in the columns of the FinOps FOCUS specification?
-- needs: postings
-- parameter first_day: text, the first billing day
-- parameter end_day: text, the billing day after the last
-- parameter first_month: text, the first month that is whole in the period
-- parameter end_month: text, the month after the last that is
-- parameter focus_version: text, default 1.2, the specification that the lines follow: 1.2 or 1.3
-- parameter provider: text, default none, who runs the GPUs; none: the site
-- parameter publisher: text, default none, who made the service; none: the provider
-- parameter invoice_issuer: text, default none, who charges for it; none: the provider
-- parameter billing_account_id: text, default none, the account that is billed; none: the site
-- parameter billing_account_name: text, default none, its name; none: its id
-- parameter service_name: text, default GPU, what is charged for
-- column BilledCost: money, what is charged
-- column BillingAccountId: text
-- column BillingAccountName: text
-- column BillingCurrency: text, the reporting currency
-- column BillingPeriodEnd: time, the end of the billing month
-- column BillingPeriodStart: time, the start of the billing month
-- column ChargeCategory: text, Usage for GPU-time and storage; Adjustment for what is moved or evened out
-- column ChargeClass: text, Correction for late changes of a closed month, else empty
-- column ChargeDescription: text
-- column ChargeFrequency: text
-- column ChargePeriodEnd: time, the end of the billing day that the charge is for
-- column ChargePeriodStart: time, the start of the billing day that the charge is for
-- column CommitmentDiscountStatus: text, empty: nothing is committed in advance
-- column ConsumedQuantity: decimal, GPU-hours, or GiB-hours of storage
-- column ConsumedUnit: text
-- column ContractedCost: decimal, the price times the hours; else as BilledCost
-- column ContractedUnitPrice: decimal, of a GPU-hour or a GiB-hour
-- column EffectiveCost: money, as BilledCost: nothing is paid in advance
-- column InvoiceId: text, empty: invoices are numbered elsewhere
-- column InvoiceIssuerName: text
-- column ListCost: decimal, the price times the hours; else as BilledCost
-- column ListUnitPrice: decimal, of a GPU-hour or a GiB-hour
-- column PricingCategory: text, Standard at a rate, Dynamic where a pool's cost is spread over its time
-- column PricingCurrency: text, the currency of the rate or of the pool's costs
-- column PricingCurrencyContractedUnitPrice: decimal, in that currency
-- column PricingCurrencyEffectiveCost: money, in that currency
-- column PricingCurrencyListUnitPrice: decimal, in that currency
-- column PricingQuantity: decimal, GPU-hours, or GiB-hours of storage
-- column PricingUnit: text
-- column ProviderName: text
-- column PublisherName: text
-- column RegionId: text, the site
-- column RegionName: text, the site
-- column ResourceId: text, the pool: site, cluster and GPU model or class of storage
-- column ResourceName: text
-- column ResourceType: text
-- column ServiceCategory: text
-- column ServiceName: text
-- column ServiceSubcategory: text
-- column SkuId: text, an hour of the GPU model, or of a GiB of the class
-- column SkuMeter: text
-- column SkuPriceDetails: text, JSON
-- column SkuPriceId: text, the same in the pool
-- column SubAccountId: text, who pays: the team
-- column SubAccountName: text
-- column Tags: text, JSON: team, cost_center, cluster, owner, gputally/state, gputally/policy
-- column AllocatedMethodDetails: text, JSON; 1.3: the part of what is shared
-- column AllocatedMethodId: text, 1.3: the policy that shares
-- column AllocatedResourceId: text, 1.3: the team that gets a share
-- column AllocatedResourceName: text, 1.3
-- column AllocatedTags: text, JSON; 1.3: team and cost_center of that team
-- column HostProviderName: text, 1.3: as ProviderName
-- column ServiceProviderName: text, 1.3: as ProviderName
-- column x_ChargeMonth: text, the billing month that the charge is for
-- column x_CostCenter: text, of the team
-- column x_EnergyKilowattHours: kilowatt hours, of the line's time, empty where none was measured
-- column x_Kind: text, usage, shared, borrowed or variance
-- column x_ObservedPercent: percent, of the line's time, with a sample that tells activity
-- column x_Policy: text, the policy that moves the cost
-- column x_State: text, what the GPUs did, or whose cost is moved

-- A line is what is charged to a team for a billing day of a pool in a state: the postings of the
-- days, and the corrections that the period's whole months bear. States: 1 busy, 2 idle,
-- 3 allocated_unknown, 4 reserved_unused, 5 unattributed, 6 unallocated, 7 out_of_service,
-- 8 unknown, 0 none.
WITH
{{part state-names}},
charge AS (
  SELECT
    month, day, pool_id, kind, team, cost_center, state, owner, currency, charge_class,
    charge_class IS NULL AS is_ordinary,
    sum(gpu_ms) AS gpu_ms, sum(measured_gpu_ms) AS measured_gpu_ms, sum(energy_uj) AS energy_uj,
    sum(cost_micros) AS cost
  FROM posting_by_day
  WHERE day >= :first_day AND day < :end_day
  GROUP BY month, day, pool_id, kind, team, cost_center, state, owner, currency, charge_class
  UNION ALL
  SELECT
    month, charge_day, pool_id, kind, team, cost_center, state, owner, currency, 'Correction', 0,
    sum(gpu_ms), sum(measured_gpu_ms), sum(energy_uj), sum(cost_micros)
  FROM correction
  WHERE month >= :first_month AND month < :end_month
  GROUP BY month, charge_day, pool_id, kind, team, cost_center, state, owner, currency
),
-- The policies of what is moved, which the sums by day don't keep.
moved AS (
  SELECT
    posting.day, posting.pool_id, posting.kind, posting.team, posting.state,
    max(posting.policy) AS policy
  FROM (
    SELECT DISTINCT day, pool_id, kind FROM charge
    WHERE is_ordinary AND kind IN ('shared', 'borrowed')
  ) AS key
  JOIN posting
    ON posting.day = key.day AND posting.pool_id = key.pool_id AND posting.kind = key.kind
  GROUP BY posting.day, posting.pool_id, posting.kind, posting.team, posting.state
),
-- What a day of a pool cost, in the currency that it is known in where that is one alone; and
-- whether a rate is all of it.
pool_day AS (
  SELECT
    day, pool_id,
    max(kind = 'rate') AS has_rate,
    CASE WHEN min(original_currency) = max(original_currency)
      THEN max(original_currency) END AS original_currency,
    sum(original_micros) AS original, sum(cost_micros) AS cost
  FROM pool_cost
  WHERE day IN (SELECT DISTINCT day FROM charge)
  GROUP BY day, pool_id
  HAVING sum(cost_micros) > 0
),
-- The price of a GPU-hour of the day: every state of a pool has the same. It is a rate where
-- there is nothing but a rate, or where a variance is left beside it.
timed AS (
  SELECT
    day, pool_id,
    sum(cost) FILTER (WHERE kind = 'usage') AS cost,
    sum(gpu_ms) FILTER (WHERE kind = 'usage') AS gpu_ms,
    max(kind = 'variance') AS has_variance
  FROM charge
  WHERE is_ordinary
  GROUP BY day, pool_id
),
priced AS (
  SELECT
    timed.day, timed.pool_id,
    unit_price(timed.cost, timed.gpu_ms) AS price,
    pool_day.original_currency AS currency,
    pool_day.original AS original, pool_day.cost AS cost,
    unit_price(prorate(pool_day.original, 0, timed.cost, pool_day.cost), timed.gpu_ms)
      AS original_price,
    CASE WHEN pool_day.day IS NULL OR pool_day.has_rate OR timed.has_variance
      THEN 'Standard' ELSE 'Dynamic' END AS category
  FROM timed LEFT JOIN pool_day
    ON pool_day.day = timed.day AND pool_day.pool_id = timed.pool_id
),
held AS (
  SELECT day, pool_id, team, sum(gpu_ms) AS held_ms
  FROM charge
  WHERE is_ordinary AND kind = 'usage' AND state IN (1, 2, 3)
  GROUP BY day, pool_id, team
),
-- What the payers of a state's cost got together, and those before each.
share AS (
  SELECT
    day, pool_id, kind, team, state, cost_center, owner, cost,
    sum(cost) OVER (PARTITION BY day, pool_id, kind, state) AS whole,
    sum(cost) OVER (
      PARTITION BY day, pool_id, kind, state ORDER BY team, cost_center, owner
      ROWS UNBOUNDED PRECEDING) - cost AS before
  FROM charge
  WHERE is_ordinary AND kind IN ('shared', 'borrowed') AND cost > 0
),
-- What volumes hold of a pool for a team, in GiB-hours and what is left of them in byte-hours.
stored AS (
  SELECT
    day, pool_id, team,
    gibibyte_hours(sum(byte_hours >> 30), sum(byte_hours & 1073741823)) AS quantity
  FROM storage_use
  WHERE day >= :first_day AND day < :end_day AND month = substr(day, 1, 7)
  GROUP BY day, pool_id, team
),
line AS (
  SELECT
    charge.*,
    pool.resource = 'storage' AND pool.provider = '' AND charge.kind = 'charge' AS is_storage,
    pool.resource = 'storage' AND pool.provider = '' AS is_own_storage,
    CASE WHEN charge.is_ordinary AND charge.kind = 'charge' THEN stored.quantity END AS quantity,
    coalesce(pool.site, '') AS site, nullif(pool.cluster, '') AS cluster,
    nullif(pool.gpu_model, '') AS gpu_model, coalesce(pool.resource, 'gpu') AS resource,
    CASE WHEN pool.gpu_model <> ''
      THEN pool.site || '/' || pool.cluster || '/' || pool.gpu_model END AS resource_id,
    charge.kind = 'usage' AS is_usage,
    charge.kind = 'usage' AND charge.is_ordinary AS is_priced,
    charge.kind = 'usage' AND charge.gpu_ms IS NOT NULL AS is_measured,
    state_name.name AS state_name,
    moved.policy AS policy,
    priced.price AS price, priced.category AS pricing_category,
    coalesce(priced.currency, charge.currency) AS pricing_currency,
    CASE WHEN priced.currency IS NULL THEN priced.price ELSE priced.original_price END
      AS pricing_price,
    CASE WHEN priced.currency IS NULL THEN charge.cost
      ELSE coalesce(prorate(priced.original, 0, charge.cost, priced.cost), charge.cost) END
      AS pricing_cost,
    coalesce(
      CASE WHEN pool.resource <> 'gpu' THEN nullif(pool.provider, '') END, :provider, pool.site,
      'unknown') AS provider,
    share.cost IS NOT NULL AS is_share,
    -- In billionths of a thousandth: parts that sum to one.
    prorate(1000000000000, share.before, share.cost, share.whole) AS ratio,
    CASE WHEN moved.policy = 'proportional' THEN held.held_ms END AS share_ms
  FROM charge
  LEFT JOIN pool ON pool.id = charge.pool_id
  LEFT JOIN stored
    ON stored.day = charge.day AND stored.pool_id = charge.pool_id AND stored.team = charge.team
  LEFT JOIN state_name ON state_name.number = charge.state
  LEFT JOIN moved
    ON charge.is_ordinary AND moved.day = charge.day AND moved.pool_id = charge.pool_id
    AND moved.kind = charge.kind AND moved.team = charge.team AND moved.state = charge.state
  LEFT JOIN priced ON priced.day = charge.day AND priced.pool_id = charge.pool_id
  LEFT JOIN share
    ON charge.is_ordinary AND share.day = charge.day AND share.pool_id = charge.pool_id
    AND share.kind = charge.kind AND share.team = charge.team AND share.state = charge.state
    AND share.cost_center IS charge.cost_center AND share.owner IS charge.owner
  LEFT JOIN held
    ON held.day = charge.day AND held.pool_id = charge.pool_id AND held.team = charge.team
  WHERE charge.cost <> 0 OR charge.gpu_ms <> 0
),
-- Whom the tags name: in 1.3, for a share, the team that the cost was taken from.
tagged AS (
  SELECT
    *,
    CASE WHEN is_share AND kind = 'shared' AND :focus_version = '1.3'
      THEN replace(state_name, '_', '-') ELSE team END AS tag_team,
    CASE WHEN is_share AND kind = 'shared' AND :focus_version = '1.3'
      THEN NULL ELSE cost_center END AS tag_cost_center
  FROM line
)
SELECT
  cost AS BilledCost,
  coalesce(:billing_account_id, nullif(site, ''), 'unknown') AS BillingAccountId,
  coalesce(:billing_account_name, :billing_account_id, nullif(site, ''), 'unknown')
    AS BillingAccountName,
  currency AS BillingCurrency,
  day_start_ms(date(month || '-01', '+1 month')) AS BillingPeriodEnd,
  day_start_ms(month || '-01') AS BillingPeriodStart,
  CASE WHEN is_usage OR is_storage THEN 'Usage' ELSE 'Adjustment' END AS ChargeCategory,
  charge_class AS ChargeClass,
  CASE WHEN charge_class = 'Correction' THEN 'Correction of ' || day || ': ' ELSE '' END
    || CASE kind
      WHEN 'usage' THEN 'GPU-hours, '
      WHEN 'shared' THEN CASE WHEN team = replace(state_name, '_', '-')
        THEN 'shared out, ' ELSE 'share of ' END
      WHEN 'borrowed' THEN CASE WHEN cost < 0
        THEN 'borne by the owner of the hardware, '
        ELSE 'borne as the owner of the hardware, ' END
      WHEN 'variance' THEN 'cost that is not charged for time'
      WHEN 'charge' THEN CASE WHEN is_storage THEN 'GiB-hours' ELSE 'billed, ' || resource END
      ELSE kind || ', ' END
    || coalesce(replace(state_name, '_', ' '), '')
    || CASE WHEN policy IS NOT NULL THEN ' (' || policy || ')' ELSE '' END
    || coalesce(', ' || gpu_model, '') || coalesce(', ' || cluster, '') AS ChargeDescription,
  CASE WHEN charge_class = 'Correction' THEN 'One-Time'
    WHEN kind = 'variance' THEN 'Recurring' ELSE 'Usage-Based' END AS ChargeFrequency,
  day_start_ms(date(day, '+1 day')) AS ChargePeriodEnd,
  day_start_ms(day) AS ChargePeriodStart,
  NULL AS CommitmentDiscountStatus,
  CASE WHEN is_measured THEN exact_hours(gpu_ms) ELSE quantity END AS ConsumedQuantity,
  CASE WHEN is_measured THEN 'GPU-Hours' WHEN quantity IS NOT NULL THEN 'GiB-Hours' END
    AS ConsumedUnit,
  coalesce(
    cost_at(CASE WHEN is_priced THEN price END, gpu_ms), cost_of(price_per(cost, quantity), quantity),
    money_text(cost)) AS ContractedCost,
  CASE WHEN is_priced THEN price ELSE price_per(cost, quantity) END AS ContractedUnitPrice,
  cost AS EffectiveCost,
  NULL AS InvoiceId,
  coalesce(:invoice_issuer, provider) AS InvoiceIssuerName,
  coalesce(
    cost_at(CASE WHEN is_priced THEN price END, gpu_ms), cost_of(price_per(cost, quantity), quantity),
    money_text(cost)) AS ListCost,
  CASE WHEN is_priced THEN price ELSE price_per(cost, quantity) END AS ListUnitPrice,
  CASE WHEN is_priced OR quantity IS NOT NULL THEN pricing_category END AS PricingCategory,
  pricing_currency AS PricingCurrency,
  CASE WHEN is_priced THEN pricing_price ELSE price_per(pricing_cost, quantity) END
    AS PricingCurrencyContractedUnitPrice,
  pricing_cost AS PricingCurrencyEffectiveCost,
  CASE WHEN is_priced THEN pricing_price ELSE price_per(pricing_cost, quantity) END
    AS PricingCurrencyListUnitPrice,
  CASE WHEN is_measured THEN exact_hours(gpu_ms) ELSE quantity END AS PricingQuantity,
  CASE WHEN is_measured THEN 'GPU-Hours' WHEN quantity IS NOT NULL THEN 'GiB-Hours' END
    AS PricingUnit,
  provider AS ProviderName,
  coalesce(:publisher, provider) AS PublisherName,
  nullif(site, '') AS RegionId,
  nullif(site, '') AS RegionName,
  resource_id AS ResourceId,
  CASE WHEN resource_id IS NOT NULL THEN gpu_model || ', ' || cluster END AS ResourceName,
  CASE WHEN resource_id IS NULL THEN NULL WHEN is_own_storage THEN 'Storage Class'
    ELSE 'GPU Pool' END AS ResourceType,
  CASE WHEN resource = 'gpu' THEN 'Compute' WHEN is_own_storage THEN 'Storage' ELSE 'Other' END
    AS ServiceCategory,
  CASE WHEN resource = 'gpu' THEN :service_name WHEN is_own_storage THEN 'Storage'
    ELSE resource END AS ServiceName,
  CASE WHEN resource = 'gpu' THEN 'Other (Compute)' WHEN is_own_storage THEN 'Other (Storage)'
    ELSE 'Other (Other)' END AS ServiceSubcategory,
  CASE WHEN is_usage THEN 'gpu-hour/' || gpu_model
    WHEN is_storage THEN 'gib-hour/' || coalesce(gpu_model, '') END AS SkuId,
  CASE WHEN is_usage THEN 'GPU Time' WHEN is_storage THEN 'Storage Time' END AS SkuMeter,
  CASE WHEN is_usage THEN json_object('GpuCount', 1, 'x_GpuModel', gpu_model)
    WHEN is_storage THEN json_object('x_StorageClass', coalesce(gpu_model, '')) END
    AS SkuPriceDetails,
  CASE WHEN is_usage THEN 'gpu-hour/' || resource_id
    WHEN is_storage THEN 'gib-hour/' || site || '/' || coalesce(cluster, '') || '/'
      || coalesce(gpu_model, '') END AS SkuPriceId,
  team AS SubAccountId,
  team AS SubAccountName,
  json_patch('{}', json_object(
    'team', tag_team, 'cost_center', tag_cost_center, 'cluster', cluster, 'owner', owner,
    'gputally/state', state_name, 'gputally/policy', policy)) AS Tags,
  CASE WHEN is_share THEN
    '{"Elements":[{"AllocatedRatio":'
      || CASE WHEN ratio = 1000000000000 THEN '1' ELSE '0.' || printf('%012d', ratio) END
      || coalesce(
        ',"UsageUnit":"GPU-Hours","UsageQuantity":' || exact_hours(share_ms), '')
      || '}]}' END AS AllocatedMethodDetails,
  CASE WHEN is_share THEN coalesce(policy, kind) END AS AllocatedMethodId,
  CASE WHEN is_share THEN team END AS AllocatedResourceId,
  CASE WHEN is_share THEN team END AS AllocatedResourceName,
  CASE WHEN is_share THEN json_patch('{}', json_object(
    'team', team, 'cost_center', cost_center)) END AS AllocatedTags,
  provider AS HostProviderName,
  provider AS ServiceProviderName,
  substr(day, 1, 7) AS x_ChargeMonth,
  cost_center AS x_CostCenter,
  CASE WHEN is_usage THEN energy_uj END AS x_EnergyKilowattHours,
  kind AS x_Kind,
  CASE WHEN is_usage THEN 100.0 * measured_gpu_ms / nullif(gpu_ms, 0) END AS x_ObservedPercent,
  policy AS x_Policy,
  state_name AS x_State
FROM tagged
ORDER BY month, day, site, provider, cluster, resource, gpu_model, charge_class, kind, state, team, cost_center, owner
