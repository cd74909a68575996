import Quantities
import Records
import TestSupport
import Testing

@testable import Collectors

/// Jobs of one real cluster, recorded from sacct and from slurmrestd.
@Suite(.enabled(if: SharedData.isPresent, "\(SharedData.absence)"))
struct SlurmRecordingTests {
  private struct Run: Hashable {
    let id: String
    let submitted: UTCInstant
  }

  private func sacctJobs() throws -> [Run: Job] {
    let bytes = try SharedData.bytes("recorded/slurm/sacct_useful_X_D.txt")
    var reader = SacctReader(
      file: "sacct", cluster: "rig", calendar: try BillingCalendar(zone: "UTC"))
    reader.add(bytes)
    let jobs = reader.finish().jobs
    return Dictionary(
      uniqueKeysWithValues: jobs.map { (Run(id: $0.id, submitted: $0.submitted), $0) })
  }

  /// - Parameter count: of jobs: the latest runs alone, or all of them.
  @Test(arguments: [("rest_slurmdb_v0.0.38_jobs.json", 25), ("sacct.json", 27)])
  func `sacct and slurmrestd tell the same of a job`(name: String, count: Int) throws {
    let bytes = try SharedData.bytes("recorded/slurm/\(name)")
    let result = try SlurmRESTText.read(bytes[...], pieces: 10_000).result
    #expect(result.rejections == [])
    #expect(result.jobs.count == count)
    let printed = try sacctJobs()
    var compared = 0
    for var job in result.jobs {
      // One name holds the separator, so that sacct's row of it is refused.
      guard var other = printed[Run(id: job.id, submitted: job.submitted)] else {
        #expect(job.name.contains("|"))
        continue
      }
      // The recorded table has the nodes that a job got, not those that it asks for.
      if job.started == nil { (job.nodeCount, other.nodeCount) = (0, 0) }
      #expect(job == other)
      compared += 1
    }
    #expect(compared == count - 1)
  }

  @Test func `a failed query of a real slurmrestd is a failure`() throws {
    let bytes = try SharedData.bytes("recorded/slurm/rest_jobs_update_time.json")
    let answer = try SlurmRESTText.read(bytes[...])
    #expect(answer.envelope.count == nil)
    #expect(
      answer.envelope.failure?.text
        == "Query empty or not RFC7320 compliant (Unable to parse time format)")
  }
}
