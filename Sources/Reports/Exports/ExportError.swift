/// Why an export can't be written.
package enum ExportError: Error, Equatable, CustomStringConvertible {
  case noExports(folders: [String])
  case unknownExport(String, known: [String])
  case notYAML(path: String, detail: String)
  case notMapping(path: String, line: Int)
  case unknownKey(path: String, line: Int, key: String, known: [String])
  case missing(path: String, key: String)
  case unexpected(path: String, line: Int, key: String, found: String, expected: String)
  case badTemplate(path: String, line: Int, column: String, found: String)
  case unknownColumn(path: String, line: Int, column: String, report: String, known: [String])
  case badParameter(path: String, line: Int, detail: String)
  case roundedPrices(path: String)
  case notFocus(export: String)
  case notWritten(path: String, step: String, reason: String)

  package var description: String {
    switch self {
    case .noExports(let folders):
      "no export file found; looked in \(folders.joined(separator: ", ")); set GPUTALLY_HOME to "
        + "the folder that holds exports/"
    case .unknownExport(let name, let known):
      "there is no export '\(name)'; \(Nearest.hint(for: name, among: known))"
    case .notYAML(let path, let detail):
      "\(path): is not YAML: \(detail)"
    case .notMapping(let path, let line):
      "\(path), line \(line): expected keys and values such as 'name: chargeback'"
    case .unknownKey(let path, let line, let key, let known):
      "\(path), line \(line): there is no key '\(key)'; \(Nearest.hint(for: key, among: known))"
    case .missing(let path, let key):
      "\(path): the key '\(key)' is missing; add one"
    case .unexpected(let path, let line, let key, let found, let expected):
      "\(path), line \(line): '\(key)' is '\(found)', expected \(expected)"
    case .badTemplate(let path, let line, let column, let found):
      "\(path), line \(line): '\(column)' is '\(found)', expected text with {column}, {a|b}, "
        + "{-column} or {column:dd.MM.yyyy}, and [...] around what may be left out"
    case .unknownColumn(let path, let line, let column, let report, let known):
      "\(path), line \(line): report '\(report)' has no column '\(column)'; "
        + Nearest.hint(for: column, among: known)
    case .badParameter(let path, let line, let detail):
      "\(path), line \(line): \(detail)"
    case .roundedPrices(let path):
      "\(path): amounts of FOCUS aren't rounded, since prices times quantities must give them; "
        + "leave --round, and 'round' in the file, out"
    case .notFocus(let export):
      "'\(export)' follows no version of FOCUS; leave --focus-version out, or set focus_version in "
        + "the options of its file"
    case .notWritten(let path, let step, let reason):
      "\(path): can't be written, \(step) failed: \(reason); nothing was changed"
    }
  }
}
