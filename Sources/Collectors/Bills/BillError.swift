/// Why a bill could not be read. Nothing of it is to be kept.
package enum BillError: Error, Equatable, CustomStringConvertible {
  /// The file is empty, or has no line that could be a head.
  case noHead(file: String)
  /// The columns that `format` needs are not all there.
  case unreadableHead(
    file: String, format: BillFormat, found: [String], missing: [String], looksLike: BillFormat?)
  /// The compressed bytes end before they say that they do.
  case cutCompression(file: String, bytes: Int)
  /// The compressed bytes are none, or damaged.
  case damagedCompression(file: String, bytes: Int, reason: String)
  /// It was taken for one of Azure's two costs, and its rows say that it is the other.
  case otherCost(file: String, line: Int, taken: BillCost, found: String)
  /// Whoever takes the charges failed: a full disk, say.
  case receiver(file: String, reason: String)

  package var description: String {
    switch self {
    case .noHead(let file):
      "\(file): there is no head; expected a line with the names of the columns, or a JSON object "
        + "a line"
    case .unreadableHead(let file, let format, let found, let missing, let looksLike):
      "\(file): the columns are not those of format '\(format.rawValue)'; missing: "
        + missing.joined(separator: ", ") + "; found: " + Self.list(found)
        + (looksLike.map { "; this looks like \($0.title): set 'format: \($0.rawValue)'" }
          ?? "; check the source's 'format' and what the export includes")
    case .cutCompression(let file, let bytes):
      "\(file): the gzip data ends in the middle, after \(bytes) bytes; fetch the file again"
    case .damagedCompression(let file, let bytes, let reason):
      "\(file): the gzip data is damaged near byte \(bytes) (\(reason)); fetch the file again"
    case .otherCost(let file, let line, let taken, let found):
      "\(file):\(line): found \(found), which an export of \(taken.other.title) has, but the file "
        + "was taken for one of \(taken.title); set 'cost: \(taken.other.rawValue)'"
    case .receiver(let file, let reason):
      "\(file): the charges could not be kept: \(reason)"
    }
  }

  /// How many names of columns are told.
  private static let namesMax = 60

  private static func list(_ names: [String]) -> String {
    let more = names.count - namesMax
    return names.prefix(namesMax).joined(separator: ", ") + (more > 0 ? " and \(more) more" : "")
  }
}

extension BillFormat {
  /// The name in a sentence.
  var title: String {
    switch self {
    case .focus: "FOCUS"
    case .cur2: "AWS CUR 2.0"
    case .cur: "the legacy AWS Cost and Usage Report"
    case .gcp: "Google's billing export"
    case .azure: "an Azure cost export"
    case .oci: "FOCUS of Oracle"
    }
  }
}

extension BillCost {
  /// The name in a sentence.
  var title: String {
    switch self {
    case .both: "both costs"
    case .billed: "the actual cost"
    case .effective: "the amortised cost"
    }
  }

  /// Of Azure's two costs the other one.
  var other: BillCost { self == .billed ? .effective : .billed }
}
