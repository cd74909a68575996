/// Storage held over time, as people read it.
package enum StorageTime {
  /// - Unit: bytes.
  package static let gibibyte: Int128 = 1_073_741_824

  /// GiB-hours as decimal text with six places, half to even.
  package static func text(byteHours: Int128) -> String {
    Decimals.text(
      Rounding.halfEven(byteHours * 1_000_000, dividedBy: gibibyte), places: 6)
  }

  /// The same of a sum of whole GiB-hours and one of the byte-hours that are left.
  ///
  /// - Shape: `byteHours >> 30` and `byteHours & 1073741823` of each addend, so that neither sum
  ///   leaves 64 bits.
  package static func text(gibibyteHours: Int64, rest: Int64) -> String {
    text(byteHours: Int128(gibibyteHours) * gibibyte + Int128(rest))
  }
}
