import TestSupport
import Testing

@testable import Collectors

@Suite struct AnswerStreamTests {
  private static let answer = """
    {"status":"success","data":{"resultType":"matrix","result":[\
    {"metric":{"a":"x]}{[\\"","result":"b"},"values":[[1.5,"1"],[2,"-4e2"]]},
     {"metric":{},"value":[3.25,"7"]} , {"metric":{"é":"한"},"values":[]}]},\
    "warnings":["a [warning] {x}"]}
    """

  /// What the stream makes of `bytes` when they come in pieces of `size`.
  private static func streamed(
    _ bytes: [UInt8], size: Int
  ) throws(MalformedJSON) -> PrometheusAnswer {
    let stream = AnswerStream()
    var start = 0
    while start < bytes.count {
      let end = min(bytes.count, start + size)
      bytes[start..<end].withUnsafeBytes { stream.take($0) }
      start = end
    }
    return try stream.answer()
  }

  /// A series told so that NaN equals itself.
  private static func bits(_ series: RawSeries) -> [String] {
    series.labels.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
      + zip(series.timestamps, series.values).map { "\($0):\($1.bitPattern)" }
  }

  @Test func `an answer in pieces of any size is the whole answer`() throws {
    let bytes = Array(Self.answer.utf8)
    let whole = try PrometheusAnswer(bytes)
    #expect(whole.series.count == 3 && whole.warnings == ["a [warning] {x}"])
    for size in 1...bytes.count {
      #expect(try Self.streamed(bytes, size: size) == whole, "pieces of \(size)")
    }
  }

  @Test func `an answer cut at any byte is refused where it ends`() throws {
    let bytes = Array(Self.answer.utf8)
    for end in 0..<bytes.count {
      let cut = Array(bytes[..<end])
      do throws(MalformedJSON) {
        _ = try Self.streamed(cut, size: 7)
        Issue.record("the first \(end) bytes pass")
      } catch {
        #expect(error.offset <= end)
      }
    }
  }

  @Test func `a wrong byte is refused at its place, whatever was taken out before`() throws {
    let bytes = Array(Self.answer.utf8)
    for index in bytes.indices where [0x5b, 0x5d, 0x7b, 0x7d, 0x3a].contains(bytes[index]) {
      var wrong = bytes
      wrong[index] = UInt8(ascii: "?")
      var expected: MalformedJSON?
      do throws(MalformedJSON) { _ = try PrometheusAnswer(wrong) } catch { expected = error }
      var found: MalformedJSON?
      do throws(MalformedJSON) { _ = try Self.streamed(wrong, size: 11) } catch { found = error }
      #expect((found == nil) == (expected == nil), "byte \(index)")
    }
  }

  @Test(arguments: ["[", "]", "{", "}", "\""])
  func `a wrong sign is refused at the same byte, however the answer is cut`(sign: String) {
    let bytes = Array(Self.answer.utf8)
    for index in bytes.indices {
      let wrong = Array(bytes[..<index]) + Array(sign.utf8) + bytes[(index + 1)...]
      let whole = Self.fault(wrong, size: wrong.count)
      for size in [1, 7, 50] {
        #expect(Self.fault(wrong, size: size) == whole, "byte \(index) in pieces of \(size)")
      }
    }
  }

  private static func fault(_ bytes: [UInt8], size: Int) -> MalformedJSON? {
    do throws(MalformedJSON) {
      _ = try streamed(bytes, size: size)
      return nil
    } catch { return error }
  }

  @Test(.enabled(if: SharedData.isPresent, "\(SharedData.absence)"))
  func `recorded answers in pieces are the whole answers`() throws {
    let folder = "recorded/prometheus"
    let names = try SharedData.names(in: folder).filter { $0.hasSuffix(".body") }
    var read = 0
    for name in names {
      let bytes = try SharedData.bytes("\(folder)/\(name)")
      guard let whole = try? PrometheusAnswer(bytes) else { continue }
      for size in [1, 13, 1_000, 100_000] {
        let streamed = try Self.streamed(bytes, size: size)
        #expect(streamed.texts == whole.texts && streamed.status == whole.status)
        #expect(
          streamed.series.map(Self.bits) == whole.series.map(Self.bits),
          "\(name) in pieces of \(size)")
      }
      read += 1
    }
    #expect(read > 10)
  }
}
