import Collectors
import Configuration
import Quantities
import Transport

/// What the configuration says of sources, in the words of collectors and transport.
extension PrometheusSettings {
  init(_ source: PrometheusSource, _ connection: Connection) {
    self.init(
      url: source.url, connection: ConnectionSettings(connection),
      matchers: (LabelMatchers.parse(source.matchers) ?? []).compactMap { condition in
        LabelMatcher.Operation(rawValue: condition.sign).map {
          LabelMatcher(condition.label, $0, condition.value)
        }
      }, replicaLabels: source.replicaLabels,
      params: source.params.sorted { $0.key < $1.key }.map { ($0.key, $0.value) },
      scrapeIntervalMilliseconds: source.scrapeInterval,
      sampleProtocol: SampleProtocol(source.protocolChoice), hasStorage: source.hasStorage ?? false)
  }
}

extension PrometheusSettings.SampleProtocol {
  fileprivate init(_ choice: PrometheusSource.ProtocolChoice) {
    switch choice {
    case .auto: self = .auto
    case .remoteRead: self = .remoteRead
    case .query: self = .query
    }
  }
}

extension RancherSettings {
  init(_ source: RancherSource, _ connection: Connection) {
    self.init(url: source.url, connection: ConnectionSettings(connection))
  }
}

extension DCGMExporterSettings {
  init(_ source: DCGMExporterSource, _ connection: Connection) {
    var settings = ConnectionSettings(connection)
    // Somebody else scrapes next: a scrape that hangs is given up before that.
    settings.timeouts.totalMilliseconds = Int(min(source.interval, 10_000))
    settings.retries = RetryPolicy(attemptsMaximum: 2, initialDelayMilliseconds: 200)
    self.init(targets: source.targets, connection: settings)
  }
}

extension SlurmSettings {
  /// - Parameter calendar: of billing days, whose zone holds unless the source has its own.
  init(_ source: SlurmSource, of origin: Source, calendar: BillingCalendar) {
    let access: Access =
      switch source.access {
      case .local: .command(prefix: [])
      case .command(let words): .command(prefix: words)
      case .file(let path): .file(path)
      case .rest(let rest): .rest(SlurmRESTSettings(rest, origin.connection))
      }
    let own = source.timeZone.flatMap { try? BillingCalendar(zone: $0) }
    self.init(
      access: access, cluster: origin.cluster, calendar: own ?? calendar,
      timeout: Int((origin.connection.timeout ?? 600_000) / 1_000))
  }
}

extension SlurmRESTSettings {
  init(_ source: SlurmRESTSource, _ connection: Connection) {
    var settings = ConnectionSettings(connection)
    let url: String
    switch source.server {
    case .url(let address): url = address
    case .unixSocket(let path):
      url = "http://localhost"
      settings.unixSocket = path
    }
    self.init(
      url: url, connection: settings, user: source.user, tokenFile: source.tokenFile,
      version: source.version.flatMap { SlurmRESTVersion($0) })
  }
}

extension ReservationSettings {
  /// - Parameter calendar: of billing days, whose zone holds unless the source has its own.
  init(_ source: ReservationSource, of origin: Source, calendar: BillingCalendar) {
    let format: Format =
      switch source.format {
      case .csv: .csv
      case .ical: .ical
      case .librebooking: .librebooking
      }
    guard let clock = CivilClock(zone: source.timeZone ?? calendar.zone) else {
      preconditionFailure("BUG: zone \(source.timeZone ?? calendar.zone) was known before")
    }
    self.init(
      format: format, place: TextPlace(source.access),
      connection: ConnectionSettings(origin.connection), cluster: origin.cluster, clock: clock,
      columns: source.columns, dateFormat: source.dateFormat,
      resource: source.resource == .location ? .location : .summary, hosts: source.hosts)
  }
}

extension AssignmentSettings {
  init(_ source: AssignmentSource, of origin: Source, calendar: BillingCalendar) {
    self.init(
      place: TextPlace(source.access), connection: ConnectionSettings(origin.connection),
      cluster: origin.cluster, calendar: calendar)
  }
}

extension OpenStackSettings {
  init(_ source: OpenStackSource, _ connection: Connection) {
    let credentials: Credentials =
      switch source.credentials {
      case .application(let id, let file): .application(id: id, secretFile: file)
      case .password(let login):
        .password(
          user: login.username, userDomain: login.userDomain, passwordFile: login.passwordFile,
          project: login.project, projectDomain: login.projectDomain)
      }
    self.init(
      url: source.url, connection: ConnectionSettings(connection), credentials: credentials,
      region: source.region, interface: source.interface.rawValue, pciAliases: source.pciAliases,
      virtualGPUs: source.virtualGPUs.mapValues {
        VirtualGPU(model: $0.gpuModel, perGPU: $0.perGPU)
      })
  }
}

extension VSphereSettings {
  init(_ source: VSphereSource, _ connection: Connection) {
    self.init(
      url: source.url, connection: ConnectionSettings(connection), username: source.username,
      passwordFile: source.passwordFile, gpuModels: source.gpuModels,
      profiles: source.profiles.mapValues { Share(parts: $0.parts, of: $0.whole) })
  }
}

extension TextPlace {
  fileprivate init(_ access: TextAccess) {
    switch access {
    case .file(let path): self = .file(path)
    case .url(let url): self = .url(url)
    case .urlFile(let path): self = .urlFile(path)
    }
  }
}

extension ConnectionSettings {
  init(_ connection: Connection) {
    var authentication: Authentication?
    if let basic = connection.basicAuth {
      authentication = .basic(username: basic.username, passwordFile: basic.passwordFile)
    } else if let authorization = connection.authorization {
      authentication = .credentials(
        scheme: authorization.type, file: authorization.credentialsFile)
    }
    var timeouts = Timeouts()
    if let timeout = connection.timeout {
      timeouts.totalMilliseconds = Int(timeout)
      timeouts.connectMilliseconds = min(timeouts.connectMilliseconds, Int(timeout))
      timeouts.stallSeconds = max(1, Int(timeout / 1_000))
    }
    let tls = connection.tls
    self.init(
      authentication: authentication,
      tls: TLSSettings(
        caFile: tls.caFile, certificateFile: tls.certFile, keyFile: tls.keyFile,
        serverName: tls.serverName, skipsVerification: tls.insecureSkipVerify),
      headers: connection.headers, timeouts: timeouts)
  }
}
