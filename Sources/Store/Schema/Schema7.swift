/// The seventh layout of the store: virtual machines, and storage.
enum Schema7 {
  static let sql = """
    -- Into how many parts a card is divided of which claim.gpus counts.
    ALTER TABLE claim ADD COLUMN gpu_divisor INTEGER NOT NULL DEFAULT 1;

    -- What volumes hold, as it was posted; of corrections the differences to what was posted before.
    CREATE TABLE storage_use(
      month TEXT NOT NULL,             -- the billing month that bears it
      day TEXT NOT NULL,               -- the billing day that it is of
      pool_id INTEGER NOT NULL, team TEXT NOT NULL,
      workload_id INTEGER NOT NULL,    -- that stands for the volume and its claim
      volume_hours INTEGER NOT NULL,
      byte_hours INTEGER NOT NULL,     -- provisioned
      replicated_byte_hours INTEGER NOT NULL,
      used_byte_hours INTEGER,         -- of one replica; NULL where nothing tells it
      is_priced INTEGER NOT NULL,      -- 0 where nothing says what it costs
      PRIMARY KEY(month, day, pool_id, team, workload_id)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX storage_use_day ON storage_use(day);
    """

  /// Views of these names, for who reads a store of the fifth or sixth layout and may not change
  /// it.
  static let views = """
    CREATE TEMP VIEW claim AS SELECT *, 1 AS gpu_divisor FROM main.claim;
    """

  /// Empty views of these names, for who reads a store of any earlier layout and may not change it.
  static let emptyViews = """
    CREATE TEMP VIEW storage_use(month, day, pool_id, team, workload_id, volume_hours, byte_hours,
      replicated_byte_hours, used_byte_hours, is_priced) AS SELECT NULL, NULL, NULL, NULL, NULL,
      NULL, NULL, NULL, NULL, NULL WHERE 0;
    """
}
