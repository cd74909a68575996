import ArgumentParser
import Configuration
import Foundation

/// Writes a first configuration.
struct InitCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "init", abstract: "Write a commented gputally.yaml to start from.")

  @OptionGroup var options: GlobalOptions

  func run() throws {
    let file = options.config
    let descriptor = Foundation.open(file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else {
      throw Failure(
        errno == EEXIST
          ? "\(file) is there already and is left as it is; name another file with --config"
          : "\(file) can't be written: \(String(cString: strerror(errno))); check the folder")
    }
    let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    try handle.write(contentsOf: Data(ConfigurationTemplate.text.utf8))
    Console(quiet: options.quiet).say(
      "wrote \(file); fill in your source, inventory and rates, then run 'gputally check'")
  }
}
