import Columnar
import Records

/// The names of GPUs and workloads, in every version of the format.
enum NamesColumn {
  static func write(_ entities: [GPUEntity], into writer: inout ByteWriter) {
    writer.varint(entities.count)
    for entity in entities {
      writer.text(entity.uuid)
      writer.varint(entity.instance.map { $0 + 1 } ?? 0)
      writer.varint(entity.slices.map { $0 + 1 } ?? 0)
      writer.text(entity.model)
      writer.text(entity.host)
    }
  }

  static func write(_ workloads: [WorkloadKey], into writer: inout ByteWriter) {
    writer.varint(workloads.count)
    for workload in workloads {
      writer.varint(workload.kind.rawValue)
      writer.text(workload.namespace)
      writer.text(workload.name)
      writer.text(workload.uid)
    }
  }

  static func readEntities(from reader: inout ByteReader) throws(ColumnarError) -> [GPUEntity] {
    var entities: [GPUEntity] = []
    for _ in 0..<(try reader.count(limit: FrameColumn.namesMax)) {
      let uuid = try reader.text()
      let instance = try reader.count(limit: FrameColumn.namesMax)
      let slices = try reader.count(limit: FrameColumn.namesMax)
      entities.append(
        GPUEntity(
          uuid: uuid, instance: instance == 0 ? nil : instance - 1,
          slices: slices == 0 ? nil : slices - 1, model: try reader.text(),
          host: try reader.text()))
    }
    return entities
  }

  static func readWorkloads(from reader: inout ByteReader) throws(ColumnarError)
    -> [WorkloadKey]
  {
    var workloads: [WorkloadKey] = []
    for _ in 0..<(try reader.count(limit: FrameColumn.namesMax)) {
      let offset = reader.offset
      guard let kind = WorkloadKey.Kind(rawValue: try reader.count(limit: 255)) else {
        throw .malformed(offset: offset, what: "an unknown kind of workload")
      }
      workloads.append(
        WorkloadKey(
          kind: kind, namespace: try reader.text(), name: try reader.text(),
          uid: try reader.text()))
    }
    return workloads
  }
}
