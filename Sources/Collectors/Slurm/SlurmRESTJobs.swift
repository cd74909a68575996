import Records

/// The jobs of an answer of slurmrestd, as far as it came.
struct SlurmRESTJobs: Sendable {
  /// What the answer is called in messages.
  let place: String
  /// Of jobs that name none.
  let cluster: String
  private var told = SacctReader.Result()
  private var tally = RejectionTally()
  private var hosts: [String: [String]] = [:]

  init(place: String, cluster: String) {
    self.place = place
    self.cluster = cluster
  }

  /// Adds a job, or why it is none.
  mutating func add(_ found: SlurmRESTJob) {
    told.rowCount += 1
    do {
      told.jobs.append(try found.job(cluster: cluster, hosts: &hosts))
    } catch {
      tally.add(
        Rejection(
          place: "\(place): \(found.place)", rule: error.rule, found: "'\(error.found)'",
          expected: error.expected))
    }
  }

  /// All of it.
  var result: SacctReader.Result {
    var result = told
    result.rejections = tally.all
    return result
  }
}

extension SlurmRESTStream where Found == SlurmRESTJobs {
  /// - Parameters:
  ///   - place: what the answer is called in messages.
  ///   - cluster: of jobs that name none.
  convenience init(place: String, cluster: String) {
    self.init(key: "jobs", found: SlurmRESTJobs(place: place, cluster: cluster)) {
      (jobs, text) throws(MalformedJSON) in jobs.add(try SlurmRESTJob(text))
    }
  }
}

extension SlurmRESTAnswer<SlurmRESTJobs> {
  var result: SacctReader.Result { found.result }
}
