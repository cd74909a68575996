import TestSupport
import Testing

@testable import Collectors

@Suite struct PrometheusAnswerTests {
  private static let whole = """
    {"status":"success","data":{"resultType":"matrix","result":[{"metric":{"__name__":"m",\
    "k":"a\\"q\\\\b\\nl\\u00e9\\ud83d\\ude00"},"values":[[1795438794.779,"35"],\
    [1795438795,"-0.25"],\
    [1795438796.05,"1.2345678901234568e+22"],[1795438797.1,"NaN"],[1795438798,"+Inf"],\
    [1795438799,"-Inf"]],"histograms":[[1795438794,{"count":"1","buckets":[[0,"1","2","3"]]}]]},\
    {"metric":{},"values":[]}],"stats":null},"warnings":["w"],"infos":["i"],"isPartial":false}
    """

  private func failure(_ text: String) -> MalformedJSON? {
    do throws(MalformedJSON) {
      _ = try PrometheusAnswer(Array(text.utf8))
      return nil
    } catch { return error }
  }

  @Test func `a whole answer is read to the last member`() throws {
    let answer = try PrometheusAnswer(Array(Self.whole.utf8))
    #expect(answer.status == "success")
    #expect(answer.warnings == ["w"])
    #expect(answer.series.count == 2)
    let first = try #require(answer.series.first)
    #expect(first.labels == ["__name__": "m", "k": "a\"q\\b\nlé😀"])
    #expect(
      first.timestamps == [
        1_795_438_794_779, 1_795_438_795_000, 1_795_438_796_050, 1_795_438_797_100,
        1_795_438_798_000, 1_795_438_799_000,
      ])
    #expect(first.values[0...2] == [35, -0.25, 1.2345678901234568e+22])
    #expect(first.values[3].isNaN)
    #expect(first.values[4...] == [.infinity, -.infinity])
  }

  @Test func `an answer cut at any byte is refused with its place`() {
    let bytes = Array(Self.whole.utf8)
    for length in 0..<bytes.count {
      var offset: Int?
      do throws(MalformedJSON) { _ = try PrometheusAnswer(Array(bytes[..<length])) } catch {
        offset = error.offset
      }
      #expect(offset.map { $0 <= length } == true, "cut at \(length)")
    }
  }

  @Test(arguments: [
    (#"{"status":"success"}x"#, 20, "the end"),
    (#"{"status":"success"}}"#, 20, "the end"),
    (#"{"data":{}}"#, 11, "a member 'status'"),
    (#"{"status":"success","data":{"result":[{"values":[[1,2]]}]}}"#, 52, "'\"'"),
    (#"{"status":"success","data":{"result":[{"values":[[1e3,"2"]]}]}}"#, 51, "a time in seconds"),
    (
      #"{"status":"success","data":{"result":[{"values":[[1,"0x1"]]}]}}"#, 52,
      "a number in quotation marks"
    ),
    (
      #"{"status":"success","data":{"result":[{"values":[[1,""]]}]}}"#, 52,
      "a number in quotation marks"
    ),
    (#"{"status":"success","data":{"result":[{"values":[[1,"2"],]}]}}"#, 57, "'['"),
    (#"{"status":"success","a":tru}"#, 27, "'true'"),
    (#"{"status":"success","a":-}"#, 24, "a value"),
    ("{\"status\":\"succ\ness\"}", 15, "the end of a string"),
    (#"{"status":"\ud800x"}"#, 17, "the second half of a character"), ("", 0, "a JSON text"),
  ])
  func `what is not JSON is refused with its place`(text: String, offset: Int, expected: String) {
    #expect(failure(text) == MalformedJSON(offset: offset, expected: expected))
  }

  @Test func `nesting is bounded`() {
    let deep = String(repeating: "[", count: 200) + String(repeating: "]", count: 200)
    #expect(failure("{\"status\":\"s\",\"a\":\(deep)}")?.expected == "less nesting")
  }

  @Test(arguments: [
    ("0.1", 0.1), ("100", 100), ("123456789012345", 123_456_789_012_345),
    ("0.8571428571428571", 0.8571428571428571), ("4e-300", 4e-300), ("1e-07", 1e-07),
    ("9223372036854775807", 9_223_372_036_854_775_808), ("-0", -0.0), ("0.000001", 0.000001),
    ("12345678.1234567", 12345678.1234567),
  ])
  func `a value is the nearest Double`(text: String, value: Double) throws {
    let json = "{\"status\":\"s\",\"data\":{\"result\":[{\"value\":[1,\"\(text)\"]}]}}"
    let read = try PrometheusAnswer(Array(json.utf8)).series.first?.values.first
    #expect(read?.bitPattern == value.bitPattern)
  }

  @Test func `random values survive the way through text`() throws {
    var generator = SystemRandomNumberGenerator()
    let seed = generator.next()
    print("seed \(seed)")
    var state = seed
    for _ in 0..<2_000 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      let value = Double(Int64(bitPattern: state) >> 20) / Double(1 << (state % 30))
      let json = "{\"status\":\"s\",\"data\":{\"result\":[{\"value\":[1,\"\(value)\"]}]}}"
      let read = try PrometheusAnswer(Array(json.utf8)).series.first?.values.first
      #expect(read == value, "seed \(seed)")
    }
  }

  @Test(.enabled(if: SharedData.isPresent, Comment(rawValue: SharedData.absence)))
  func `recorded answers are read`() throws {
    let golden = try PrometheusAnswer(
      SharedData.bytes("prometheus_2.42_golden/query_range_selector.json"))
    #expect(
      golden.series.map(\.values) == [
        [35, 42, 49, 56, 63, 70, 77, 84, 91, 98, 4, 11], [92, 90, 91],
      ])
    #expect(golden.series.first?.timestamps.first == 1_795_438_794_779)
    let weird = try PrometheusAnswer(SharedData.bytes("prometheus_2.42_golden/query_weird.json"))
    #expect(weird.series.map { $0["k"] } == ["big", "esc\"q\\b\nnl", "inf", "nan"])
    let names = try SharedData.names(in: "recorded/prometheus").filter {
      $0.hasSuffix(".body") && !["err404.body", "err405.body"].contains($0)
        // Text, and one that was recorded as gzip.
        && !$0.hasPrefix("federate")
        && !["range_selector_1d_one_gpu.body", "series.body"].contains($0)
    }
    for name in names {
      let answer = try PrometheusAnswer(SharedData.bytes("recorded/prometheus/" + name))
      #expect(answer.status == (name.hasPrefix("err") ? "error" : "success"), "\(name)")
    }
    let version = try PrometheusAnswer(SharedData.bytes("recorded/prometheus/buildinfo.body"))
    #expect(version.version == "2.42.0+ds")
    let victoria = try PrometheusAnswer(
      SharedData.bytes("recorded/victoriametrics/range_selector_1h.body"))
    let prometheus = try PrometheusAnswer(
      SharedData.bytes("recorded/prometheus/range_selector_1h_one_gpu.body"))
    #expect(victoria.series.count == prometheus.series.count)
    #expect(victoria.series.first?.timestamps.count == 120)
    let refusal = try PrometheusAnswer(SharedData.bytes("recorded/victoriametrics/err_parse.body"))
    #expect(refusal.errorType == "422")
  }
}
