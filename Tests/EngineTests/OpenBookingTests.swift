import Engine
import Testing

/// Bookings for any GPUs of a cluster.
@Suite struct OpenBookingTests {
  private static let hour: Int64 = 3_600_000

  private func booking(
    _ workload: Int64, _ gpus: Int64, _ team: String, user: String = "", model: String = ""
  ) -> OpenBooking {
    OpenBooking(
      workload: workload, gpuMilliseconds: gpus * Self.hour, model: model, team: team, user: user)
  }

  private func held(
    _ team: String, user: String = "", _ gpus: Int64 = 1, model: String = "NVIDIA H100"
  ) -> BookableTime {
    BookableTime(
      model: model, holder: BookableTime.Holder(team: team, user: user),
      gpuMilliseconds: gpus * Self.hour)
  }

  private func free(_ gpus: Int64 = 1, model: String = "NVIDIA H100") -> BookableTime {
    BookableTime(model: model, holder: nil, gpuMilliseconds: gpus * Self.hour)
  }

  /// GPU-hours by booking and time: `1@0 2`.
  private func lay(_ bookings: [OpenBooking], on times: [BookableTime]) -> [String] {
    OpenBookings.lay(bookings, on: times).map {
      "\($0.booking)@\($0.time) \(Double($0.gpuMilliseconds) / Double(Self.hour))"
    }
  }

  @Test func `a team that holds as many as it booked leaves none unused`() {
    let parts = lay([booking(1, 2, "a")], on: [held("b"), held("a"), free(), held("a")])
    #expect(parts == ["1@1 1.0", "1@3 1.0"])
  }

  @Test func `what a team doesn't hold is taken of all that is free, evenly`() {
    let parts = lay([booking(1, 3, "a")], on: [held("a/x"), free(), free(3), held("ab")])
    #expect(parts == ["1@0 1.0", "1@1 0.5", "1@2 1.5"])
  }

  @Test func `another model is neither held nor free for a booking`() {
    let parts = lay(
      [booking(1, 2, "a", model: "h100")],
      on: [held("a", model: "NVIDIA A100"), free(model: "NVIDIA A100"), free()])
    #expect(parts == ["1@2 1.0"])
  }

  @Test func `what one booking has no other has, and others' free time is had last`() {
    let parts = lay(
      [booking(1, 2, "a"), booking(2, 2, "a"), booking(3, 1, "b")],
      on: [held("a", 3), free(), held("b")])
    #expect(parts == ["1@0 2.0", "2@0 1.0", "3@2 1.0", "2@1 1.0"])
  }

  @Test func `a user's own work counts, whatever its team`() {
    let parts = lay(
      [booking(1, 1, "unassigned", user: "kim")],
      on: [held("a", user: "lee"), held("b", user: "kim")])
    #expect(parts == ["1@1 1.0"])
  }

  @Test func `nobody has more than there is`() {
    #expect(
      lay([booking(1, 9, "a")], on: [held("a"), free(), held("b", 5)]) == ["1@0 1.0", "1@1 1.0"])
    #expect(lay([booking(1, 9, "a")], on: []) == [])
  }
}
