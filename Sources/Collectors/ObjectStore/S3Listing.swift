import Quantities

/// One page of what is in a bucket: the answer to ListObjectsV2.
struct S3Listing: Equatable {
  let objects: [S3Object]
  /// What to ask for the next page with, nil at the last one.
  let continuation: String?

  init(_ bytes: [UInt8]) throws(S3AnswerFault) {
    let root: XMLElement
    do { root = try XMLElement.root(of: bytes) } catch {
      throw S3AnswerFault(reason: "\(error)")
    }
    guard root.name == "ListBucketResult" else {
      throw S3AnswerFault(reason: "the answer is a '\(root.name.prefix(40))', no listing")
    }
    let isEncoded = root.text(of: "EncodingType") == "url"
    var objects: [S3Object] = []
    for entry in root.children where entry.name == "Contents" {
      objects.append(try Self.object(entry, isEncoded: isEncoded))
    }
    self.objects = objects
    let token = root.text(of: "NextContinuationToken") ?? ""
    switch root.text(of: "IsTruncated") {
    case "true" where !token.isEmpty: continuation = token
    case "false": continuation = nil
    default:
      throw S3AnswerFault(reason: "the listing does not say whether it is whole")
    }
  }

  private static func object(
    _ entry: XMLElement, isEncoded: Bool
  ) throws(S3AnswerFault) -> S3Object {
    guard let text = entry.text(of: "Key"), let key = isEncoded ? decoded(text) : text,
      !key.isEmpty
    else { throw S3AnswerFault(reason: "an object of the listing has no key that can be read") }
    guard let size = entry.text(of: "Size").flatMap({ Int($0) }), size >= 0,
      let etag = entry.text(of: "ETag").map(S3Object.bare), !etag.isEmpty,
      !etag.unicodeScalars.contains(where: { $0.value < 32 || $0.value > 126 }),
      let modified = entry.text(of: "LastModified").flatMap({ UTCInstant($0) })
    else {
      throw S3AnswerFault(
        reason: "the object '\(key)' of the listing lacks a size, an ETag or a time")
    }
    return S3Object(key: key, size: size, etag: etag, modified: modified)
  }

  /// What a key was before it was encoded as a form's value is: `+` is a blank.
  ///
  /// - Returns: nil for what can't be.
  static func decoded(_ text: String) -> String? {
    var bytes: [UInt8] = []
    var rest = Array(text.utf8)[...]
    while let byte = rest.popFirst() {
      switch byte {
      case UInt8(ascii: "+"): bytes.append(UInt8(ascii: " "))
      case UInt8(ascii: "%"):
        guard let high = rest.popFirst().flatMap(hexDigit),
          let low = rest.popFirst().flatMap(hexDigit)
        else { return nil }
        bytes.append(high << 4 | low)
      default: bytes.append(byte)
      }
    }
    return String(validating: bytes, as: UTF8.self)
  }

  private static func hexDigit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
    default: nil
    }
  }
}

/// Why an answer is not what was asked for: a fragment.
struct S3AnswerFault: Error, Equatable {
  let reason: String
}
