import Testing

/// What the energy of time comes from, on a host small enough to check by hand.
@Suite struct `The energy of a GPU's time` {
  @Test func `is what its counter rose by from sample to sample, whatever power says`() {
    let table = HostTable(
      """
      00:00 g a 80% 100W 5000J
      00:01 g a 80% 100W 11000J
      00:02 g a 1%  100W 15500J
      00:03 g - 0%  100W 16000J
      """)
    // The last sample has no next one: power, for two minutes.
    #expect(
      table.energy == """
        00 g busy a 10500000000
        00 g idle a 500000000
        00 g unallocated - 12000000000
        """)
  }

  @Test func `is power while a sample speaks where there is no counter`() {
    let table = HostTable(
      """
      00:00 g a 80% 100W
      00:01 g a 80% 200W
      00:10 g a 80% 300W
      """)
    #expect(
      table.energy == """
        00 g busy a 66000000000
        00 g allocated_unknown a ?
        """)
  }

  @Test func `needs the counter at both ends, and is power else`() {
    let table = HostTable(
      """
      00:00 g a 80% 100W 5000J
      00:01 g a 80% 100W
      00:02 g a 80% 100W 30000J
      00:03 g a 80% 100W 30500J
      """)
    #expect(table.energy == "00 g busy a 24500000000")
  }

  @Test func `is not known where neither is measured`() {
    let table = HostTable(
      """
      00:00 g a 80% 5000J
      00:01 g b 80%
      00:02 g b 80%
      """)
    #expect(
      table.energy == """
        00 g busy a ?
        00 g busy b ?
        """)
  }

  @Test func `lies in a silence as well, as the counter went on, evenly`() {
    let table = HostTable(
      """
      00:00 g a 80% 0J
      00:10 g a 80% 60000J
      00:11 g - 80% 60000J
      00:20 g - 0%  61000J
      """)
    // Of 600 s the sample speaks for 120; of 540 s the next but one for 120.
    #expect(
      table.energy == """
        00 g busy a 12000000000
        00 g allocated_unknown a 48000000000
        00 g unattributed - 222222222
        00 g unallocated - ?
        00 g unknown - 777777778
        """)
  }

  @Test func `after a reload of the driver is power, else what was used since`() {
    let rows = [("100W", "6000000000"), ("", "1500000000")]
    for (power, expected) in rows {
      let table = HostTable(
        """
        00:00 g a 80% \(power) 90000J
        00:01 g - 0% 1500J
        """)
      #expect(
        table.energy == """
          00 g busy a \(expected)
          00 g unallocated - ?
          """)
    }
  }

  @Test func `is cut at the hour where whole microjoules end, so that the parts sum to it`() {
    let text = """
      scraped 3600
      00:20 g a 80% 0J
      01:50 g a 80% 1J
      """
    let whole = HostTable("window 00-02\n" + text).energy
    // 40 of 90 minutes, 50 of 90, and ten minutes of a sample without a next one.
    #expect(
      whole == """
        00 g busy a 444444
        01 g busy a 555556
        """)
    #expect(HostTable("window 01-02\n" + text).energy == "01 g busy a 555556")
  }

  @Test func `of a MIG card is split by slices, of a shared one by holders`() {
    let table = HostTable(
      """
      00:00 g/1:3 a 80% 0J
      00:00 g/2:2 b,c 1% 0J
      00:01 g/1:3 a 80% 7J
      00:01 g/2:2 b,c 1% 7J
      """)
    #expect(
      table.energy == """
        00 g busy a 3000000
        00 g idle b 1000000
        00 g idle c 1000000
        00 g unallocated - 2000000
        """)
  }

  @Test func `is nothing that a counter claims beyond ten kilowatts`() {
    let rows = [("600000J", "600000000000"), ("600001J", "?")]
    for (reading, expected) in rows {
      let table = HostTable(
        """
        00:00 g a 80% 0J
        00:01 g - 0% \(reading)
        """)
      #expect(table.energy.split(separator: "\n").first == "00 g busy a \(expected)")
    }
  }
}
