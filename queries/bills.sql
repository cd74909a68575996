-- title: Bills
-- question: What do the bills of the period's months say, to the last decimal?
-- parameter first_month: text, the first month that is whole in the period
-- parameter end_month: text, the month after the last that is
-- by: source,billing_period,provider,category
-- dimension source: item.source
-- dimension billing_period: charge.period
-- dimension provider: item.provider
-- dimension billing_account: item.billing_account
-- dimension account: item.account
-- dimension invoice: item.invoice
-- dimension service: item.service
-- dimension region: item.region
-- dimension resource: item.resource
-- dimension instance_type: item.instance_type
-- dimension gpu_model: item.gpu_model
-- dimension category: item.category
-- dimension charge_class: CASE WHEN item.is_correction THEN 'Correction' END
-- dimension pricing: item.pricing
-- dimension commitment_status: item.commitment_status
-- dimension file: file.path
-- column rows: count, rows of the bills
-- column billed_cost: decimal, what invoices ask for; empty where no file tells it
-- column effective_cost: decimal, what the use cost, with what was paid in advance spread over it; the same
-- column list_cost: decimal, by the public prices, of the rows that tell it
-- column currency: text, of the bill

-- By the billing periods that the bills name, not by days: so it is what an invoice is compared
-- with. The chargeback has the cost that the source's 'cost' names, by days.
WITH
line AS (
  SELECT {{by}}, charge.rows AS line_rows,
    CASE WHEN file.cost <> 'effective' THEN charge.billed_micros END AS billed_micros,
    CASE WHEN file.cost <> 'effective' THEN charge.billed_rest END AS billed_rest,
    CASE WHEN file.cost <> 'billed' THEN charge.effective_micros END AS effective_micros,
    CASE WHEN file.cost <> 'billed' THEN charge.effective_rest END AS effective_rest,
    charge.list_micros AS list_micros, charge.list_rest AS list_rest,
    item.currency AS line_currency
  FROM bill_charge AS charge
  JOIN bill_item AS item ON item.id = charge.item_id
  JOIN bill_file AS file ON file.id = charge.file_id
  WHERE charge.period >= :first_month AND charge.period < :end_month
)
SELECT {{names}},
  sum(line_rows) AS rows,
  exact_amount(sum(billed_micros), sum(billed_rest)) AS billed_cost,
  exact_amount(sum(effective_micros), sum(effective_rest)) AS effective_cost,
  exact_amount(sum(list_micros), sum(list_rest)) AS list_cost,
  line_currency AS currency
FROM line
GROUP BY {{names}}, line_currency
ORDER BY {{names}}, line_currency
