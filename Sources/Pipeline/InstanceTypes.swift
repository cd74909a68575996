import Collectors
import Configuration
import Quantities
import Records

/// The table of instance types with the rows of the configuration, which bills are read with.
struct InstanceTypes: Sendable {
  let table: GPUInstanceTable
  /// A text that changes with the configuration's rows, empty without any.
  private let mark: String

  init(_ configuration: Configuration) {
    table = GPUInstanceTable(
      extra: configuration.instanceTypes.map { row in
        GPUInstanceType(
          Cloud(row.provider), row.name,
          row.gpus == 0
            ? nil : BilledGPU(model: row.gpuModel, count: row.gpus, divisor: row.divisor))
      })
    mark = configuration.instanceTypeFingerprint
  }

  /// What is stored as the version of a file: with other rows its charges are others, so that it
  /// has to be read again.
  func version(of file: String) -> String { mark.isEmpty ? file : "\(file) types \(mark)" }
}

extension Cloud {
  fileprivate init(_ provider: InstanceType.Provider) {
    switch provider {
    case .aws: self = .aws
    case .azure: self = .azure
    case .gcp: self = .gcp
    case .oci: self = .oci
    }
  }
}

extension BillSettings {
  init(_ bill: BillSource, calendar: BillingCalendar, types: InstanceTypes) {
    self.init(calendar: calendar, instances: types.table)
    currency = bill.currency
    azureCost = bill.cost.flatMap { BillCost(rawValue: $0.rawValue) }
  }
}
