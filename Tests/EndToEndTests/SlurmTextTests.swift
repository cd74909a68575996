import Foundation
import TestSupport
import Testing

/// What Slurm's programs print, through the built program and a script in their place.
@Suite struct SlurmTextTests {
  private static let head =
    "JobIDRaw|JobID|Cluster|Account|User|Partition|QOS|Reservation|Submit|Eligible|Start|End|"
    + "Suspended|State|NNodes|AllocCPUS|AllocTRES|ReqTRES|NodeList|JobName"
  /// Half an hour from 2026-11-23T13:00:00Z on.
  private static let job =
    "7|7|rig|ml|alice|gpu|normal||1795438800|1795438800|1795438800|1795440600|00:00:00|COMPLETED"
    + "|1|4|gres/gpu=4|gres/gpu=4|gpu01|train"

  /// A program whose source asks a script, which prints what stands in files beside it.
  private func program() throws -> Program {
    var program = Program(folder: TemporaryFolder())
    program.environment["GPUTALLY_NOW"] = "2026-11-23T16:00:00Z"
    try program.write(
      "slurm.sh",
      """
      case "$*" in
      *'show node') cat nodes.txt ;;
      *'show event'*) echo 'gpu01|1795439000' ;;
      *sacct\\ *) printf '%s\\n' '\(Self.head)' '\(Self.job)' ;;
      esac
      """)
    try program.write("nodes.txt", "NodeName=gpu01 Gres=gpu:8\n")
    try program.write(
      "gputally.yaml",
      """
      store: gputally.sqlite
      currency: KRW
      sites: [{ name: pangyo, kind: on-prem }]
      sources:
        - { name: batch, type: slurm, site: pangyo, cluster: rig, command: "sh slurm.sh" }
      """)
    return program
  }

  @Test func `a line of scontrol that can't be read is told once, listed, and ends with 2`()
    async throws
  {
    let program = try program()
    try program.write("nodes.txt", "NodeName=gpu01 Gres=gpu:8\nNodeName=gpu02 Gres=gpu:many\n")
    let window = "2026-11-23T13:00Z/2026-11-23T15:00Z"
    let result = try await program.run("collect", "--window", window)
    #expect(result.status == 2)
    let sentence =
      "scontrol show node: unreadable line: found 'NodeName=gpu02 Gres=gpu:many', expected a node "
      + "as NodeName=gpu01 ... Gres=gpu:h100:8 ..."
    let lines = result.errors.split(separator: "\n").filter { $0.hasPrefix("gputally: ") }
    #expect(lines.contains("gputally: refused from 'batch': \(sentence)"), "\(result.errors)")
    #expect(
      lines.contains(
        "gputally: refused from 'batch': sacctmgr show event: unreadable line: found "
          + "'gpu01|1795439000', expected 5 columns: NodeName|TimeStart|TimeEnd|State|Reason"),
      "\(result.errors)")
    #expect(lines.count == 2, "\(result.errors)")

    let listed = try await program.run("query", "rejections", "--format", "csv")
    #expect(listed.output.contains("scontrol show node,unreadable line,"), "\(listed.output)")

    let check = try await program.run("check")
    #expect(check.output.contains("warning  refused: \(sentence)"), "\(check.output)")
  }
}
