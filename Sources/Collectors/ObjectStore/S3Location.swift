/// A bucket of an object store, and the part of it that counts: `s3://bucket/prefix`.
package struct S3Location: Hashable, Sendable, CustomStringConvertible {
  package let bucket: String
  /// All that stands after the bucket's slash, so that `s3://bucket//reports` means the keys that
  /// begin with a slash.
  package let prefix: String

  /// Returns nil for what is no such address.
  package init?(_ text: String) {
    guard text.prefix(5).lowercased() == "s3://" else { return nil }
    let rest = text.dropFirst(5)
    let bucket = rest.prefix { $0 != "/" }
    guard Self.isBucket(bucket) else { return nil }
    self.bucket = String(bucket)
    prefix = String(rest[bucket.endIndex...].dropFirst())
    if prefix.unicodeScalars.contains(where: { $0.value < 32 || $0.value == 127 }) { return nil }
  }

  /// What the keys of the objects in it begin with: the prefix as a folder, so that `focus` doesn't
  /// mean `focus-old/2026-11.csv`.
  package var listingPrefix: String {
    prefix.isEmpty || prefix.hasSuffix("/") ? prefix : prefix + "/"
  }

  package var description: String { "s3://\(bucket)/\(prefix)" }

  /// - Source: S3's rules for buckets, and the capitals and underscores of older buckets.
  private static func isBucket(_ name: Substring) -> Bool {
    let letters = name.unicodeScalars.map {
      $0.isASCII && ($0.properties.isAlphabetic || $0.properties.numericType != nil)
    }
    let isAllowed = zip(letters, name.unicodeScalars).allSatisfy { isLetter, scalar in
      isLetter || scalar == "-" || scalar == "." || scalar == "_"
    }
    return (3...63).contains(letters.count) && isAllowed && letters.first == true
  }
}
