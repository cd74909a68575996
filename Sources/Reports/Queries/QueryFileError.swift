/// Why a file is not a query file.
package struct QueryFileError: Error, Equatable, CustomStringConvertible {
  package enum Problem: Equatable, Sendable {
    case noHead
    case missing(key: String)
    case malformed(found: String, expected: String)
    case unknownKey(String)
    case unknownUnit(String)
    case unknownKind(String)
    case badDefault(found: String, kind: String)
    case repeated(String)
    case undeclaredParameter(String, declared: [String])
    case unusedParameter(String)
    case unknownPlace(String)
    case missingPlace(String)
    case needlessPlace(String)
    case unknownDimension(String, declared: [String])
    case unknownColumn(String, declared: [String])
    case notAColumn(String, declared: [String])
    case noStatement
  }

  package let path: String
  /// Counted from one.
  package let line: Int
  package let problem: Problem

  package var description: String { "\(path), line \(line): \(text)" }

  private var text: String {
    switch problem {
    case .noHead:
      "a query file starts with '-- title: ...'; write what it answers at its head"
    case .missing(let key):
      "the head has no line '-- \(key): ...'; add one"
    case .malformed(let found, let expected):
      "'\(found)' is not a line of the head; expected '\(expected)'"
    case .unknownKey(let key):
      "'\(key)' is not a word of the head; \(Nearest.hint(for: key, among: QueryHead.keys))"
    case .unknownUnit(let unit):
      "'\(unit)' is not a unit; "
        + Nearest.hint(for: unit, among: ColumnUnit.allCases.map(\.rawValue))
    case .unknownKind(let kind):
      "'\(kind)' is not a type of parameters; "
        + Nearest.hint(for: kind, among: QueryFile.Parameter.Kind.allCases.map(\.rawValue))
    case .badDefault(let found, let kind):
      "the default '\(found)' is not of type \(kind)"
    case .repeated(let name):
      "'\(name)' is declared twice; remove one"
    case .undeclaredParameter(let name, let declared):
      "the SQL uses :\(name), which the head doesn't declare; "
        + Nearest.hint(for: name, among: declared)
    case .unusedParameter(let name):
      "the SQL doesn't use :\(name), which the head declares; remove the line"
    case .unknownPlace(let name):
      "'{{\(name)}}' is not known here; use {{by}} or {{names}}"
    case .missingPlace(let name):
      "the head declares dimensions, but the SQL has no {{\(name)}} to put them"
    case .needlessPlace(let name):
      "the SQL has {{\(name)}}, but the head declares no dimension"
    case .unknownDimension(let name, let declared):
      "'\(name)' is not a dimension of this query; \(Nearest.hint(for: name, among: declared))"
    case .unknownColumn(let name, let declared):
      "'\(name)' is not a money column of this query; \(Nearest.hint(for: name, among: declared))"
    case .notAColumn(let name, let declared):
      "'\(name)' is not a column of this query; \(Nearest.hint(for: name, among: declared))"
    case .noStatement:
      "there is no SQL after the head"
    }
  }
}
