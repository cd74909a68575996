import Foundation

/// Reading `sources`.
extension ConfigurationReader {
  private static let commonKeys = [
    "name", "type", "site", "cluster", "basic_auth", "authorization", "tls_config", "headers",
    "timeout",
  ]
  private static let prometheusKeys =
    commonKeys + [
      "url", "scrape_interval", "protocol", "replica_labels", "matchers", "params",
      "rancher_cluster", "storage",
    ]
  private static let exporterKeys = commonKeys + ["targets", "interval"]
  private static let types = [
    "prometheus", "dcgm-exporter", "slurm", "reservations", "assignments", "bill", "rancher",
    "uyuni", "openstack", "vsphere",
  ]
  /// Of all sites and clusters.
  private static let rancherKeys =
    commonKeys.filter { $0 != "site" && $0 != "cluster" } + ["url"]
  private static let reservationKeys =
    commonKeys + [
      "format", "file", "url", "url_file", "time_zone", "columns", "date_format", "resource",
      "hosts",
    ]
  private static let assignmentKeys = commonKeys + ["file", "url", "url_file"]
  private static let slurmKeys = [
    "name", "type", "site", "cluster", "timeout", "sacct", "command", "file", "rest",
    "time_zone",
  ]
  /// Only a slurmrestd is spoken to over HTTP.
  private static let slurmRESTKeys = commonKeys + ["rest", "sacct", "command", "file"]
  private static let secrets = [
    "password": "basic_auth.password_file", "bearer_token": "authorization.credentials_file",
    "bearer_token_file": "authorization.credentials_file",
    "credentials": "authorization.credentials_file", "token": "authorization.credentials_file",
  ]

  /// The sources that this version supports.
  func readSources(sites: [String]) -> [Source] {
    var firstLines: [String: Int] = [:]
    let all = root.sections("sources", valid: nil)
    return all.compactMap { loose in
      let expected = "one of " + Self.types.joined(separator: ", ")
      guard let type = loose.requiredText("type", expected: expected) else { return nil }
      guard Self.types.contains(type) else {
        loose.tell(.badValue(found: type, expected: expected), of: "type")
        return nil
      }
      let section = limited(loose, type: type)
      let name = section.requiredText("name", expected: "a name for the source")
      let place = readPlace(section, type: type, name: name, among: all, sites: sites)
      if let name { checkRepeated(name, in: section, firstLines: &firstLines) }
      let connection = readConnection(section)
      let kind = readKind(section, type: type)
      guard let name, let site = place.site, let cluster = place.cluster, let kind else {
        return nil
      }
      return Source(
        name: name, site: site, cluster: cluster, line: section.place.line,
        connection: connection, kind: kind)
    }
  }

  /// The section, telling of keys that sources of the type don't have.
  private func limited(_ section: Section, type: String) -> Section {
    let keys =
      switch type {
      case "prometheus": Self.prometheusKeys
      case "slurm": section.has("rest") ? Self.slurmRESTKeys : Self.slurmKeys
      case "reservations": Self.reservationKeys
      case "assignments": Self.assignmentKeys
      case "bill":
        section.peek("path")?.lowercased().hasPrefix("s3://") ?? false
          ? Self.storedBillKeys : Self.billKeys
      case "rancher": Self.rancherKeys
      case "uyuni": Self.uyuniKeys
      case "openstack": Self.openStackKeys
      case "vsphere": Self.vSphereKeys
      default: Self.exporterKeys
      }
    let secrets = type == "uyuni" ? Self.uyuniSecrets : Self.secrets
    return section.limited(
      to: keys,
      secrets: secrets.merging(Self.s3Secrets) { own, _ in own }
        .merging(Self.platformSecrets(of: type)) { _, platform in platform })
  }

  /// Where a source stands; empty of one that is of all sites and clusters.
  ///
  /// - Parameter all: the sections of all sources.
  private func readPlace(
    _ section: Section, type: String, name: String?, among all: [Section], sites: [String]
  ) -> (site: String?, cluster: String?) {
    if type == "rancher" { return ("", "") }
    let site = section.requiredText("site", expected: "the name of one of the sites")
    if let site {
      checkName(site, what: "site", known: sites, at: section.place(of: "site"))
    }
    let cluster =
      switch type {
      case "assignments": assignmentCluster(section, among: all)
      // Its instances are a cluster of their own.
      case "bill": section.has("cluster") ? section.text("cluster", expected: "a name") : name
      default: section.requiredText("cluster", expected: "the cluster's name")
      }
    return (site, cluster)
  }

