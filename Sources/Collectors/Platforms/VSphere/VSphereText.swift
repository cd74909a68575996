/// Questions to a vCenter, as the text that it understands.
///
/// - Source: vSphere Web Services API, `urn:vim25`; the order of elements is that of its schema.
enum VSphereText {
  /// A reference to an object of the server.
  struct Reference: Hashable, Sendable {
    let type: String
    let value: String

    init(type: String, value: String) {
      self.type = type
      self.value = value
    }

    /// The object that an element names.
    init?(_ element: XMLElement?) {
      guard let element, let type = element.type, !element.text.isEmpty else { return nil }
      self.init(type: type, value: element.text)
    }

    /// As an element of that name.
    func element(_ name: String) -> String {
      "<\(name) type=\"\(type)\">\(VSphereText.escaped(value))</\(name)>"
    }
  }

  /// A whole question: a method of an object and its arguments in their order.
  static func call(_ method: String, of object: Reference, _ arguments: String = "") -> String {
    """
    <?xml version="1.0" encoding="UTF-8"?>
    <soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" \
    xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><soapenv:Body>\
    <\(method) xmlns="urn:vim25">\(object.element("_this"))\(arguments)</\(method)>\
    </soapenv:Body></soapenv:Envelope>
    """
  }

  static func element(_ name: String, _ text: String) -> String {
    "<\(name)>\(escaped(text))</\(name)>"
  }

  static func escaped(_ text: String) -> String {
    var result = ""
    for character in text {
      switch character {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      default: result.append(character)
      }
    }
    return result
  }

  /// What properties to give of the objects in a view, and of one object besides.
  static func specification(
    _ properties: [(type: String, paths: [String])], view: Reference, besides other: Reference?
  ) -> String {
    let sets = properties.map { type, paths in
      "<propSet>\(element("type", type))\(element("all", "false"))"
        + paths.map { element("pathSet", $0) }.joined() + "</propSet>"
    }
    let objects =
      "<objectSet>\(view.element("obj"))<skip>true</skip>"
      + "<selectSet xsi:type=\"TraversalSpec\"><name>view</name><type>ContainerView</type>"
      + "<path>view</path><skip>false</skip></selectSet></objectSet>"
      + (other.map { "<objectSet>\($0.element("obj"))<skip>false</skip></objectSet>" } ?? "")
    return "<specSet>\(sets.joined())\(objects)</specSet>"
  }
}
