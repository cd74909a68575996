/// The third layout of the store: where the money comes from, closed months and what came after.
enum Schema3 {
  static let sql = """
    -- shared: the policy that moved the cost
    ALTER TABLE posting ADD COLUMN policy TEXT;

    -- Of the program that posted the month last; empty where that was before layout 3.
    ALTER TABLE posted_month ADD COLUMN version TEXT NOT NULL DEFAULT '';

    -- What a pool costs on a billing day, by item: sums to the day's postings of the pool.
    CREATE TABLE pool_cost(
      month TEXT NOT NULL, day TEXT NOT NULL, pool_id INTEGER NOT NULL,
      cost_pool TEXT NOT NULL,         -- its name in the configuration; empty for a rate
      kind TEXT NOT NULL,              -- rate, depreciation, hosting, power, licence, staff, ...
      item TEXT NOT NULL,              -- which one: its name in the configuration
      basis TEXT NOT NULL,             -- how the amount came about, in words: price, share, unit
      original_micros INTEGER NOT NULL, original_currency TEXT NOT NULL,
      exchange_rate TEXT,              -- decimal, NULL where nothing was exchanged
      cost_micros INTEGER NOT NULL, currency TEXT NOT NULL,
      PRIMARY KEY(day, pool_id, cost_pool, kind, item)
    ) STRICT, WITHOUT ROWID;

    -- Rates of exchange that a month was posted with: units of currency for one of original.
    CREATE TABLE exchange_rate(
      month TEXT NOT NULL, original TEXT NOT NULL, currency TEXT NOT NULL, rate TEXT NOT NULL,
      PRIMARY KEY(month, original, currency)
    ) STRICT, WITHOUT ROWID;

    -- Months that never change again.
    CREATE TABLE closed_month(
      month TEXT PRIMARY KEY, closed_ms INTEGER NOT NULL,
      facts_digest TEXT NOT NULL,      -- of state_hour in the month
      postings_digest TEXT NOT NULL,   -- of posting in the month
      gpu_ms INTEGER NOT NULL, unknown_gpu_ms INTEGER NOT NULL,
      cost_micros INTEGER NOT NULL, currency TEXT NOT NULL,
      version TEXT NOT NULL,           -- of the program that closed it
      configuration TEXT NOT NULL      -- what money was made with
    ) STRICT, WITHOUT ROWID;

    -- What was missing when a month was closed, and accepted.
    CREATE TABLE closed_gap(
      month TEXT NOT NULL, source TEXT NOT NULL, start_ms INTEGER NOT NULL, end_ms INTEGER NOT NULL,
      detail TEXT NOT NULL,
      PRIMARY KEY(month, source, start_ms)
    ) STRICT, WITHOUT ROWID;

    -- What came to light of closed months, charged in the month that was open then: differences
    -- to what had been charged.
    CREATE TABLE correction(
      month TEXT NOT NULL,             -- the billing month that bears it
      charge_month TEXT NOT NULL, charge_day TEXT NOT NULL, -- of which it is
      pool_id INTEGER NOT NULL, kind TEXT NOT NULL, team TEXT NOT NULL, cost_center TEXT,
      state INTEGER NOT NULL,
      host_id INTEGER NOT NULL, gpu_id INTEGER NOT NULL, workload_id INTEGER NOT NULL,
      -- Counts what differs in owner or cost center alone. It stands here since SQLite 3.40 takes
      -- other columns for null when it checks a table whose key ends with its last column.
      line INTEGER NOT NULL DEFAULT 0,
      owner TEXT,
      gpu_ms INTEGER, measured_gpu_ms INTEGER, activity_ppm_ms INTEGER, energy_uj INTEGER,
      cost_micros INTEGER NOT NULL, currency TEXT NOT NULL,
      PRIMARY KEY(month, charge_day, pool_id, kind, team, state, host_id, gpu_id, workload_id, line)
    ) STRICT, WITHOUT ROWID;

    -- The differences of pool_cost that belong to them.
    CREATE TABLE cost_correction(
      month TEXT NOT NULL, charge_month TEXT NOT NULL, charge_day TEXT NOT NULL,
      pool_id INTEGER NOT NULL, cost_pool TEXT NOT NULL, kind TEXT NOT NULL, item TEXT NOT NULL,
      cost_micros INTEGER NOT NULL, currency TEXT NOT NULL,
      PRIMARY KEY(month, charge_day, pool_id, cost_pool, kind, item)
    ) STRICT, WITHOUT ROWID;

    -- Closed months as they were last corrected, where they were.
    CREATE TABLE corrected_month(
      month TEXT PRIMARY KEY,
      facts_digest TEXT NOT NULL,      -- of the facts that the corrections are of
      fingerprint TEXT NOT NULL,       -- of what they are made with
      configuration TEXT               -- what it is priced with since, NULL: as when it was closed
    ) STRICT, WITHOUT ROWID;
    """

  /// Views of these names with what the layout added empty, for who reads a store of an earlier
  /// layout and may not change it.
  static let views = """
    CREATE TEMP VIEW posting AS SELECT *, NULL AS policy FROM main.posting;
    CREATE TEMP VIEW posted_month AS SELECT *, '' AS version FROM main.posted_month;
    CREATE TEMP VIEW pool_cost(month, day, pool_id, cost_pool, kind, item, basis, original_micros,
      original_currency, exchange_rate, cost_micros, currency) AS SELECT NULL, NULL, NULL, NULL,
      NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL WHERE 0;
    CREATE TEMP VIEW exchange_rate(month, original, currency, rate) AS SELECT NULL, NULL, NULL,
      NULL WHERE 0;
    CREATE TEMP VIEW closed_month(month, closed_ms, facts_digest, postings_digest, gpu_ms,
      unknown_gpu_ms, cost_micros, currency, version, configuration) AS SELECT NULL, NULL, NULL,
      NULL, NULL, NULL, NULL, NULL, NULL, NULL WHERE 0;
    CREATE TEMP VIEW closed_gap(month, source, start_ms, end_ms, detail) AS SELECT NULL, NULL,
      NULL, NULL, NULL WHERE 0;
    CREATE TEMP VIEW correction(month, charge_month, charge_day, pool_id, kind, team, cost_center,
      state, host_id, gpu_id, workload_id, line, owner, gpu_ms, measured_gpu_ms, activity_ppm_ms,
      energy_uj, cost_micros, currency) AS SELECT NULL, NULL, NULL, NULL, NULL, NULL, NULL,
      NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL WHERE 0;
    CREATE TEMP VIEW cost_correction(month, charge_month, charge_day, pool_id, cost_pool, kind,
      item, cost_micros, currency) AS SELECT NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
      WHERE 0;
    CREATE TEMP VIEW corrected_month(month, facts_digest, fingerprint, configuration) AS SELECT NULL,
      NULL, NULL, NULL WHERE 0;
    """
}
