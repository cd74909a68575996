import Foundation
import Transport

/// Where a text stands that is read as a whole.
package enum TextPlace: Hashable, Sendable {
  case file(String)
  case url(String)
  /// A file that holds the address, where that is itself the secret.
  case urlFile(String)

  /// What messages call it: never an address that is secret.
  var shown: String {
    switch self {
    case .file(let path): path
    case .url(let url): URLText.shown(url)
    case .urlFile(let path): "the address in \(path)"
    }
  }
}

/// Reads a text as a whole, from a file or a server.
struct WholeText {
  /// A text is at most so long: half a million bookings.
  static let bytesMax = 64 << 20

  let place: TextPlace
  let connection: ConnectionSettings
  let client: HTTPClient

  /// The text, which is UTF-8.
  func read() async throws(CollectorError) -> String {
    let bytes =
      switch place {
      case .file(let path): try Self.bytes(of: path)
      case .url(let url): try await get(url)
      case .urlFile(let path): try await get(secretAddress(path))
      }
    let isUTF16 = bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF])
    guard !isUTF16, let text = String(validating: bytes, as: UTF8.self) else {
      throw .unusableText(
        place: place.shown,
        reason: "the text is not UTF-8; export it again, in Excel as 'CSV UTF-8'")
    }
    return text.hasPrefix("\u{FEFF}") ? String(text.dropFirst()) : text
  }

  private static func bytes(of path: String) throws(CollectorError) -> [UInt8] {
    guard let handle = FileHandle(forReadingAtPath: path) else {
      throw .unreadableFile(path: path)
    }
    defer { try? handle.close() }
    var bytes: [UInt8] = []
    do {
      while let piece = try handle.read(upToCount: 1 << 20), !piece.isEmpty {
        bytes += piece
        guard bytes.count <= bytesMax else {
          throw CollectorError.unusableText(
            place: path, reason: "the file is larger than \(bytesMax) bytes; leave old bookings out"
          )
        }
      }
    } catch let error as CollectorError {
      throw error
    } catch {
      throw .unreadableFile(path: path)
    }
    return bytes
  }

  private func get(_ url: String) async throws(CollectorError) -> [UInt8] {
    do {
      let answer = try await client.send(
        HTTPRequest(url: url, responseBytesMaximum: Self.bytesMax), over: connection)
      if answer.mediaType == "text/html" {
        throw CollectorError.unusableText(
          place: place.shown,
          reason: "the server answered with a web page, not with bookings; check the address, and "
            + "whether it wants a login")
      }
      return answer.body
    } catch let error as CollectorError {
      throw error
    } catch let error as TransportError {
      let known = CollectorError(error)
      guard case .urlFile = place, case .transport = known else { throw known }
      // The path of the address may be the secret.
      throw .hiddenAddress(
        reason: error.description.replacingOccurrences(
          of: URLText.shown(url), with: place.shown))
    } catch {
      throw .hiddenAddress(reason: "\(place.shown): can't be read")
    }
  }

  private func secretAddress(_ path: String) throws(CollectorError) -> String {
    do {
      return try SecretFile.read(path)
    } catch {
      throw .transport(error)
    }
  }
}
