/// Why bytes are not a segment.
package enum ColumnarError: Error, Equatable, CustomStringConvertible {
  /// The bytes end in the middle of a value.
  case cut(offset: Int)
  /// A value that no writer wrote.
  case malformed(offset: Int, what: String)
  case notASegment
  case unknownVersion(UInt16)
  case wrongKind(expected: UInt16, found: UInt16)
  case checksumMismatch(stored: UInt32, computed: UInt32)

  package var description: String {
    switch self {
    case .cut(let offset): "the bytes end at offset \(offset), in the middle of a value"
    case .malformed(let offset, let what): "offset \(offset) holds \(what)"
    case .notASegment: "the bytes don't start as a segment does"
    case .unknownVersion(let version):
      "segment format \(version) is not known to this version, which reads formats up to "
        + "\(SegmentEnvelope.version)"
    case .wrongKind(let expected, let found): "a column of kind \(found), expected kind \(expected)"
    case .checksumMismatch(let stored, let computed):
      "checksum is \(computed), expected \(stored)"
    }
  }
}
