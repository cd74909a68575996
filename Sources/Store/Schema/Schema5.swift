/// The fifth layout of the store: who holds or reserves GPUs by a scheduler's or a list's word, and
/// who waits for them.
enum Schema5 {
  static let sql = """
    -- The part of gpu_ms of which only the number of GPUs is known, not which ones.
    ALTER TABLE state_hour ADD COLUMN shared_gpu_ms INTEGER NOT NULL DEFAULT 0;

    -- Sources whose hours the ledger of states doesn't span: saved files, bookings, lists.
    ALTER TABLE job_source RENAME TO side_source;

    -- GPUs of one host that a job, an assignment or a reservation has for a time.
    CREATE TABLE claim(
      source TEXT NOT NULL,
      host TEXT NOT NULL,              -- up to its first dot; empty for any of the cluster
      workload_id INTEGER NOT NULL,
      start_ms INTEGER NOT NULL, end_ms INTEGER NOT NULL,
      gpus INTEGER,                    -- how many; NULL for all
      devices TEXT NOT NULL,           -- which, with commas: UUIDs, or numbers on the host
      gpu_model TEXT NOT NULL,         -- of those for any host: of which model; empty for any
      PRIMARY KEY(source, host, end_ms, start_ms, workload_id)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX claim_workload ON claim(source, workload_id);

    CREATE TABLE reservation(
      source TEXT NOT NULL, id TEXT NOT NULL,
      start_ms INTEGER NOT NULL, end_ms INTEGER NOT NULL,
      workload_id INTEGER NOT NULL,
      hosts TEXT NOT NULL,             -- with commas; empty for any of the cluster
      devices TEXT NOT NULL,           -- UUIDs with commas, where it tells them
      gpus INTEGER,                    -- on all hosts together; NULL for all of them
      gpu_model TEXT NOT NULL, team TEXT NOT NULL, account TEXT NOT NULL, user TEXT NOT NULL,
      booked_ms INTEGER,               -- when it was made; NULL where that isn't known
      PRIMARY KEY(source, id, start_ms)
    ) STRICT, WITHOUT ROWID;

    -- What reserved GPUs did, and for whom: the same time as in state_hour, looked at from the
    -- reservation.
    CREATE TABLE reserved_hour(
      hour_ms INTEGER NOT NULL, host_id INTEGER NOT NULL, gpu_id INTEGER NOT NULL,
      reservation_id INTEGER NOT NULL, -- the workload that stands for it
      state INTEGER NOT NULL, workload_id INTEGER NOT NULL,
      gpu_ms INTEGER NOT NULL,
      PRIMARY KEY(hour_ms, host_id, gpu_id, reservation_id, state, workload_id)
    ) STRICT, WITHOUT ROWID;

    -- GPUs that somebody waited for: from when it could have started until it did, or gave up.
    CREATE TABLE demand(
      source TEXT NOT NULL, workload_id INTEGER NOT NULL,
      start_ms INTEGER NOT NULL, end_ms INTEGER NOT NULL,
      gpus INTEGER NOT NULL, gpu_type TEXT NOT NULL,
      PRIMARY KEY(source, workload_id, start_ms)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX demand_time ON demand(end_ms, start_ms);

    -- The team of whoever waits or reserved, on the day on which that began.
    CREATE TABLE requester(
      workload_id INTEGER PRIMARY KEY, team TEXT NOT NULL
    ) STRICT;
    """

  /// Views of these names, for who reads a store of an earlier layout and may not change it.
  static let views = """
    CREATE TEMP VIEW side_source AS SELECT source FROM job_source;
    CREATE TEMP VIEW state_hour AS SELECT *, 0 AS shared_gpu_ms FROM main.state_hour;
    CREATE TEMP VIEW claim(source, host, workload_id, start_ms, end_ms, gpus, devices, gpu_model,
      gpu_divisor) AS SELECT NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL WHERE 0;
    CREATE TEMP VIEW reservation(source, id, start_ms, end_ms, workload_id, hosts, devices, gpus,
      gpu_model, team, account, user, booked_ms) AS SELECT NULL, NULL, NULL, NULL, NULL, NULL, NULL,
      NULL, NULL, NULL, NULL, NULL, NULL WHERE 0;
    CREATE TEMP VIEW reserved_hour(hour_ms, host_id, gpu_id, reservation_id, state, workload_id,
      gpu_ms) AS SELECT NULL, NULL, NULL, NULL, NULL, NULL, NULL WHERE 0;
    CREATE TEMP VIEW demand(source, workload_id, start_ms, end_ms, gpus, gpu_type)
      AS SELECT NULL, NULL, NULL, NULL, NULL, NULL WHERE 0;
    CREATE TEMP VIEW requester(workload_id, team) AS SELECT NULL, NULL WHERE 0;
    """
}
