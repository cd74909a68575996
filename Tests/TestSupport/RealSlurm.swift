import Foundation

/// A real Slurm: munge, MariaDB, slurmdbd, slurmctld and a slurmd for each node, all on loopback
/// ports and under one folder.
///
/// Its nodes `gpu01`, `gpu02`, … have eight GPUs each, of type h100: device files that lead nowhere.
package final class RealSlurm: Sendable {
  private static let programs = [
    "/usr/sbin/munged", "/usr/sbin/mariadbd", "/usr/sbin/slurmdbd", "/usr/sbin/slurmctld",
    "/usr/sbin/slurmd", "/usr/bin/sacct", "/usr/bin/mariadb-install-db",
  ]

  /// Whether the machine has one, and the user may start it: device files need root.
  package static var isInstalled: Bool {
    getuid() == 0 && programs.allSatisfy { FileManager.default.isExecutableFile(atPath: $0) }
  }

  package let folder: String
  /// What Slurm's commands need to find it.
  package let environment: [String: String]
  private let nodeCount: Int
  private let processes = ProcessList()

  /// Lines that are added to slurm.conf.
  let settings: [String]

  /// Starts it, and waits until all nodes are idle.
  ///
  /// - Parameter settings: lines that are added to slurm.conf.
  package init(nodes: Int, settings: [String] = []) async throws {
    // A socket's path has at most 107 characters.
    folder = "/tmp/gputally-slurm-\(getpid())-\(UInt32.random(in: 0...9_999))"
    nodeCount = nodes
    self.settings = settings
    var environment = ProcessInfo.processInfo.environment
    environment["SLURM_CONF"] = folder + "/slurm.conf"
    environment["TZ"] = "UTC"
    environment["MYSQL_UNIX_PORT"] = folder + "/run/mysql.sock"
    self.environment = environment
    Leftovers.add(folder: folder)
    try await writeFiles()
    try await startDatabase()
    try startAccounting()
    try await wait(for: "slurmdbd") { try await run("sacctmgr", "-n", "show", "cluster") != nil }
    _ = try await run("sacctmgr", "-i", "-Q", "add", "cluster", "rig")
    try start("/usr/sbin/slurmctld", "-D")
    for node in 1...nodes { try startNode(node) }
    try await wait(for: "nodes") {
      try await run("sinfo", "-h", "-N", "-o", "%T")?.split(separator: "\n")
        .allSatisfy { $0 == "idle" } ?? false
    }
  }

  deinit {
    processes.stop()
    endJobs()
    Leftovers.remove(folder: folder)
  }

  // MARK: Using it

  /// What a command prints; nil where it fails.
  @discardableResult
  package func run(_ words: String...) async throws -> String? { try await run(words) }

  /// The same, of a list.
  @discardableResult
  package func run(_ words: [String]) async throws -> String? {
    let output = folder + "/log/\(UUID().uuidString).out"
    defer { try? FileManager.default.removeItem(atPath: output) }
    let process = try Subprocess(
      "/usr/bin/env", words, output: output, errors: folder + "/log/commands.err",
      environment: environment)
    guard await process.ended() == 0 else { return nil }
    return try String(contentsOfFile: output, encoding: .utf8)
  }

  /// Submits a job of root, and returns its number.
  package func submit(_ words: String..., script: String) async throws -> String {
    let file = folder + "/\(UUID().uuidString).sh"
    try Data("#!/bin/sh\n\(script)\n".utf8).write(to: URL(fileURLWithPath: file))
    let output = folder + "/log/submit.out"
    let process = try Subprocess(
      "/usr/bin/sbatch", ["--parsable", "-o", "/dev/null", "-D", "/tmp"] + words + [file],
      output: output, environment: environment)
    let status = await process.ended()
    let said = try String(contentsOfFile: output, encoding: .utf8)
    guard status == 0 else { throw SupportError(text: "sbatch failed: \(said)") }
    return said.trimmingCharacters(in: .whitespacesAndNewlines)
  }

  /// Waits until `isTrue`, at most a minute and a half.
  package func wait(for what: String, _ isTrue: () async throws -> Bool) async throws {
    for _ in 0..<450 {
      if try await isTrue() { return }
      try await Task.sleep(for: .milliseconds(200))
    }
    let log = try? String(contentsOfFile: folder + "/log/slurmctld.log", encoding: .utf8)
    throw SupportError(text: "no \(what) in time; \(log?.suffix(2_000) ?? "no log")")
  }

  /// Lets a node's daemon die without a word.
  package func killNode(_ number: Int) { processes.kill("slurmd\(number)") }

  /// Changes the accounting behind Slurm's back, and lets it count its usage anew.
  package func rewriteAccounting(_ sql: String) async throws {
    processes.kill("slurmdbd")
    let file = folder + "/change.sql"
    try Data(sql.utf8).write(to: URL(fileURLWithPath: file))
    let said = folder + "/log/sql.out"
    let process = try Subprocess(
      "/bin/sh", ["-c", "mariadb -S \(folder)/run/mysql.sock slurm_acct_db <\(file)"],
      output: said)
    guard await process.ended() == 0 else {
      let words = try? String(contentsOfFile: said, encoding: .utf8)
      throw SupportError(text: "the accounting can't be changed: \(words ?? "")")
    }
    try startAccounting()
    try await wait(for: "slurmdbd") { try await run("sacctmgr", "-n", "show", "cluster") != nil }
  }

  // MARK: Starting it

  private func writeFiles() async throws {
    for name in ["run", "log", "state", "spool", "dev", "mysql"] {
      try FileManager.default.createDirectory(
        atPath: "\(folder)/\(name)", withIntermediateDirectories: true)
    }
    for number in 0..<8 { _ = mknod("\(folder)/dev/nvidia\(number)", S_IFCHR | 0o666, 1 << 8 | 3) }
    let key = Data((0..<1_024).map { _ in UInt8.random(in: 0...255) })
    try write(key, to: "munge.key", mode: 0o600)
    let ports = Self.ports(nodeCount + 2)
    try write(Data(accounting(port: ports[0]).utf8), to: "slurmdbd.conf", mode: 0o600)
    try write(
      Data(cluster(accounting: ports[0], controller: ports[1], nodes: Array(ports[2...])).utf8),
      to: "slurm.conf")
    let devices = "NodeName=gpu[01-99] Name=gpu Type=h100 File=\(folder)/dev/nvidia[0-7]\n"
    try write(Data(devices.utf8), to: "gres.conf")
    try start(
      "/usr/sbin/munged", "--force", "--foreground", "--socket=\(socket)",
      "--key-file=\(folder)/munge.key", "--pid-file=\(folder)/run/munged.pid",
      "--log-file=\(folder)/log/munged.log", "--seed-file=\(folder)/run/munge.seed")
  }

  /// Free ports, each once.
  private static func ports(_ count: Int) -> [Int] {
    var ports: Set<Int> = []
    while ports.count < count { ports.insert(LoopbackSocket.freePort()) }
    return ports.sorted()
  }

  private var socket: String { folder + "/run/munge.sock" }

  private func startDatabase() async throws {
    let made = try await Programs.run(
      "/usr/bin/mariadb-install-db",
      [
        "--no-defaults", "--user=root", "--datadir=\(folder)/mysql", "--skip-test-db",
        "--auth-root-authentication-method=normal",
      ], log: folder + "/log/install.log")
    guard made == 0 else { throw SupportError(text: "mariadb-install-db failed") }
    try start(
      "/usr/sbin/mariadbd", "--no-defaults", "--user=root", "--datadir=\(folder)/mysql",
      "--socket=\(folder)/run/mysql.sock", "--skip-networking",
      "--pid-file=\(folder)/run/mysql.pid", "--innodb-buffer-pool-size=64M",
      "--innodb-flush-log-at-trx-commit=0")
    try await wait(for: "MariaDB") {
      try await run("mariadb", "-S", "\(folder)/run/mysql.sock", "-e", "SELECT 1") != nil
    }
  }

  private func startAccounting() throws { try start("/usr/sbin/slurmdbd", "-D") }

  private func startNode(_ number: Int) throws {
    let name = "gpu0\(number)"
    try FileManager.default.createDirectory(
      atPath: "\(folder)/spool/\(name)", withIntermediateDirectories: true)
    try start("/usr/sbin/slurmd", "-D", "-N", name, as: "slurmd\(number)")
  }

  func start(_ path: String, _ arguments: String..., as name: String? = nil) throws {
    let name = name ?? String(path.split(separator: "/").last ?? "")
    let process = try Subprocess(
      path, arguments, output: "\(folder)/log/\(name).out", environment: environment)
    processes.add(process, as: name)
  }

  private func write(_ data: Data, to name: String, mode: Int = 0o644) throws {
    let path = "\(folder)/\(name)"
    try data.write(to: URL(fileURLWithPath: path))
    try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
  }
}
