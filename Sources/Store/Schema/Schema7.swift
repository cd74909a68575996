/// The seventh layout of the store: virtual machines.
enum Schema7 {
  static let sql = """
    -- Into how many parts a card is divided of which claim.gpus counts.
    ALTER TABLE claim ADD COLUMN gpu_divisor INTEGER NOT NULL DEFAULT 1;
    """

  /// Views of these names, for who reads a store of the fifth or sixth layout and may not change
  /// it.
  static let views = """
    CREATE TEMP VIEW claim AS SELECT *, 1 AS gpu_divisor FROM main.claim;
    """
}
