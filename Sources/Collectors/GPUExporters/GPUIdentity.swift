import Records

/// Why a series names no GPU.
struct IdentityFault: Error {
  let rule: String
  let found: String
  let expected: String
}

/// Reads off a series' labels which GPU it is of.
enum GPUIdentity {
  /// - Throws: ``IdentityFault``.
  static func entity(
    of labels: [String: String], target: String
  ) throws(IdentityFault) -> GPUEntity {
    guard let uuid = first(["UUID", "uuid", "gpu_uuid", "serial_number"], in: labels) else {
      throw IdentityFault(
        rule: "series without a GPU UUID", found: "no label UUID", expected: "UUID=\"GPU-…\"")
    }
    let model = first(["modelName", "model_name", "card_model", "dev_name"], in: labels) ?? ""
    let prefixed = uuid.hasPrefix("GPU-") ? uuid : "GPU-" + uuid
    let host = host(of: labels, target: target)
    guard let instanceText = first(["GPU_I_ID"], in: labels) else {
      return GPUEntity(uuid: prefixed, instance: nil, slices: nil, model: model, host: host)
    }
    guard let instance = Int(instanceText), instance >= 0 else {
      throw IdentityFault(
        rule: "GPU instance id not understood", found: instanceText, expected: "a whole number")
    }
    let profile = first(["GPU_I_PROFILE"], in: labels) ?? ""
    guard let slices = slices(of: profile) else {
      throw IdentityFault(
        rule: "MIG profile not understood", found: profile.isEmpty ? "no profile" : profile,
        expected: "a profile like 3g.40gb")
    }
    return GPUEntity(uuid: prefixed, instance: instance, slices: slices, model: model, host: host)
  }

  /// The number of a card on its host: that of its device file, else the exporter's own; nil where
  /// neither is told.
  static func number(of labels: [String: String]) -> Int? {
    let device = labels["device"].flatMap { name in
      name.hasPrefix("nvidia") ? Int(name.dropFirst("nvidia".count)) : nil
    }
    return device ?? labels["gpu"].flatMap { Int($0) }
  }

  /// The compute slices of a MIG profile: three for `3g.40gb`, one for `1g.10gb+me`.
  static func slices(of profile: String) -> Int? {
    let digits = profile.prefix { $0.isASCII && $0.isNumber }
    guard let slices = Int(digits), (1...7).contains(slices),
      profile.dropFirst(digits.count).hasPrefix("g.")
    else { return nil }
    return slices
  }

  /// The exporter's host: the label for it, else the node, else the host of the target.
  private static func host(of labels: [String: String], target: String) -> String {
    first(["hostname", "Hostname", "node"], in: labels) ?? host(ofTarget: target)
  }

  /// `10.0.0.5` of `10.0.0.5:9400`, `::1` of `[::1]:9400`.
  static func host(ofTarget target: String) -> String {
    if target.hasPrefix("["), let end = target.firstIndex(of: "]") {
      return String(target[target.index(after: target.startIndex)..<end])
    }
    let colons = target.filter { $0 == ":" }.count
    return colons == 1 ? String(target.prefix { $0 != ":" }) : target
  }

  private static func first(_ names: [String], in labels: [String: String]) -> String? {
    for name in names {
      if let value = labels[name], !value.isEmpty { return value }
    }
    return nil
  }
}
