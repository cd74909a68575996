import Quantities
import TestSupport
import Testing

@testable import Collectors

@Suite struct S3ListingTests {
  private static let contents = """
    <Contents><Key>a%2Bb+c%3D%C3%BC</Key><LastModified>2026-11-23T13:18:29.000Z</LastModified>\
    <ETag>&quot;e34a-2&quot;</ETag><Size>6320</Size><Owner><ID>x</ID></Owner></Contents>
    """

  private static func listing(
    _ contents: String, _ rest: String = "<IsTruncated>false</IsTruncated>"
  ) -> [UInt8] {
    let head = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
    let root = "<ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">"
    return Array((head + root + rest + contents + "</ListBucketResult>\n").utf8)
  }

  private static let modified = UTCInstant("2026-11-23T13:18:29Z") ?? UTCInstant(milliseconds: 0)

  @Test func `keys are decoded where the answer says that they are encoded`() throws {
    let plain = try S3Listing(Self.listing(Self.contents))
    #expect(plain.objects.map(\.key) == ["a%2Bb+c%3D%C3%BC"])
    let encoded = try S3Listing(
      Self.listing(
        Self.contents, "<EncodingType>url</EncodingType><IsTruncated>false</IsTruncated>"))
    #expect(
      encoded.objects
        == [S3Object(key: "a+b c=ü", size: 6_320, etag: "e34a-2", modified: Self.modified)])
    #expect(encoded.continuation == nil)
  }

  @Test(.enabled(if: SharedData.isPresent, "\(SharedData.absence)"))
  func `a recorded page is read`() throws {
    let page = try S3Listing(SharedData.bytes("recorded/s3/list.body"))
    #expect(
      page.objects == [
        S3Object(
          key: "focus/v1/billing_period=2026-11/part b+1.csv.gz", size: 6_320,
          etag: "e34ad937727a9478cb774884428f2df3", modified: Self.modified)
      ])
    #expect(page.continuation == "1c5d6fc1cebf28e438b170c29cb1bd15")
    let last = try S3Listing(SharedData.bytes("recorded/s3/list2.body"))
    #expect(last.objects.count == 2 && last.continuation == nil)
  }

  @Test func `a page cut at any byte is refused`() {
    let whole = Self.listing(Self.contents)
    for count in 0..<(whole.count - 1) {
      #expect(throws: S3AnswerFault.self) { try S3Listing(Array(whole.prefix(count))) }
    }
  }

  @Test(arguments: [
    ("", "<IsTruncated>true</IsTruncated>", "the listing does not say whether it is whole"),
    ("", "", "the listing does not say whether it is whole"),
    (
      "<Contents><Key>a</Key></Contents>", "<IsTruncated>false</IsTruncated>",
      "the object 'a' of the listing lacks a size, an ETag or a time"
    ),
    (
      "<Contents><Key>%FF</Key></Contents>", "<EncodingType>url</EncodingType>",
      "an object of the listing has no key that can be read"
    ),
    (
      "<Contents><Key>%2</Key></Contents>", "<EncodingType>url</EncodingType>",
      "an object of the listing has no key that can be read"
    ),
  ])
  func `a page that lacks something is refused`(contents: String, rest: String, reason: String) {
    #expect(throws: S3AnswerFault(reason: reason)) {
      try S3Listing(Self.listing(contents, rest))
    }
  }

  @Test(arguments: [
    ("<html>sign in</html>", "the answer is a 'html', no listing"),
    ("{}", "no XML as it should be: expected an element at byte 0"),
    ("<!DOCTYPE a [<!ENTITY b 'c'>]><a/>", "expected a name at byte 1"),
    ("<a><!-- x --></a>", "expected a name at byte 4"),
    ("<a></b>", "expected </a> at byte 6"), ("<a/><b/>", "expected the end at byte 4"),
    ("<a>&b;</a>", "expected a character's reference at byte 6"),
    ("<a>&#xD800;</a>", "expected a character's reference at byte 11"),
    ("<a b=\"c</a>", "expected more at byte 11"),
    (String(repeating: "<a>", count: 9), "expected no deeper element at byte 25"),
  ])
  func `what is no XML of a store is refused with its place`(text: String, reason: String) {
    let fault = #expect(throws: S3AnswerFault.self) { try S3Listing(Array(text.utf8)) }
    #expect(fault?.reason.hasSuffix(reason) == true, "\(fault?.reason ?? "")")
  }

  @Test func `references, prefixes of names and attributes are understood`() throws {
    let text = "<s:a x='>' y=\"</s:a>\" ><b>&lt;&#65;&#x4e;&amp;&apos;&gt;</b><c />d</s:a >"
    #expect(
      try XMLElement.root(of: Array(text.utf8))
        == XMLElement(
          name: "a", text: "d",
          children: [XMLElement(name: "b", text: "<AN&'>"), XMLElement(name: "c")]))
  }

  @Test(
    arguments: [
      ("s3://bills", "bills", "", ""), ("S3://bills/", "bills", "", ""),
      ("s3://bills/focus", "bills", "focus", "focus/"),
      ("s3://bills/focus/", "bills", "focus/", "focus/"),
      ("s3://bills//cur", "bills", "/cur", "/cur/"), ("s3://bills//", "bills", "/", "/"),
    ])
  func `a location is a bucket and a folder of keys`(
    text: String, bucket: String, prefix: String, listed: String
  ) throws {
    let location = try #require(S3Location(text))
    #expect(location.bucket == bucket)
    #expect(location.prefix == prefix)
    #expect(location.listingPrefix == listed)
  }

  @Test(arguments: [
    "", "s3://", "s3:///a", "s3://ab", "s3://-ab", "s3://a@b.c", "http://bucket", "/bills",
    "s3://bills/a\nb", "s3://bills:9000/a",
  ])
  func `what is no location is refused`(text: String) { #expect(S3Location(text) == nil) }

  @Test(arguments: [
    (S3Settings(region: "eu-west-1"), "bills", "https://bills.s3.eu-west-1.amazonaws.com/"),
    (S3Settings(region: "eu-west-1"), "a.b", "https://s3.eu-west-1.amazonaws.com/a.b/"),
    (
      S3Settings(region: "cn-north-1", usesPathStyle: true), "bills",
      "https://s3.cn-north-1.amazonaws.com.cn/bills/"
    ), (S3Settings(endpoint: "http://h:9000/"), "bills", "http://h:9000/bills/"),
    (S3Settings(endpoint: "http://h", usesPathStyle: false), "bills", "http://bills.h/"),
    (
      S3Settings(environment: ["AWS_REGION": "", "AWS_DEFAULT_REGION": "sa-east-1"]), "bills",
      "https://bills.s3.sa-east-1.amazonaws.com/"
    ), (S3Settings(), "bills", "https://bills.s3.us-east-1.amazonaws.com/"),
  ])
  func `a bucket is in the host's name or in the path, as its endpoint wants it`(
    settings: S3Settings, bucket: String, address: String
  ) { #expect(settings.address(of: bucket) == address) }
}
