import Engine
import Quantities
import Records
import Testing

/// Who has a GPU where no sample names a holder.
@Suite struct `The rules of claims` {
  @Test func `a job that has all of a host has each of its GPUs to the millisecond`() {
    let table = HostTable(
      """
      scraped 1800
      job 42 00:10:20-00:30 2
      00:00 g - 80%
      00:00 h - 0%
      00:59 g - 80%
      00:59 h - 0%
      """)
    #expect(
      table.ledger == """
        00 g busy 42 1180000
        00 g unattributed - 2420000
        00 h idle 42 1180000
        00 h unallocated - 2420000
        """)
  }

  @Test func `of a job with a number only, the GPUs that were active longest are its own`() {
    let table = HostTable(
      """
      scraped 1800
      job 42 00:00-01:00 1
      00:00 g - 0%
      00:00 h - 80%
      """)
    #expect(
      table.ledger == """
        00 g unallocated - 3600000
        00 h busy 42 3600000 (shared 3600000)
        """)
  }

  @Test func `jobs with numbers only share as many GPUs as they have together`() {
    let table = HostTable(
      """
      scraped 1800
      job 1 00:00-01:00 1
      job 2 00:00-01:00 2
      00:00 a - 0%
      00:00 b - 80%
      00:00 c - 80%
      00:00 d - 80%
      """)
    #expect(
      table.ledger == """
        00 a unallocated - 3600000
        00 b busy 1 1200000 (shared 1200000)
        00 b busy 2 2400000 (shared 2400000)
        00 c busy 1 1200000 (shared 1200000)
        00 c busy 2 2400000 (shared 2400000)
        00 d busy 1 1200000 (shared 1200000)
        00 d busy 2 2400000 (shared 2400000)
        """)
  }

  @Test func `an exporter's label tells which GPU a job has, the scheduler from when to when`() {
    let table = HostTable(
      """
      scraped 600
      job 42 00:05-00:25 1
      00:00 g - 0%
      00:00 h - 80%
      00:10 g job:42 0%
      00:10 h - 80%
      00:20 g job:42 0%
      00:20 h - 80%
      00:30 g - 0%
      00:30 h - 80%
      """)
    #expect(
      table.ledger == """
        00 g idle 42 1200000
        00 g unallocated - 1800000
        00 h unattributed - 3000000
        """)
  }

  @Test func `a job that only a label names is held while samples name it`() {
    let table = HostTable(
      """
      00:00 g job:42 80%
      00:01 g - 0%
      """)
    #expect(
      table.ledger == """
        00 g busy 42 60000
        00 g unallocated - 120000
        """)
  }

  @Test func `the scheduler's numbers are the GPUs of these numbers`() {
    let table = HostTable(
      """
      scraped 1800
      numbers g h
      job 42 00:00-01:00 #1
      00:00 g - 80%
      00:00 h - 0%
      """)
    #expect(
      table.ledger == """
        00 g unattributed - 3600000
        00 h idle 42 3600000
        """)
  }

  @Test func `a pod that a sample names counts before any claim`() {
    let table = HostTable(
      """
      scraped 1800
      assignment team 00:00-01:00 all
      00:00 g pod 80%
      00:00 h - 80%
      """)
    #expect(
      table.ledger == """
        00 g busy pod 3600000
        00 h busy team 3600000
        """)
  }

  @Test func `an assignment has what no job has`() {
    let table = HostTable(
      """
      scraped 1800
      numbers g h
      assignment team 00:00-01:00 all
      job 42 00:15-00:45 #0
      00:00 g - 0%
      00:00 h - 0%
      """)
    #expect(
      table.ledger == """
        00 g idle 42 1800000
        00 g idle team 1800000
        00 h idle team 3600000
        """)
  }

  @Test func `in a silence a job goes on holding, and a scheduled host is free otherwise`() {
    let table = HostTable(
      """
      scheduled 00:00-00:50
      job 42 00:10-00:30 all
      00:00 g - 0%
      00:59 g - 0%
      """)
    #expect(
      table.ledger == """
        00 g allocated_unknown 42 1200000
        00 g unallocated - 1860000
        00 g unknown - 540000
        """)
  }

  @Test func `slots that nobody sees are a job's, or free where the host is scheduled`() {
    let table = HostTable(
      """
      slots 8 00:00-01:00
      scheduled 00:00-01:00
      outage 00:50-01:00
      job 42 00:00-00:30 2
      job 43 00:00-00:30 1
      """)
    #expect(
      table.ledger == """
        00 slots allocated_unknown 42 3600000 (shared 3600000)
        00 slots allocated_unknown 43 1800000 (shared 1800000)
        00 slots unallocated - 18600000
        00 slots out_of_service - 4800000
        """)
  }

  @Test func `jobs that claim more than there is share what is there, and that is told`() {
    let table = HostTable(
      """
      slots 2 00:00-01:00
      job 1 00:00-01:00 1
      job 2 00:00-01:00 1
      job 3 00:00-01:00 1
      """)
    #expect(
      table.ledger == """
        00 slots allocated_unknown 1 2400000 (shared 2400000)
        00 slots allocated_unknown 2 2400000 (shared 2400000)
        00 slots allocated_unknown 3 2400000 (shared 2400000)
        """)
    #expect(
      HostRollup.ledger(of: table.input).findings == [.moreClaimedThanGPUs(asked: 3, left: 2)])
  }

  @Test func `a reserved GPU that nobody has is unused, and an active one unattributed`() {
    let table = HostTable(
      """
      scraped 900
      reservation r 00:00-00:45 all
      00:00 g - 0%
      00:15 g - 80%
      00:30 g pod 0%
      """)
    #expect(
      table.ledger == """
        00 g idle pod 1800000
        00 g reserved_unused r 900000
        00 g unattributed - 900000
        """)
    #expect(
      table.reserved == """
        00 g r idle pod 900000
        00 g r reserved_unused - 900000
        00 g r unattributed - 900000
        """)
  }

  @Test func `whoever uses as many GPUs as are reserved leaves none unused`() {
    let table = HostTable(
      """
      scraped 1800
      reservation r 00:00-01:00 1
      00:00 g - 0%
      00:00 h pod 80%
      00:30 g pod 80%
      00:30 h - 0%
      """)
    #expect(
      table.ledger == """
        00 g busy pod 1800000
        00 g unallocated - 1800000
        00 h busy pod 1800000
        00 h unallocated - 1800000
        """)
    #expect(
      table.reserved == """
        00 g r busy pod 1800000
        00 h r busy pod 1800000
        """)
  }

  @Test func `two reservations of one GPU bear half of it each`() {
    let table = HostTable(
      """
      scraped 1800
      reservation r 00:00-01:00 all
      reservation s 00:30-01:00 g
      00:00 g - 0%
      """)
    #expect(
      table.ledger == """
        00 g reserved_unused r 2700000
        00 g reserved_unused s 900000
        """)
  }

  @Test func `a silent host's reservation is unknown, and unused where the host is scheduled`() {
    let table = HostTable(
      """
      slots 1 00:00-01:00
      scheduled 00:30-01:00
      reservation r 00:00-01:00 all
      """)
    #expect(
      table.ledger == """
        00 slots reserved_unused r 1800000
        00 slots unknown - 1800000
        """)
  }
}
