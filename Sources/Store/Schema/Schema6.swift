/// The sixth layout of the store: bills.
enum Schema6 {
  static let sql = """
    -- A file of a bill that is stored: all of its charges are.
    CREATE TABLE bill_file(
      id INTEGER PRIMARY KEY,          -- hash of source and path
      source TEXT NOT NULL, path TEXT NOT NULL,
      part TEXT NOT NULL,              -- the period whose manifest lists it; empty without one
      version TEXT NOT NULL,           -- tells it from what the path held before or later
      cost TEXT NOT NULL,              -- which costs it tells: both, billed or effective
      rows INTEGER NOT NULL, rejected INTEGER NOT NULL
    ) STRICT;

    -- What charges agree in, whenever they were incurred.
    CREATE TABLE bill_item(
      id INTEGER PRIMARY KEY,          -- hash of all columns
      source TEXT NOT NULL, currency TEXT NOT NULL,
      category TEXT NOT NULL,          -- usage, purchase, tax, credit, adjustment
      is_correction INTEGER NOT NULL,
      provider TEXT, invoice TEXT, billing_account TEXT, account TEXT, account_name TEXT,
      service TEXT, region TEXT, resource TEXT, sku TEXT, instance_type TEXT,
      pricing TEXT, commitment TEXT, commitment_status TEXT, unit TEXT,
      tags TEXT,                       -- a JSON object
      gpu_model TEXT, gpus INTEGER, gpu_divisor INTEGER -- of one unit; gpus NULL where it is of none
    ) STRICT;

    -- Amounts are in millionths, and what is left of them in millionths of these: their sums are
    -- exact.
    CREATE TABLE bill_charge(
      file_id INTEGER NOT NULL,
      start_ms INTEGER NOT NULL, end_ms INTEGER NOT NULL, -- when it counts
      item_id INTEGER NOT NULL,
      period TEXT NOT NULL,            -- the billing month as the bill names it
      billed_micros INTEGER NOT NULL, billed_rest INTEGER NOT NULL,
      effective_micros INTEGER NOT NULL, effective_rest INTEGER NOT NULL,
      list_micros INTEGER, list_rest INTEGER,
      quantity_micros INTEGER, quantity_rest INTEGER,
      rows INTEGER NOT NULL,
      PRIMARY KEY(file_id, start_ms, end_ms, item_id, period)
    ) STRICT, WITHOUT ROWID;
    -- What the configuration says of sites.
    CREATE TABLE site(name TEXT PRIMARY KEY, kind TEXT NOT NULL) STRICT, WITHOUT ROWID;

    CREATE INDEX bill_charge_time ON bill_charge(end_ms, start_ms);
    """

  /// Empty views of these names, for who reads a store of an earlier layout and may not change it.
  static let views = """
    CREATE TEMP VIEW bill_file(id, source, path, part, version, cost, rows, rejected)
      AS SELECT NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL WHERE 0;
    CREATE TEMP VIEW bill_item(id, source, currency, category, is_correction, provider, invoice,
      billing_account, account, account_name, service, region, resource, sku, instance_type, pricing,
      commitment, commitment_status, unit, tags, gpu_model, gpus, gpu_divisor) AS SELECT NULL, NULL,
      NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
      NULL, NULL, NULL, NULL, NULL, NULL WHERE 0;
    CREATE TEMP VIEW bill_charge(file_id, start_ms, end_ms, item_id, period, billed_micros,
      billed_rest, effective_micros, effective_rest, list_micros, list_rest, quantity_micros,
      quantity_rest, rows) AS SELECT NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
      NULL, NULL, NULL, NULL WHERE 0;
    CREATE TEMP VIEW site(name, kind) AS SELECT NULL, NULL WHERE 0;
    """
}
