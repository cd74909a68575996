import Testing

@testable import Configuration

@Suite struct MachineSourceTests {
  private func text(_ type: String, _ keys: String) -> String {
    "currency: KRW\nsites: [{ name: pangyo, kind: private-cloud }]\n"
      + "sources: [{ name: b, type: \(type), site: pangyo, cluster: c, \(keys) }]"
  }

  @Test(
    arguments: [
      (
        "openstack",
        "url: 'https://k:5000/v3/', auth: { application_credential_id: a1, "
          + "application_credential_secret_file: secret }, region: R1, interface: internal, "
          + "pci_aliases: { a100: NVIDIA A100 }, vgpu: { VGPU: { gpu_model: NVIDIA A40, per_gpu: 4 } }",
        .openstack(
          OpenStackSource(
            url: "https://k:5000/v3",
            credentials: .application(id: "a1", secretFile: "/etc/g/secret"),
            region: "R1", interface: .internally, pciAliases: ["a100": "NVIDIA A100"],
            virtualGPUs: ["VGPU": .init(gpuModel: "NVIDIA A40", perGPU: 4)]))
      ),
      (
        "openstack",
        "url: 'http://k/v3', auth: { username: tally, password_file: /p, project: admin, "
          + "user_domain: Staff }, pci_aliases: {}",
        .openstack(
          OpenStackSource(
            url: "http://k/v3",
            credentials: .password(
              .init(
                username: "tally", passwordFile: "/p", userDomain: "Staff", project: "admin",
                projectDomain: "Staff")), pciAliases: [:]))
      ),
      (
        "vsphere",
        "url: 'https://vc', username: u@vsphere.local, password_file: p, gpu_models: { GA100: A100 }, "
          + "vgpu_profiles: { GRID_a100-20c: 4, x: 3/7 }, tls_config: { insecure_skip_verify: true }",
        .vsphere(
          VSphereSource(
            url: "https://vc", username: "u@vsphere.local", passwordFile: "/etc/g/p",
            gpuModels: ["GA100": "A100"],
            profiles: ["grid_a100-20c": .init(parts: 1, of: 4), "x": .init(parts: 3, of: 7)]))
      ),
    ] as [(String, String, Source.Kind)])
  func `platforms of virtual machines are read`(
    type: String, keys: String, expected: Source.Kind
  ) throws {
    let configuration = try ConfigurationLoader.parse(
      text(type, keys), file: "/etc/g/gputally.yaml")
    #expect(configuration.sources.map(\.kind) == [expected])
  }

  private static let keystone =
    "url: 'http://k/v3', pci_aliases: { a: b }"
  private static let auth =
    "{ application_credential_id, application_credential_secret_file }, or { username, "
    + "password_file, project }"

  @Test(arguments: [
    (
      "openstack", "url: 'http://k/v3'",
      [
        "auth: missing; expected \(auth)",
        "pci_aliases: missing; expected which aliases of PCI devices are GPUs, { a100: NVIDIA "
          + "A100-SXM4-80GB }, or vgpu: { VGPU: { gpu_model: NVIDIA A40, per_gpu: 4 } }",
      ]
    ),
    (
      "openstack", keystone + ", auth: { application_credential_id: a, username: u }",
      ["auth.username: cannot be used together with 'application_credential_id'; keep one of them"]
    ),
    (
      "openstack", keystone + ", auth: { username: u, password: hunter2, project: p }",
      [
        "auth.password: secrets are not written here; put it into a file of its own and name that "
          + "with 'password_file'"
      ]
    ),
    (
      "openstack",
      "url: 'http://k/v3', auth: { application_credential_id: a, application_credential_secret_file: "
        + "s }, vgpu: { VGPU: { gpu_model: m, per_gpu: 0 } }, interface: inner",
      [
        "interface: found 'inner'; expected one of public, internal, admin",
        "vgpu.VGPU.per_gpu: found '0'; expected how many of it a GPU makes, 1 to 256",
      ]
    ),
    (
      "vsphere", "url: 'https://u:p@vc', username: u, password: x, vgpu_profiles: { a: 8/7, b: x }",
      [
        "password: secrets are not written here; put it into a file of its own and name that with "
          + "'password_file'",
        "url: the value, which may be secret and isn't shown, is refused; expected a URL such as "
          + "https://vcenter.example, without user, password or query",
        "vgpu_profiles.a: found '8/7'; expected how many of it a card makes, such as 4, or its part "
          + "of one, such as 3/7",
        "vgpu_profiles.b: found 'x'; expected how many of it a card makes, such as 4, or its part of "
          + "one, such as 3/7",
      ]
    ),
  ])
  func `wrong keys are told with what is right`(
    type: String, keys: String, expected: [String]
  ) {
    expect(expected.map { "c.yaml:3: sources[0].\($0)" }) {
      try ConfigurationLoader.parse(text(type, keys), file: "c.yaml")
    }
  }
}
