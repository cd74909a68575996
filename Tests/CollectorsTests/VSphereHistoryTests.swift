import Quantities
import Testing

@testable import Collectors

/// What runs come of which events: a line of events, and what is so at the end.
@Suite struct VSphereHistoryTests {
  private static let start = UTCInstant("2026-11-02T00:00Z") ?? UTCInstant(milliseconds: 0)

  private static func hour(_ hour: Int) -> UTCInstant { start + Int64(hour) * 3_600_000 }

  private static func element(_ text: String) throws -> XMLElement {
    try XMLElement.root(of: Array(text.utf8), depthMaximum: 20)
  }

  /// `on 3 a` or `move 5 a b`, with commas between several.
  private static func events(_ text: String) throws -> [VSphereEvent] {
    let types = [
      "on": "VmPoweredOnEvent", "off": "VmPoweredOffEvent", "rest": "VmSuspendedEvent",
      "move": "DrsVmMigratedEvent", "gone": "VmRemovedEvent", "in": "EnteredMaintenanceModeEvent",
      "out": "ExitMaintenanceModeEvent", "lost": "HostConnectionLostEvent",
      "back": "HostConnectedEvent",
    ]
    return try text.split(separator: ",").map { line in
      let words = line.split(separator: " ").map(String.init)
      func host(_ name: String, _ id: String) -> String {
        "<\(name)><name>n</name><host type=\"HostSystem\">\(id)</host></\(name)>"
      }
      let hosts =
        words.count > 3
        ? host("host", words[3]) + host("sourceHost", words[2])
        : host("host", words[2])
      let event = VSphereEvent(
        try element(
          "<e xsi:type=\"\(types[words[0]] ?? "")\"><key>1</key><createdTime>"
            + "\(hour(Int(words[1]) ?? 0))</createdTime>\(hosts)</e>"))
      return try #require(event)
    }
  }

  private static func machine(_ isOn: Bool, booted: Int?, host: String) throws -> VSphereMachine {
    let set = { (name: String, value: String) in
      "<propSet><name>\(name)</name>\(value)</propSet>"
    }
    let boot = booted.map { set("runtime.bootTime", "<val>\(hour($0))</val>") } ?? ""
    let object = VSphereObject(
      try element(
        "<objects><obj type=\"VirtualMachine\">vm-1</obj>"
          + set("runtime.powerState", "<val>\(isOn ? "poweredOn" : "poweredOff")</val>")
          + set("runtime.host", "<val type=\"HostSystem\">\(host)</val>") + boot + "</objects>"))
    return VSphereMachine(try #require(object))
  }

  @Test(arguments: [
    ("", "on a -5", "a 0 10"), ("", "on a 4", "a 4 10"), ("", "off a", ""),
    ("on 3 a", "on a 3", "a 3 10"), ("off 3 a", "off a", "a 0 3"),
    ("on 3 a,off 5 a", "off a", "a 3 5"), ("rest 2 a,on 4 a", "on a 4", "a 0 2,a 4 10"),
    ("on 1 a,move 4 a b", "on b 1", "a 1 4,b 4 10"), ("move 4 a b", "on b -3", "a 0 4,b 4 10"),
    // One that is off may move, too.
    ("move 4 a b", "off b", ""), ("move 4 a b,on 6 b", "on b 6", "b 6 10"),
    // Its host failed, and it started elsewhere.
    ("on 1 a,on 5 b", "on b 5", "a 1 5,b 5 10"),
    // The event of its beginning is lost; that of its end as well.
    ("off 2 a", "on a 6", "a 0 2,a 6 10"), ("on 2 a", "off a", ""),
    // Switched off after it was asked for.
    ("on 2 a,off 9 a", "on a 2", "a 2 9"),
    // What was removed while it was off didn't run.
    ("gone 4 a", "none", ""), ("on 2 a,gone 4 a", "none", "a 2 4"),
    ("off 12 a", "on a -3", "a 0 10"),
  ])
  func `runs are made of events and of what is so now`(
    events: String, now: String, expected: String
  ) throws {
    let words = now.split(separator: " ").map(String.init)
    let machine =
      words[0] == "none"
      ? nil
      : try Self.machine(
        words[0] == "on", booted: words.count > 2 ? Int(words[2]) : nil, host: words[1])
    let history = VSphereHistory(
      try Self.events(events), of: machine, since: Self.start, until: Self.hour(10))
    let runs = history.runs.map { run in
      let hours = [run.range.start, run.range.end].map { ($0 - Self.start) / 3_600_000 }
      return "\(run.host?.value ?? "-") \(hours[0]) \(hours[1])"
    }
    #expect(runs.joined(separator: ",") == expected)
    #expect((history.unknownRun != nil) == (events == "on 2 a" && now == "off a"))
  }

  @Test(arguments: [
    ("", false, ""), ("", true, "0 10"), ("in 3 a", true, "3 10"), ("out 3 a", false, "0 3"),
    ("in 2 a,out 5 a,in 7 a,out 8 a", false, "2 5,7 8"), ("lost 2 a,back 4 a", false, "2 4"),
    ("back 4 a", false, ""), ("lost 6 a", true, "6 10"), ("in 2 a,in 3 a,out 5 a", false, "2 5"),
  ])
  func `outages are made of events and of what is so now`(
    events: String, isOut: Bool, expected: String
  ) throws {
    let isMaintenance = !events.contains("back") && !events.contains("lost")
    let ranges = VSphereOutages.ranges(
      try Self.events(events),
      begins: [isMaintenance ? "EnteredMaintenanceModeEvent" : "HostConnectionLostEvent"],
      ends: isMaintenance ? "ExitMaintenanceModeEvent" : "HostConnectedEvent", isOut: isOut,
      since: Self.start, until: Self.hour(10))
    let hours = ranges.map {
      "\(($0.start - Self.start) / 3_600_000) \(($0.end - Self.start) / 3_600_000)"
    }
    #expect(hours.joined(separator: ",") == expected)
  }
}
