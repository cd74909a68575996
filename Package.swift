// swift-tools-version: 6.2
import PackageDescription

/// What every target of gputally is compiled with.
///
/// Programs and tests are built once, for release; `-enable-testing` lets that build be tested.
let strict: [SwiftSetting] = [
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"),
  .unsafeFlags(["-enable-testing"], .when(configuration: .release)),
]

/// One row of the table below: a library target and all it may import.
func room(_ name: String, knows dependencies: [Target.Dependency] = []) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

/// The tests of one room, in the folder of the same name.
func tests(
  _ name: String, knows dependencies: [Target.Dependency], exclude: [String] = []
) -> Target {
  .testTarget(
    name: name + "Tests", dependencies: dependencies, exclude: exclude, swiftSettings: strict)
}

let grdb: Target.Dependency = .product(name: "GRDB", package: "GRDB.swift")
let grdbSQLite: Target.Dependency = .product(name: "GRDBSQLite", package: "GRDB.swift")
let yams: Target.Dependency = .product(name: "Yams", package: "Yams")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let httpServer: Target.Dependency = .product(name: "FlyingFox", package: "FlyingFox")
let arguments: Target.Dependency = .product(
  name: "ArgumentParser", package: "swift-argument-parser")

let package = Package(
  name: "gputally",
  products: [.executable(name: "gputally", targets: ["gputally"])],
  dependencies: [
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    .package(url: "https://github.com/swhitty/FlyingFox", from: "0.27.1"),
  ],
  targets: [
    .systemLibrary(name: "CCurl", providers: [.apt(["libcurl4-openssl-dev"])]),
    .systemLibrary(name: "CZlib", providers: [.apt(["zlib1g-dev"])]),

    room("Quantities"),
    room("Records", knows: ["Quantities"]),
    room("Configuration", knows: ["Quantities", yams]),
    room("Transport", knows: ["CCurl"]),
    room("Collectors", knows: ["Records", "Quantities", "Transport", "CZlib", logging]),
    room("Columnar", knows: ["Quantities", "CZlib"]),
    room("Store", knows: ["Columnar", "Records", "Quantities", grdb, grdbSQLite]),
    room("Engine", knows: ["Records", "Quantities"]),
    room("Ledger", knows: ["Records", "Quantities"]),
    room("Reports", knows: ["Store", "Quantities", yams]),
    room("Simulator", knows: ["Records", "Quantities", httpServer]),
    room(
      "Pipeline",
      knows: [
        "Collectors", "Store", "Engine", "Ledger", "Configuration", "Records", "Quantities",
        "Transport", logging,
      ]),
    .executableTarget(
      name: "gputally",
      dependencies: [
        "Pipeline", "Reports", "Store", "Engine", "Simulator", "Configuration", "Records",
        "Quantities", arguments, logging,
      ],
      swiftSettings: strict),

    .executableTarget(
      name: "gputally-bench",
      dependencies: [
        "Collectors", "Store", "Columnar", "Simulator", "Records", "Quantities", "CZlib", arguments,
      ],
      path: "Sources/Benchmarks", swiftSettings: strict),

    .target(name: "TestSupport", path: "Tests/TestSupport", swiftSettings: strict),
    tests("Quantities", knows: ["Quantities"]),
    tests("Configuration", knows: ["Configuration", "Quantities"]),
    tests("Transport", knows: ["Transport", "TestSupport"]),
    tests(
      "Collectors",
      knows: ["Collectors", "Transport", "Records", "Quantities", "CZlib", "TestSupport", logging],
      exclude: ["Calendars"]),
    tests("Simulator", knows: ["Simulator", "Records", "Quantities"]),
    tests("Columnar", knows: ["Columnar", "Quantities"]),
    tests("Engine", knows: ["Engine", "Records", "Quantities"]),
    tests("Ledger", knows: ["Ledger", "Records", "Quantities"], exclude: ["Tables"]),
    tests(
      "Reports", knows: ["Reports", "Store", "Records", "Quantities", "TestSupport", grdb],
      exclude: ["Expected"]),
    tests(
      "Pipeline",
      knows: [
        "Pipeline", "Engine", "Simulator", "Configuration", "Store", "Records", "Quantities",
        "TestSupport", grdb,
      ]),
    tests("Tidy", knows: []),
    tests(
      "EndToEnd",
      knows: [
        "gputally", "Reports", "Simulator", "Configuration", "Store", "Records", "Quantities",
        "TestSupport",
      ]),
    tests(
      "Benchmarks",
      knows: ["gputally-bench", "Collectors", "Records", "Quantities", "TestSupport"]),
    tests("Records", knows: ["Records", "Quantities"]),
    tests(
      "Store", knows: ["Store", "Columnar", "Records", "Quantities", grdb], exclude: ["Segments"]),
  ]
)
