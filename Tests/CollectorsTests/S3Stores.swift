import Transport

@testable import Collectors

/// Clients of stores that tests start.
enum S3Stores {
  static let variables = ["AWS_ACCESS_KEY_ID": "KEY-ID", "AWS_SECRET_ACCESS_KEY": "SECRET-KEY"]

  static func client(
    _ url: String, _ location: String = "s3://bills", region: String? = nil,
    attempts: Int = 5
  ) throws -> S3Client {
    guard let location = S3Location(location) else { throw UnusableLocation() }
    var connection = ConnectionSettings()
    connection.retries.attemptsMaximum = attempts
    return S3Client(
      location: location,
      settings: S3Settings(endpoint: url, region: region, connection: connection),
      client: HTTPClient(sleep: { _ in }, environment: { variables }))
  }

  struct UnusableLocation: Error {}
}

/// The words of what goes wrong, nil where nothing does.
func words(of body: () async throws -> Void) async -> String? {
  do {
    try await body()
    return nil
  } catch { return "\(error)" }
}
