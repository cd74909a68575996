import Configuration
import Quantities
import Testing

@Suite struct NetBoxFileTests {
  private static let yaml = """
    currency: KRW
    sites: [{ name: pangyo, kind: on-prem }]

    """
  private static let settings =
    yaml + """
      inventory_file:
        path: devices.csv
        format: netbox
        cluster: train
        sites: { Pangyo DC 1: pangyo }
        columns: { gpus: cf_gpu_count, gpu_model: "GPU type", in_service: Installed }

      """
  private static let head =
    "Name,Status,Tenant,Site,Location,Rack,Role,Manufacturer,Type,IP Address,cf_gpu_count,"
    + "GPU type,Installed\n"

  private func configuration(_ yaml: String, _ text: String) throws -> Configuration {
    try ConfigurationLoader.parse(yaml, file: "c.yaml") { _ in text }
  }

  @Test func `an export of NetBox is an inventory as it is`() throws {
    let found = try configuration(
      Self.settings,
      "\u{FEFF}" + Self.head
        + "gpu01,Active,Vision,Pangyo DC 1,Hall 2,R1,GPU server,Maker,X1,10.0.0.1/24,8,NVIDIA H100,"
        + "2026-01-01\r\n"
        + "gpu02,Offline,,pangyo,,,,,,,4,\"NVIDIA A100, 40GB\",\n"
        + "gpu03,Planned,Vision,Nowhere,,,,,,,8,,\n" + "gpu04,Decommissioning,,pangyo,,,,,,,8,m,\n"
        + "sw1,Active,Net,Nowhere,,,Switch,,,,,,\n" + ",Active,,,,,,,,,0,,\n")
    #expect(
      found.inventory == [
        InventoryEntry(
          site: "pangyo", cluster: "train", hosts: ["gpu01"], gpusPerHost: 8,
          gpuModel: "NVIDIA H100", owner: "Vision", inService: CivilDate("2026-01-01")),
        InventoryEntry(
          site: "pangyo", cluster: "train", hosts: ["gpu02"], gpusPerHost: 4,
          gpuModel: "NVIDIA A100, 40GB"),
      ])
    #expect(
      found.inventoryNotes == [
        "devices.csv: 2 of 6 rows are hosts with GPUs; left out: 2 without GPUs, "
          + "1 decommissioning, 1 planned"
      ])
  }

  @Test func `a path alone will do where the usual heads are there`() throws {
    let found = try configuration(
      Self.yaml + "inventory_file: devices.csv",
      "Name,Status,Tenant,Site,Cluster,GPU count,GPU model\n"
        + "gpu01,Active,,pangyo,train,8,m\ngpu02,Active,,pangyo,lab,2,m\n")
    #expect(found.inventory.map(\.cluster) == ["train", "lab"])
    let chosen = try configuration(
      Self.yaml + "inventory_file: { path: d.csv, statuses: [Staged], gpu_model: m, site: pangyo }",
      "name,status,cluster,cf_gpu_count\na,Active,c,1\nb,Staged,c,1\n")
    #expect(chosen.inventory.map(\.hosts) == [["b"]])
    #expect(chosen.inventory.map(\.gpuModel) == ["m"])
  }

  static let wrong: [(yaml: String, text: WrongText)] = [
    (
      settings,
      WrongText(
        head + "gpu01,Active,unknown,Pangyo DC 2,,,,,,,8.5,,soon\n,Active,,pangyo,,,,,,,8,m,\n"
          + "gpu01,Active\n" + "h[1-2],Active,,pangyo,,,,,,,8,m,\n",
        "devices.csv:2: site: there is no site 'Pangyo DC 2'; listed are pangyo",
        "devices.csv:2: gpu_model: missing; expected the model as the exporter prints it",
        "devices.csv:2: gpus: found '8.5'; expected a whole number of GPUs, 1 to 1024",
        "devices.csv:2: owner: 'unknown' is a name that gputally itself uses; choose another one",
        "devices.csv:2: in_service: found 'soon'; expected a day such as 2026-11-23",
        "devices.csv:3: name: missing; expected the name of a device with GPUs",
        "devices.csv:4: found 2 fields; expected 13, as in the first line",
        "devices.csv:5: name: found 'h[1-2]'; expected one host's name")
    ),
    (
      settings,
      WrongText(
        "Name,Status,Site\n", "devices.csv:1: column 'GPU type' is missing in the first line",
        "devices.csv:1: column 'cf_gpu_count' is missing in the first line",
        "devices.csv:1: column 'Installed' is missing in the first line")
    ),
    (
      yaml + "inventory_file: { path: d.csv }",
      WrongText(
        "Name,Status\n", "d.csv:1: column 'Cluster' is missing in the first line",
        "d.csv:1: column 'cf_gpu_model' is missing in the first line",
        "d.csv:1: column 'cf_gpu_count' is missing in the first line",
        "d.csv:1: column 'Site' is missing in the first line")
    ),
    (
      yaml + "inventory_file: { format: snipe-it, columns: { gpu: x } }",
      WrongText(
        "", "c.yaml:3: inventory_file.path: missing; expected a path",
        "c.yaml:3: inventory_file.format: found 'snipe-it'; expected netbox")
    ),
    (
      yaml + "inventory_file: [d.csv]",
      WrongText("", "c.yaml:3: inventory_file: found a list; expected a mapping of keys to values")
    ),
  ]

  @Test(arguments: wrong.indices)
  func `each problem of an export is told with its line`(row: Int) {
    let (yaml, wrong) = Self.wrong[row]
    expect(wrong.told) { try ConfigurationLoader.parse(yaml, file: "c.yaml") { _ in wrong.text } }
  }

  @Test func `entries that are printed are read as they were`() throws {
    let entries = [
      InventoryEntry(
        site: "pangyo", cluster: "train", hosts: ["gpu01"], gpusPerHost: 8,
        gpuModel: "A, \"B\"", owner: "team-vision"),
      InventoryEntry(site: "pangyo", cluster: "lab", hosts: ["x"], gpusPerHost: 1, gpuModel: "m"),
    ]
    let again = try configuration(
      Self.yaml + "inventory_file: hosts.csv", InventoryText.csv(entries))
    #expect(again.inventory == entries)
  }
}
