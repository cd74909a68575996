/// The names that occur in the simulated fleet.
enum Names {
  /// The namespace that no team's rule matches.
  static let foreignNamespace = "sandbox"
  /// The namespace of the GPU operator, and so of the exporters.
  static let operatorNamespace = "gpu-operator"

  private static let teams = [
    "perception", "language", "planning", "robotics", "speech", "forecasting", "ranking",
    "simulation",
  ]
  private static let subjects = [
    "lidar", "segmentation", "llm", "depth", "policy", "tracker", "fusion", "encoder", "asr",
    "diffusion", "detector", "reward",
  ]
  private static let people = [
    "minjun", "seoyeon", "jiho", "haeun", "dohyun", "jiwoo", "yuna", "sungmin", "hyejin", "taeyang",
  ]

  /// The first `count` teams.
  static func teams(_ count: Int) -> [String] {
    (0..<count).map { index in
      index < teams.count ? teams[index] : "group\(index + 1)"
    }
  }

  /// The namespace in which `team` runs pods of `kind`; nil names the namespace of nobody's.
  static func namespace(_ team: String?, _ kind: WorkloadKind) -> String {
    guard let team else { return foreignNamespace }
    return team + (kind == .notebook ? "-notebooks" : "-train")
  }

  /// The namespaces of `team`.
  static func namespaces(of team: String) -> [String] {
    [namespace(team, .notebook), namespace(team, .training)]
  }

  /// `number` with leading zeros, at least `width` digits.
  static func padded(_ number: Int, _ width: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
  }

  /// The name of host `index` of `count`; numbers from 1.
  static func host(_ index: Int, of count: Int) -> String {
    "gpu" + padded(index + 1, max(3, String(count).count))
  }

  /// What a pod is called and who made it.
  struct Identity {
    var pod: String
    var container: String
    var ownerKind: String
    var owner: String
  }

  /// A name for the pod numbered `number`, unlike that of any other pod.
  static func identity(
    _ kind: WorkloadKind, number: Int, _ generator: inout SplitMix64
  ) -> Identity {
    let subject = generator.pick(from: subjects)
    switch kind {
    case .training:
      let job = "train-\(subject)-\(number)"
      return Identity(
        pod: "\(job)-worker-0-\(generator.suffix(5))", container: "pytorch", ownerKind: "Job",
        owner: job)
    case .batch:
      let job = "eval-\(subject)-\(number)"
      return Identity(
        pod: "\(job)-\(generator.suffix(5))", container: "main", ownerKind: "Job", owner: job)
    case .notebook:
      let set = "jupyter-\(generator.pick(from: people))-\(number)"
      return Identity(
        pod: "\(set)-0", container: "notebook", ownerKind: "StatefulSet", owner: set)
    }
  }
}
