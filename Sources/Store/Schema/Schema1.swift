/// The first layout of the store.
///
/// Identifiers are content hashes of keys, so that the same fact is the same row in every store.
enum Schema1 {
  static let sql = """
    CREATE TABLE host(
      id INTEGER PRIMARY KEY,          -- hash of site, cluster, name
      site TEXT NOT NULL, cluster TEXT NOT NULL, name TEXT NOT NULL
    ) STRICT;

    CREATE TABLE gpu(
      id INTEGER PRIMARY KEY,          -- hash of the UUID; 0 stands for a slot never seen
      uuid TEXT NOT NULL, model TEXT NOT NULL
    ) STRICT;

    CREATE TABLE workload(
      id INTEGER PRIMARY KEY,          -- hash of site, cluster, kind, namespace, name, uid; 0 for none
      site TEXT NOT NULL, cluster TEXT NOT NULL, kind TEXT NOT NULL,
      namespace TEXT NOT NULL, name TEXT NOT NULL, uid TEXT NOT NULL,
      owner_kind TEXT, owner_name TEXT, user TEXT,
      attributes TEXT NOT NULL DEFAULT '{}' -- JSON object: what sources say of it, labels included
    ) STRICT;

    -- What was asked of each source, by UTC hour: the watermark and the gaps.
    CREATE TABLE source_hour(
      source TEXT NOT NULL, hour_ms INTEGER NOT NULL,
      status TEXT NOT NULL,            -- complete; thin: stored, but a server warned; missing
      detail TEXT NOT NULL DEFAULT '', -- why it isn't complete
      PRIMARY KEY(source, hour_ms)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE rejection(
      source TEXT NOT NULL, start_ms INTEGER NOT NULL, end_ms INTEGER NOT NULL,
      place TEXT NOT NULL, rule TEXT NOT NULL, found TEXT NOT NULL, expected TEXT NOT NULL,
      count INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX rejection_window ON rejection(source, start_ms);

    -- Samples: one row a scrape target, UTC day and column; metric 0 is the frame (timestamps, series).
    CREATE TABLE segment(
      source TEXT NOT NULL, target TEXT NOT NULL, day_ms INTEGER NOT NULL, metric INTEGER NOT NULL,
      first_ms INTEGER NOT NULL, last_ms INTEGER NOT NULL, samples INTEGER NOT NULL,
      step_ms INTEGER,                 -- metric 0: median step of the timestamps
      bytes BLOB NOT NULL,
      PRIMARY KEY(source, target, day_ms, metric)
    ) STRICT;

    -- Which GPUs a target's day shows, to find a GPU's neighbouring samples without decoding.
    CREATE TABLE sighting(
      gpu_id INTEGER NOT NULL, host_id INTEGER NOT NULL, day_ms INTEGER NOT NULL,
      source TEXT NOT NULL, target TEXT NOT NULL,
      first_ms INTEGER NOT NULL, last_ms INTEGER NOT NULL,
      PRIMARY KEY(gpu_id, host_id, day_ms, source, target)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX sighting_host ON sighting(host_id, day_ms);
    CREATE INDEX sighting_target ON sighting(source, target, day_ms);

    -- What sources say of pods, namespaces and nodes, and from when to when.
    CREATE TABLE observation(
      source TEXT NOT NULL, kind INTEGER NOT NULL, subject TEXT NOT NULL, attributes TEXT NOT NULL,
      start_ms INTEGER NOT NULL, end_ms INTEGER NOT NULL,
      PRIMARY KEY(source, kind, subject, attributes, start_ms)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX observation_time ON observation(source, end_ms);

    -- Hours whose facts are older than their samples.
    CREATE TABLE stale_hour(
      host_id INTEGER NOT NULL, start_ms INTEGER NOT NULL, end_ms INTEGER NOT NULL,
      PRIMARY KEY(host_id, start_ms, end_ms)
    ) STRICT, WITHOUT ROWID;

    -- The ledger of states: where every millisecond of every GPU went.
    CREATE TABLE state_hour(
      hour_ms INTEGER NOT NULL, host_id INTEGER NOT NULL, gpu_id INTEGER NOT NULL,
      state INTEGER NOT NULL, workload_id INTEGER NOT NULL,
      gpu_ms INTEGER NOT NULL,
      first_ms INTEGER NOT NULL, last_ms INTEGER NOT NULL, -- first and last instant of it
      measured_gpu_ms INTEGER NOT NULL,  -- the part of gpu_ms with an activity signal
      activity_ppm_ms INTEGER NOT NULL,  -- sum of activity in millionths times milliseconds
      energy_uj INTEGER,                 -- microjoules; NULL where no power was measured
      PRIMARY KEY(hour_ms, host_id, gpu_id, state, workload_id)
    ) STRICT, WITHOUT ROWID;

    -- Pieces of idle time, cut at hours; pieces that meet belong to one stretch.
    CREATE TABLE idle_piece(
      hour_ms INTEGER NOT NULL, host_id INTEGER NOT NULL, gpu_id INTEGER NOT NULL,
      workload_id INTEGER NOT NULL,
      instance INTEGER NOT NULL,       -- the MIG instance, -1 for the card itself
      start_ms INTEGER NOT NULL, end_ms INTEGER NOT NULL,
      share_numerator INTEGER NOT NULL, share_denominator INTEGER NOT NULL, -- of the card
      PRIMARY KEY(hour_ms, host_id, gpu_id, workload_id, instance, start_ms)
    ) STRICT, WITHOUT ROWID;

    -- Hours whose facts are newer than their postings.
    CREATE TABLE unposted_hour(hour_ms INTEGER PRIMARY KEY) STRICT;

    CREATE TABLE pool(
      id INTEGER PRIMARY KEY,          -- hash of all columns
      site TEXT NOT NULL, provider TEXT NOT NULL, cluster TEXT NOT NULL,
      resource TEXT NOT NULL, gpu_model TEXT NOT NULL
    ) STRICT;

    -- The money: each day of each pool sums to the pool's cost of that day.
    CREATE TABLE posting(
      month TEXT NOT NULL, day TEXT NOT NULL,        -- billing month and day: 2026-11, 2026-11-23
      pool_id INTEGER NOT NULL,
      kind TEXT NOT NULL,              -- usage: state time at its price; shared: moved by a policy
      team TEXT NOT NULL,              -- who pays
      cost_center TEXT,
      state INTEGER NOT NULL,          -- shared: the state whose cost is moved
      host_id INTEGER NOT NULL, gpu_id INTEGER NOT NULL, workload_id INTEGER NOT NULL, -- shared: 0
      owner TEXT,                      -- usage: the hardware's owner
      gpu_ms INTEGER, first_ms INTEGER, last_ms INTEGER,      -- usage, as in state_hour
      measured_gpu_ms INTEGER, activity_ppm_ms INTEGER, energy_uj INTEGER,
      cost_micros INTEGER NOT NULL, currency TEXT NOT NULL,
      charge_class TEXT,               -- NULL or Correction
      PRIMARY KEY(day, pool_id, kind, team, state, host_id, gpu_id, workload_id)
    ) STRICT, WITHOUT ROWID;

    -- Billing months as they were posted.
    CREATE TABLE posted_month(
      month TEXT PRIMARY KEY, fingerprint TEXT NOT NULL, cost_micros INTEGER NOT NULL,
      currency TEXT NOT NULL
    ) STRICT;

    CREATE TABLE setting(name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
    """
}
