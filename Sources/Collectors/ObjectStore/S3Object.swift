import Quantities

/// One object as a listing shows it.
package struct S3Object: Hashable, Sendable {
  /// Its whole name in the bucket. No path of a file is to be made of it unseen: it may have `..`
  /// and empty parts.
  package let key: String
  /// Unit: bytes.
  package let size: Int
  /// Changes with the contents; without its quotes. A MD5 only where it was uploaded in one piece.
  package let etag: String
  package let modified: UTCInstant

  package init(key: String, size: Int, etag: String, modified: UTCInstant) {
    self.key = key
    self.size = size
    self.etag = etag
    self.modified = modified
  }

  /// A header's ETag without its quotes.
  static func bare(_ etag: String) -> String {
    guard etag.count >= 2, etag.hasPrefix("\""), etag.hasSuffix("\"") else { return etag }
    return String(etag.dropFirst().dropLast())
  }
}
