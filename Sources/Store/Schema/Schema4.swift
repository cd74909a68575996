/// The fourth layout of the store: jobs of batch schedulers.
enum Schema4 {
  static let sql = """
    -- Runs of jobs; one that was requeued has several.
    CREATE TABLE job(
      source TEXT NOT NULL, cluster TEXT NOT NULL, id TEXT NOT NULL,
      submitted_ms INTEGER NOT NULL,
      started_ms INTEGER NOT NULL,     -- 0 for one that never started
      ended_ms INTEGER,                -- NULL while it goes on
      seen_ms INTEGER NOT NULL,        -- until when it is known: its end, or the last look at it
      eligible_ms INTEGER, suspended_ms INTEGER NOT NULL, state INTEGER NOT NULL,
      display_id TEXT NOT NULL, name TEXT NOT NULL, account TEXT NOT NULL, user TEXT NOT NULL,
      partition TEXT NOT NULL, qos TEXT NOT NULL, reservation TEXT NOT NULL,
      hosts TEXT NOT NULL,             -- with commas between them
      nodes INTEGER NOT NULL, cpus INTEGER NOT NULL,
      gpus INTEGER NOT NULL,           -- held; of one that never started: asked for
      gpu_type TEXT NOT NULL, tasks INTEGER NOT NULL,
      PRIMARY KEY(source, cluster, id, submitted_ms, started_ms)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX job_time ON job(seen_ms, started_ms);

    -- Sources whose hours tell of jobs and not of GPUs: the ledger of states doesn't span them.
    CREATE TABLE job_source(source TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
    """

  /// Empty views of these names, for who reads a store of an earlier layout and may not change it.
  static let views = """
    CREATE TEMP VIEW job(source, cluster, id, submitted_ms, started_ms, ended_ms, seen_ms,
      eligible_ms, suspended_ms, state, display_id, name, account, user, partition, qos,
      reservation, hosts, nodes, cpus, gpus, gpu_type, tasks) AS SELECT NULL, NULL, NULL, NULL,
      NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
      NULL, NULL, NULL, NULL WHERE 0;
    CREATE TEMP VIEW job_source(source) AS SELECT NULL WHERE 0;
    """
}
