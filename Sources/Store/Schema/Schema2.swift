/// The second layout of the store: sums of postings, so that a report over a year needn't read
/// every GPU's lines.
///
/// Both tables hold what `posting` sums to, by all of its columns but host, GPU and workload. Rows
/// of one key may be several, where one sum would leave 64 bits.
enum Schema2 {
  /// What both tables have after their key.
  private static let columns = """
      pool_id INTEGER NOT NULL, kind TEXT NOT NULL, team TEXT NOT NULL, cost_center TEXT,
      state INTEGER NOT NULL, owner TEXT,
      gpu_ms INTEGER, measured_gpu_ms INTEGER, activity_ppm_ms INTEGER, energy_uj INTEGER,
      cost_micros INTEGER NOT NULL, currency TEXT NOT NULL, charge_class TEXT
    """

  static let sql = """
    -- The postings of a billing day, summed over hosts, GPUs and workloads.
    CREATE TABLE posting_by_day(
      month TEXT NOT NULL, day TEXT NOT NULL,
      line INTEGER NOT NULL,           -- counts the day's rows
    \(columns),
      PRIMARY KEY(day, line)
    ) STRICT, WITHOUT ROWID;

    -- The same, of a whole billing month.
    CREATE TABLE posting_by_month(
      month TEXT NOT NULL,
      line INTEGER NOT NULL,           -- counts the month's rows
    \(columns),
      PRIMARY KEY(month, line)
    ) STRICT, WITHOUT ROWID;

    -- What each billing day's postings were, so that a day that is the same isn't written again.
    CREATE TABLE posted_day(
      day TEXT PRIMARY KEY, month TEXT NOT NULL,
      digest TEXT NOT NULL             -- of all of the day's postings
    ) STRICT, WITHOUT ROWID;

    \(fill)
    """

  /// Makes both tables out of `posting`.
  static let fill = """
    DELETE FROM posting_by_day;
    INSERT INTO posting_by_day
    SELECT month, day, row_number() OVER (PARTITION BY day), \(sums) FROM posting
    GROUP BY day, month, \(keys);
    DELETE FROM posting_by_month;
    INSERT INTO posting_by_month
    SELECT month, row_number() OVER (PARTITION BY month), \(sums) FROM posting_by_day
    GROUP BY month, \(keys), CAST(substr(day, 9) AS INTEGER) / 8; -- so that no sum is too large
    """

  /// Views of these names over `posting`, for who reads a store of the first layout and may not
  /// change it.
  static let views = """
    CREATE TEMP VIEW posting_by_day AS
    SELECT month, day, 0 AS line, \(sums) FROM posting GROUP BY day, month, \(keys);
    CREATE TEMP VIEW posting_by_month AS
    SELECT month, 0 AS line, \(sums) FROM posting GROUP BY month, \(keys);
    """

  /// By which columns postings are summed, besides day and month.
  static let keys =
    "pool_id, kind, team, cost_center, state, owner, currency, charge_class"

  private static let sums = """
    pool_id, kind, team, cost_center, state, owner,
      sum(gpu_ms) AS gpu_ms, sum(measured_gpu_ms) AS measured_gpu_ms,
      sum(activity_ppm_ms) AS activity_ppm_ms, sum(energy_uj) AS energy_uj,
      sum(cost_micros) AS cost_micros, currency, charge_class
    """
}