  private func readKind(_ section: Section, type: String) -> Source.Kind? {
    switch type {
    case "prometheus": readPrometheus(section).map(Source.Kind.prometheus)
    case "slurm": readSlurm(section).map(Source.Kind.slurm)
    case "reservations": readReservations(section).map(Source.Kind.reservations)
    case "assignments": readAssignments(section).map(Source.Kind.assignments)
    case "bill": readBill(section).map(Source.Kind.bill)
    case "rancher": readRancher(section).map(Source.Kind.rancher)
    case "uyuni": readUyuni(section).map(Source.Kind.uyuni)
    case "openstack": readOpenStack(section).map(Source.Kind.openstack)
    case "vsphere": readVSphere(section).map(Source.Kind.vsphere)
    default: readExporter(section).map(Source.Kind.dcgmExporter)
    }
  }

  private func readPrometheus(_ section: Section) -> PrometheusSource? {
    let url = readServer("url", expected: "a URL such as http://127.0.0.1:9090", section)
    let interval = section.value(
      "scrape_interval", expected: PrometheusDuration.expectation, parse: PrometheusDuration.parse)
    let choice = section.choice("protocol", PrometheusSource.ProtocolChoice.self)
    let matchers = section.value(
      "matchers", expected: "label matchers without braces, such as namespace=\"ml\",job!~\"x.*\""
    ) { LabelMatchers.parse($0) == nil ? nil : $0 }
    let params = readParams(section)
    let rancherCluster = readRancherCluster(section)
    let replicaLabels = readReplicaLabels(section)
    let hasStorage = section.flag("storage")
    guard let url else { return nil }
    return PrometheusSource(
      url: url, scrapeInterval: interval, protocolChoice: choice ?? .auto,
      replicaLabels: replicaLabels, matchers: matchers ?? "", params: params,
      rancherCluster: rancherCluster, hasStorage: hasStorage)
  }

  /// The fields that our own requests have.
  private static let ownParams = ["query", "time", "timeout", "match[]", "start", "end", "limit"]

  private func readParams(_ section: Section) -> [String: String] {
    guard let params = section.section("params", valid: nil) else { return [:] }
    var result: [String: String] = [:]
    for name in params.keys {
      guard !Self.ownParams.contains(name) else {
        params.tell(
          .badValue(found: name, expected: "a field that gputally doesn't set itself"), of: name)
        continue
      }
      result[name] = params.text(name)
    }
    return result
  }

  private func readReplicaLabels(_ section: Section) -> [String] {
    let given = section.texts("replica_labels", expected: "a list of label names")
    guard let given else { return PrometheusSource.usualReplicaLabels }
    for label in given where !LabelMatchers.isLabelName(label.value) {
      problems.add(
        .badValue(found: label.value, expected: "a label name such as replica"), at: label.place)
    }
    return given.map(\.value)
  }

  private func readExporter(_ section: Section) -> DCGMExporterSource? {
    let expected = "a list such as [\"10.0.0.5:9400\"], of host:port or whole URLs"
    if !section.has("targets") { section.tell(.missingKey(expected: expected), of: "targets") }
    let targets = section.texts("targets", expected: expected)
    let interval = section.value(
      "interval", expected: PrometheusDuration.expectation, parse: PrometheusDuration.parse)
    guard let targets else { return nil }
    if targets.isEmpty { section.tell(.missingKey(expected: expected), of: "targets") }
    var firstLines: [String: Int] = [:]
    for target in targets {
      if !Self.isTarget(target.value) {
        problems.add(
          .badHiddenValue(expected: "host:port or a URL, without user or password"),
          at: target.place)
      }
      if let line = firstLines[target.value] {
        problems.add(.repeatedName(target.value, firstLine: line), at: target.place)
      }
      firstLines[target.value] = target.place.line
    }
    return DCGMExporterSource(targets: targets.map(\.value), interval: interval ?? 30_000)
  }

  /// Whether `text` is an http URL with a host and without anything secret.
  static func isServerURL(_ text: String) -> Bool {
    guard let parts = URLComponents(string: text),
      parts.scheme == "http" || parts.scheme == "https",
      let host = parts.host, !host.isEmpty, (1...65_535).contains(parts.port ?? 1)
    else { return false }
    return parts.user == nil && parts.password == nil && parts.query == nil && parts.fragment == nil
  }

  private static func isTarget(_ text: String) -> Bool {
    if text.contains("://") { return isServerURL(text) }
    guard !text.contains("/"), let colon = text.lastIndex(of: ":"),
      Int(text[text.index(after: colon)...]) != nil
    else { return false }
    return isServerURL("http://" + text)
  }
}

extension String {
  func droppingLastSlashes() -> String {
    var text = self
    while text.hasSuffix("/") { text.removeLast() }
    return text
  }
}
