/// Which gputally this is: what it posts says so.
package enum ProgramVersion {
  package static let text = "gputally 0.1.0"
}
