import TestSupport
import Testing

@testable import Collectors

@Suite struct ExpositionTests {
  private func samples(_ text: String, _ format: ExpositionFormat = .text) throws
    -> [ExpositionSample]
  {
    try format.samples(of: Array(text.utf8))
  }

  private func fault(_ text: String, _ format: ExpositionFormat = .text) -> MalformedExposition? {
    do throws(MalformedExposition) {
      _ = try format.samples(of: Array(text.utf8))
      return nil
    } catch { return error }
  }

  @Test func `an exporter's page is read line by line`() throws {
    let page = """
      # HELP DCGM_FI_DEV_GPU_UTIL GPU utilization (in %).
      # TYPE DCGM_FI_DEV_GPU_UTIL gauge

      DCGM_FI_DEV_GPU_UTIL{gpu="0",UUID="GPU-a",modelName="NVIDIA \\"H\\\\100\\n",pod="",} 37
      \tup  3.5e1\t1795438794779
      {"my.metric",a="b c"} +Inf
      x { a = "1" , b="{}#" } NaN
      # anything goes here

      """
    let read = try samples(page)
    #expect(read.map(\.name) == ["DCGM_FI_DEV_GPU_UTIL", "up", "my.metric", "x"])
    #expect(
      read[0].labels == ["gpu": "0", "UUID": "GPU-a", "modelName": "NVIDIA \"H\\100\n", "pod": ""])
    #expect(read[0].value == 37 && read[0].timestamp == nil)
    #expect(read[1].value == 35 && read[1].timestamp == 1_795_438_794_779)
    #expect(read[2].value == .infinity && read[2].labels == ["a": "b c"])
    #expect(read[3].value.isNaN && read[3].labels == ["a": "1", "b": "{}#"])
  }

  @Test(arguments: [
    ("a 1", 1, "a line end"), ("a 1\nb\n", 2, "a blank after the name"), ("a \n", 1, "a value"),
    ("a{b=\"c} 1\n", 1, "'\"'"), ("a{b=c} 1\n", 1, "'\"'"), ("a{b=\"c\" 1\n", 1, "'}'"),
    ("a{b=\"c\",b=\"d\"} 1\n", 1, "each label once"), ("a{1b=\"c\"} 1\n", 1, "a label name"),
    ("1a 1\n", 1, "a metric name"), ("a 0x1\n", 1, "a value"),
    ("a 1 2 3\n", 1, "the end of the line"), ("a 1 1.5\n", 1, "a time in milliseconds"),
    ("# TYPE a nonsense\n", 1, "# TYPE with a name and a type"), ("{} 1\n", 1, "a metric name"),
  ])
  func `a page with a fault is refused with its line`(text: String, line: Int, expected: String) {
    #expect(fault(text) == MalformedExposition(line: line, expected: expected))
  }

  @Test func `a page cut at any byte within a line is refused`() {
    let page = "a{b=\"c\"} 12\nd{e=\"f\",g=\"h\"} 3.5 17\n"
    let bytes = Array(page.utf8)
    for length in 1..<bytes.count where bytes[length - 1] != 10 {
      let cut = String(decoding: bytes[..<length], as: UTF8.self)
      #expect(fault(cut) != nil, "\(cut)")
    }
  }

  @Test func `OpenMetrics times are seconds`() throws {
    let read = try samples("a 1 1795438794.7794\n# EOF\n", .openMetrics)
    #expect(read.map(\.timestamp) == [1_795_438_794_779])
  }

  @Test(arguments: [
    ("a 1\n", 1, "# EOF at the end"), ("a 1\n# EOF\nb 1\n", 3, "nothing after # EOF"),
    ("a  1\n# EOF\n", 1, "a value"), ("\n# EOF\n", 1, "a metric name"),
    ("# TYPE a counter\na 1\n# EOF\n", 3, "each metric in one place only"),
  ])
  func `OpenMetrics is strict`(text: String, line: Int, expected: String) {
    #expect(fault(text, .openMetrics) == MalformedExposition(line: line, expected: expected))
  }

  @Test(.enabled(if: SharedData.isPresent, Comment(rawValue: SharedData.absence)))
  func `the authors' cases are told apart`() throws {
    let folder = "openmetrics_parser_cases_apache2/tests/testdata/parsers"
    var wrong: [String] = []
    var counts = (parsed: 0, refused: 0)
    for name in try SharedData.names(in: folder) {
      let text = try SharedData.bytes("\(folder)/\(name)/metrics")
      let verdict = try String(
        decoding: SharedData.bytes("\(folder)/\(name)/test.json"), as: UTF8.self)
      let shouldParse = verdict.contains("\"shouldParse\": true")
      let isParsed = (try? ExpositionFormat.openMetrics.samples(of: text)) != nil
      if shouldParse != isParsed { wrong.append(name) }
      if isParsed { counts.parsed += 1 } else { counts.refused += 1 }
    }
    print("OpenMetrics cases: \(counts), wrong \(wrong)")
    #expect(wrong == [])
    #expect(counts == (44, 167))
  }

  @Test(.enabled(if: SharedData.isPresent, Comment(rawValue: SharedData.absence)))
  func `real pages are read`() throws {
    let folder = "nvidia_gpu_exporter"
    for name in try SharedData.names(in: folder) where name.hasSuffix(".metrics") {
      #expect(
        try ExpositionFormat.text.samples(of: SharedData.bytes("\(folder)/\(name)")).count > 20)
    }
    let federated = try ExpositionFormat.text.samples(
      of: SharedData.bytes("recorded/prometheus/federate.body"))
    #expect(federated.allSatisfy { $0.timestamp != nil } && !federated.isEmpty)
  }
}
