import Quantities

/// What kube-state-metrics and Longhorn show of volumes.
extension Fleet {
  /// All of it, by metric; nothing where the fleet has no volumes.
  var volumeFamilies: [KubeStateFamily] {
    let volumes = self.volumes
    if volumes.isEmpty { return [] }
    return persistentVolumeFamilies(volumes) + claimFamilies(volumes) + longhornFamilies(volumes)
  }

  /// A series for each piece of `life` in which somebody tells of volumes.
  private func series(
    _ labels: [(String, String)], _ life: TimeRange, value: Int = 1,
    flips: (at: UTCInstant, value: Int)? = nil, target: Labels? = nil
  ) -> [KubeStateSeries] {
    (storageSilence.map { life.without($0) } ?? [life]).map { life in
      var one = KubeStateSeries(labels: Labels(labels), life: life, value: value)
      if let flips, flips.at < plan.span.end {
        one.flips = TimeRange(flips.at, plan.span.end)
        one.flipped = flips.value
      }
      one.target = target
      return one
    }
  }

  private func persistentVolumeFamilies(_ volumes: [Volume]) -> [KubeStateFamily] {
    [
      KubeStateFamily(
        name: "kube_persistentvolume_capacity_bytes",
        help: "Persistentvolume capacity in bytes.",
        series: volumes.flatMap { volume in
          series(
            [("persistentvolume", volume.name)], volume.life, value: volume.size,
            flips: volume.resized.map { ($0.at, $0.size) })
        }),
      KubeStateFamily(
        name: "kube_persistentvolume_claim_ref",
        help: "Information about the Persistent Volume Claim Reference.",
        series: volumes.flatMap { volume in
          volume.claim.map {
            series(
              [
                ("persistentvolume", volume.name), ("name", $0.name),
                ("claim_namespace", $0.namespace),
              ], volume.life)
          } ?? []
        }),
      KubeStateFamily(
        name: "kube_persistentvolume_info", help: "Information about persistentvolume.",
        series: volumes.flatMap { volume in
          series(
            [
              ("persistentvolume", volume.name), ("storageclass", volume.storageClass),
              ("csi_driver", volume.replicas == nil ? "nfs.csi.k8s.io" : "driver.longhorn.io"),
              ("csi_volume_handle", volume.replicas == nil ? "nas#\(volume.name)" : volume.name),
            ], volume.life)
        }),
    ]
  }

  private func claimFamilies(_ volumes: [Volume]) -> [KubeStateFamily] {
    func family(
      _ name: String, _ help: String, _ labels: (Volume) -> [(String, String)],
      isSized: Bool = false
    ) -> KubeStateFamily {
      let all = volumes.flatMap { volume -> [KubeStateSeries] in
        guard let claim = volume.claim else { return [] }
        let end = max(min(volume.released ?? volume.life.end, volume.life.end), volume.life.start)
        return series(
          [("namespace", claim.namespace), ("persistentvolumeclaim", claim.name)]
            + labels(volume), TimeRange(volume.life.start, end),
          value: isSized ? volume.size : 1,
          flips: isSized ? volume.resized.map { ($0.at, $0.size) } : nil)
      }
      return KubeStateFamily(name: name, help: help, series: all)
    }
    return [
      family("kube_persistentvolumeclaim_info", "Information about persistent volume claim.") {
        [
          ("storageclass", $0.storageClass), ("volumename", $0.name),
          ("volumemode", "Filesystem"),
        ]
      },
      family(
        "kube_persistentvolumeclaim_resource_requests_storage_bytes",
        "The capacity of storage requested by the persistent volume claim.", { _ in [] },
        isSized: true),
    ]
  }

  // MARK: Longhorn

  /// The labels that Prometheus knows of the Longhorn manager on a host.
  private func managerLabels(_ host: Int) -> Labels {
    Labels([
      ("container", "longhorn-manager"), ("instance", "10.42.\(host).9:9500"),
      ("job", "longhorn-backend"), ("namespace", "longhorn-system"),
      ("pod", "longhorn-manager-\(Names.padded(host, 3))"),
    ])
  }

  private func longhornFamilies(_ volumes: [Volume]) -> [KubeStateFamily] {
    let own = volumes.enumerated().filter { $0.element.replicas != nil }
    /// A series of a volume on each node that it was attached to.
    func family(
      _ name: String, _ help: String, _ more: [(String, String)] = [],
      value: (Volume) -> Int, flips: (Volume) -> (at: UTCInstant, value: Int)? = { _ in nil }
    ) -> KubeStateFamily {
      let all = own.flatMap { index, volume -> [KubeStateSeries] in
        let cut = max(min(volume.moved ?? volume.life.end, volume.life.end), volume.life.start)
        return [
          (index, TimeRange(volume.life.start, cut)), (index + 1, TimeRange(cut, volume.life.end)),
        ].filter { !$0.1.isEmpty }.flatMap { place, life in
          let host = place % hosts.count
          return series(
            [
              ("node", hosts[host].name), ("volume", volume.name),
              ("pvc", volume.claim?.name ?? ""), ("pvc_namespace", volume.claim?.namespace ?? ""),
            ] + more, life, value: value(volume), flips: flips(volume),
            target: managerLabels(host))
        }
      }
      return KubeStateFamily(name: name, help: help, series: all)
    }
    let sizes = [
      family(
        "longhorn_volume_capacity_bytes", "Configured size in bytes for this volume",
        value: { $0.size }, flips: { $0.resized.map { ($0.at, $0.size) } }),
      family(
        "longhorn_volume_actual_size_bytes",
        "Actual space used by each replica of the volume on the corresponding node",
        value: { $0.size / 4 }),
    ]
    if plan.hasOldLonghorn {
      return sizes + [family("longhorn_volume_state", "State of this volume", value: { _ in 2 })]
    }
    return sizes
      + ["attached", "detached"].map { state in
        family(
          "longhorn_volume_state", "State of this volume", [("state", state)],
          value: { _ in state == "attached" ? 1 : 0 })
      } + [replicaFamily(own.map(\.element))]
  }

  private func replicaFamily(_ volumes: [Volume]) -> KubeStateFamily {
    KubeStateFamily(
      name: "longhorn_replica_info", help: "Static information about this replica",
      series: volumes.flatMap { volume in
        (0..<(volume.replicas ?? 0)).flatMap { number in
          let host = number % hosts.count
          return series(
            [
              ("replica", "\(volume.name)-r-\(number)"), ("volume", volume.name),
              ("node", hosts[host].name), ("disk_path", "/var/lib/longhorn/"),
              ("data_engine", "v1"),
            ], volume.life, target: managerLabels(host))
        }
      })
  }
}
