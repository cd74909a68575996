import Foundation
import Synchronization

extension RealSlurm {
  func accounting(port: Int) -> String {
    """
    AuthType=auth/munge
    AuthInfo=socket=\(folder)/run/munge.sock
    DbdHost=localhost
    DbdPort=\(port)
    SlurmUser=root
    StorageType=accounting_storage/mysql
    StorageHost=localhost
    StorageUser=root
    StorageLoc=slurm_acct_db
    LogFile=\(folder)/log/slurmdbd.log
    PidFile=\(folder)/run/slurmdbd.pid

    """
  }

  func cluster(accounting: Int, controller: Int, nodes: [Int]) -> String {
    let host = ProcessInfo.processInfo.hostName.prefix { $0 != "." }
    let lines = nodes.enumerated().map { number, port in
      "NodeName=gpu0\(number + 1) NodeHostname=\(host) NodeAddr=127.0.0.1 Port=\(port) CPUs=64 "
        + "Boards=1 SocketsPerBoard=2 CoresPerSocket=32 ThreadsPerCore=1 RealMemory=2000000 "
        + "Gres=gpu:h100:8 State=UNKNOWN"
    }
    return """
      ClusterName=rig
      SlurmctldHost=\(host)(127.0.0.1)
      SlurmctldPort=\(controller)
      SlurmUser=root
      SlurmdUser=root
      AuthType=auth/munge
      AuthInfo=socket=\(folder)/run/munge.sock
      StateSaveLocation=\(folder)/state
      SlurmdSpoolDir=\(folder)/spool/%n
      SlurmctldPidFile=\(folder)/run/slurmctld.pid
      SlurmdPidFile=\(folder)/run/slurmd.%n.pid
      SlurmctldLogFile=\(folder)/log/slurmctld.log
      SlurmdLogFile=\(folder)/log/slurmd.%n.log
      ProctrackType=proctrack/linuxproc
      TaskPlugin=task/none
      SwitchType=switch/none
      MpiDefault=none
      JobAcctGatherType=jobacct_gather/linux
      SelectType=select/cons_tres
      SelectTypeParameters=CR_Core
      GresTypes=gpu
      AccountingStorageType=accounting_storage/slurmdbd
      AccountingStorageHost=localhost
      AccountingStoragePort=\(accounting)
      AccountingStoragePass=\(folder)/run/munge.sock
      AccountingStorageTRES=gres/gpu,gres/gpu:h100
      SlurmdTimeout=10
      ReturnToService=2
      MinJobAge=300
      MailProg=/bin/true
      SlurmdParameters=config_overrides
      DebugFlags=NO_CONF_HASH
      \((settings + lines).joined(separator: "\n"))
      PartitionName=gpu Nodes=ALL Default=YES MaxTime=INFINITE State=UP

      """
  }
}

extension RealSlurm {
  /// Ends what runs of its jobs: they outlive a node's daemon that was killed.
  func endJobs() {
    let own = Data("SLURM_CONF=\(folder)/slurm.conf".utf8)
    for name in (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? [] {
      guard let number = pid_t(name),
        let variables = try? FileHandle(forReadingAtPath: "/proc/\(name)/environ")?
          .read(upToCount: 1 << 20), variables.split(separator: 0).contains(own)
      else { continue }
      kill(number, SIGKILL)
    }
  }

  private static let restPrograms = ["/usr/sbin/slurmrestd", "/usr/bin/setpriv"]

  /// Whether the machine has a slurmrestd, too.
  package static var hasREST: Bool {
    isInstalled && restPrograms.allSatisfy { FileManager.default.isExecutableFile(atPath: $0) }
  }

  /// Starts a slurmrestd of a user without rights, as it wants to be started.
  ///
  /// - Returns: the path of its socket.
  package func startREST() async throws -> String {
    let nobody = 65_534
    let home = folder + "/rest"
    try FileManager.default.createDirectory(atPath: home, withIntermediateDirectories: true)
    chown(home, uid_t(nobody), gid_t(nobody))
    let socket = home + "/socket"
    try start(
      "/usr/bin/setpriv", "--reuid=\(nobody)", "--regid=\(nobody)", "--clear-groups", "env",
      "SLURMRESTD_SECURITY=disable_unshare_sysv,disable_unshare_files", "/usr/sbin/slurmrestd",
      "-a",
      "rest_auth/local", "-s", "openapi/v0.0.38,openapi/dbv0.0.38", "unix:" + socket,
      as: "slurmrestd")
    try await wait(for: "slurmrestd") { FileManager.default.fileExists(atPath: socket) }
    return socket
  }
}

/// The daemons of a rig by their names.
final class ProcessList: Sendable {
  private let processes = Mutex<[(name: String, process: Subprocess)]>([])

  func add(_ process: Subprocess, as name: String) {
    processes.withLock { $0.append((name, process)) }
  }

  /// Ends the last one of a name at once.
  func kill(_ name: String) {
    let found = processes.withLock { list in
      list.lastIndex { $0.name == name }.map { list.remove(at: $0).process }
    }
    found?.send(SIGKILL)
    found?.stop()
  }

  /// Ends all, the last started first.
  func stop() {
    for (_, process) in processes.withLock({ $0.reversed() }) {
      process.send(SIGKILL)
      process.stop()
    }
  }
}
