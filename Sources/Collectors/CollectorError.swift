import Transport

/// Why a window could not be collected. Nothing of it is to be stored.
package enum CollectorError: Error, Equatable, CustomStringConvertible {
  /// The server gave no usable answer.
  case transport(TransportError)
  /// The server refuses the question: `type` and `message` are its own words.
  case refused(url: String, type: String, message: String)
  /// Even one minute of one target is more than the server loads at once.
  case tooManySamples(url: String, target: String, message: String)
  /// The source is to be read by remote read alone, and the server doesn't let it.
  case noRemoteRead(url: String, reason: String)
  /// Whoever takes the samples failed: a full disk, say.
  case receiver(reason: String)
  /// A program that was to print it failed.
  case command(CommandError)
  /// A file is not there, or may not be read.
  case unreadableFile(path: String)
  /// A text isn't what its source says that it is; nothing of it is taken.
  case unusableText(place: String, reason: String)
  /// The server gave no usable answer, told without its address.
  case hiddenAddress(reason: String)
  /// The caller no longer wants the window.
  case cancelled

  package var description: String {
    switch self {
    case .transport(let error):
      error.description
    case .refused(let url, let type, let message):
      "\(url): the server refused the query (\(type): \(message)); check the source's matchers and "
        + "the server's limits"
    case .tooManySamples(let url, let target, let message):
      "\(url): one minute of target '\(target)' is more than the server loads at once "
        + "(\(message)); raise its limit, --query.max-samples of a Prometheus"
    case .noRemoteRead(let url, let reason):
      "\(url): remote read doesn't work (\(reason)); set the source's 'protocol: query', or 'auto' "
        + "to have it chosen"
    case .receiver(let reason):
      "the collected samples could not be kept: \(reason)"
    case .command(let error):
      error.description
    case .unreadableFile(let path):
      "\(path): the file can't be read; check its path and that this user may read it"
    case .unusableText(let place, let reason):
      "\(place): \(reason)"
    case .hiddenAddress(let reason):
      reason
    case .cancelled:
      "the collection was cancelled"
    }
  }

  /// The same, with a cancelled request told as a cancelled collection.
  init(_ error: TransportError) {
    if case .cancelled = error.root { self = .cancelled } else { self = .transport(error) }
  }
}
