import CCurl
import Foundation
import Synchronization

/// The one thread that owns libcurl's multi handle.
///
/// Others leave orders in the inbox and wake the thread; nothing else is shared.
final class TransferLoop: Sendable {
  private enum Order {
    case start(Transfer)
    case cancel(Transfer)
  }

  private struct Inbox {
    var orders: [Order] = []
    var isStopping = false
    var isRunning = false
  }

  /// `@unchecked Sendable`: only `curl_multi_wakeup` is called from other threads, which libcurl
  /// allows.
  private struct Multi: @unchecked Sendable {
    let pointer: UnsafeMutableRawPointer
  }

  private static let isLibraryReady = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK

  private let inbox = Mutex(Inbox())
  private let multi: Multi
  private let transfersMaximum: Int

  /// - Parameter transfersMaximum: how many transfers run at once; further ones wait their turn,
  ///   and their time doesn't run yet.
  init(transfersMaximum: Int) {
    guard Self.isLibraryReady, let pointer = curl_multi_init() else {
      preconditionFailure("BUG: libcurl has no memory to start")
    }
    multi = Multi(pointer: pointer)
    self.transfersMaximum = transfersMaximum
  }

  /// Runs a transfer to its end, or to its cancellation.
  func run(_ transfer: Transfer) async -> TransferOutcome {
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        transfer.await(continuation)
        order(.start(transfer))
      }
    } onCancel: {
      transfer.withdraw()
      order(.cancel(transfer))
    }
  }

  /// Cancels what runs and ends the thread.
  func stop() {
    let isRunning = inbox.withLock { inbox in
      inbox.isStopping = true
      return inbox.isRunning
    }
    if isRunning {
      curl_multi_wakeup(multi.pointer)
    } else {
      curl_multi_cleanup(multi.pointer)
    }
  }

  private func order(_ order: Order) {
    let isFirst = inbox.withLock { inbox in
      inbox.orders.append(order)
      defer { inbox.isRunning = true }
      return !inbox.isRunning
    }
    if isFirst {
      let thread = Thread { self.loop() }
      thread.name = "gputally-transfers"
      thread.stackSize = 1 << 20
      thread.start()
    } else {
      curl_multi_wakeup(multi.pointer)
    }
  }

  private func loop() {
    var work = Work(multi: multi.pointer, transfersMaximum: transfersMaximum)
    while true {
      let (orders, isStopping) = inbox.withLock { inbox in
        defer { inbox.orders = [] }
        return (inbox.orders, inbox.isStopping)
      }
      for order in orders {
        switch order {
        case .start(let transfer): work.enqueue(transfer)
        case .cancel(let transfer): work.cancel(transfer)
        }
      }
      if isStopping { break }
      work.proceed()
    }
    work.cancelAll()
    curl_multi_cleanup(multi.pointer)
  }
}

/// What the loop's thread has in its hands.
private struct Work {
  let multi: UnsafeMutableRawPointer
  let transfersMaximum: Int
  private var running: [ObjectIdentifier: Transfer] = [:]
  private var waiting: [Transfer] = []

  init(multi: UnsafeMutableRawPointer, transfersMaximum: Int) {
    self.multi = multi
    self.transfersMaximum = transfersMaximum
  }

  mutating func enqueue(_ transfer: Transfer) {
    if transfer.isWithdrawn {
      transfer.cancel()
    } else {
      waiting.append(transfer)
    }
  }

  mutating func cancel(_ transfer: Transfer) {
    if running.removeValue(forKey: ObjectIdentifier(transfer)) != nil {
      curl_multi_remove_handle(multi, transfer.handle)
    } else {
      waiting.removeAll { $0 === transfer }
    }
    // One that has ended before hears nothing of this.
    transfer.cancel()
  }

  /// Starts what may start, moves bytes, ends what has ended, and waits for more.
  mutating func proceed() {
    while running.count < transfersMaximum, !waiting.isEmpty {
      let transfer = waiting.removeFirst()
      running[ObjectIdentifier(transfer)] = transfer
      curl_multi_add_handle(multi, transfer.handle)
    }
    var count: Int32 = 0
    curl_multi_perform(multi, &count)
    var hasEnded = false
    while let message = curl_multi_info_read(multi, &count) {
      guard message.pointee.msg == CURLMSG_DONE, let handle = message.pointee.easy_handle else {
        continue
      }
      // The message dies with the handle's removal: read it before.
      let result = message.pointee.data.result
      var pointer: UnsafeMutableRawPointer?
      gputally_get_pointer(handle, CURLINFO_PRIVATE, &pointer)
      curl_multi_remove_handle(multi, handle)
      guard let transfer = Transfer.behind(pointer) else { continue }
      transfer.finish(result)
      running[ObjectIdentifier(transfer)] = nil
      hasEnded = true
    }
    if !hasEnded || waiting.isEmpty { curl_multi_poll(multi, nil, 0, 1_000, nil) }
  }

  mutating func cancelAll() {
    for transfer in running.values {
      curl_multi_remove_handle(multi, transfer.handle)
      transfer.cancel()
    }
    waiting.forEach { $0.cancel() }
  }
}
