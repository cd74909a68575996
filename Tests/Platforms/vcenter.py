"""Reads a vCenter with pyvmomi, VMware's own client, and prints what it sees as JSON.

    vcenter.py PORT USER PASSWORD
"""

import json
import sys

from pyVim.connect import Disconnect, SmartConnect
from pyVmomi import vim, vmodl

PROPERTIES = {
    vim.VirtualMachine: [
        "name", "config.instanceUuid", "config.hardware.device", "runtime.powerState",
        "runtime.bootTime", "runtime.host", "guest.hostName", "customValue", "parent"],
    vim.HostSystem: [
        "name", "hardware.pciDevice", "runtime.inMaintenanceMode",
        "runtime.connectionState"],
    vim.Folder: ["name", "parent"], vim.Datacenter: ["name", "parent"],
}
EVENTS = ["VmPoweredOnEvent", "VmPoweredOffEvent", "VmSuspendedEvent", "DrsVmMigratedEvent", "VmMigratedEvent",
          "VmReconfiguredEvent", "VmRemovedEvent", "EnteredMaintenanceModeEvent", "ExitMaintenanceModeEvent"]


def objects(content):
    view = content.viewManager.CreateContainerView(content.rootFolder, list(PROPERTIES), True)
    collector = vmodl.query.PropertyCollector
    traversal = collector.TraversalSpec(name="view", type=vim.view.ContainerView, path="view", skip=False)
    spec = collector.FilterSpec(
        objectSet=[collector.ObjectSpec(obj=view, skip=True, selectSet=[traversal])],
        propSet=[collector.PropertySpec(type=type, pathSet=paths, all=False)
                 for type, paths in PROPERTIES.items()])
    page = content.propertyCollector.RetrievePropertiesEx([spec], collector.RetrieveOptions(maxObjects=100))
    while page:
        for item in page.objects:
            yield item.obj, {value.name: value.val for value in item.propSet}
        page = content.propertyCollector.ContinueRetrievePropertiesEx(page.token) if page.token else None


def custom_fields(content):
    collector = vmodl.query.PropertyCollector
    spec = collector.FilterSpec(
        objectSet=[collector.ObjectSpec(obj=content.customFieldsManager)],
        propSet=[collector.PropertySpec(type=vim.CustomFieldsManager, pathSet=["field"], all=False)])
    page = content.propertyCollector.RetrievePropertiesEx([spec], collector.RetrieveOptions(maxObjects=1))
    return {field.key: field.name for field in page.objects[0].propSet[0].val}


def device(backing):
    kind = type(backing).__name__.split(".")[-1]
    return kind + ":" + (getattr(backing, "vgpu", None) or getattr(backing, "deviceId", None)
                         or ",".join(str(d.deviceId) for d in backing.allowedDevice))


def main(port, user, password):
    connection = SmartConnect(protocol="http", host="127.0.0.1", port=int(port), user=user, pwd=password)
    content = connection.RetrieveContent()
    fields = custom_fields(content)
    found = list(objects(content))
    names = {obj._moId: values["name"] for obj, values in found}
    machines, hosts = [], []
    for obj, values in found:
        if isinstance(obj, vim.VirtualMachine):
            booted = values.get("runtime.bootTime")
            machines.append({
                "name": values["name"], "uuid": values["config.instanceUuid"],
                "state": values["runtime.powerState"], "booted": booted.isoformat() if booted else None,
                "host": names[values["runtime.host"]._moId], "guest": values.get("guest.hostName"),
                "folder": names[values["parent"]._moId],
                "devices": [device(d.backing) for d in values["config.hardware.device"]
                            if isinstance(d, vim.vm.device.VirtualPCIPassthrough)],
                "values": {fields[v.key]: v.value for v in values["customValue"]}})
        elif isinstance(obj, vim.HostSystem):
            devices = values["hardware.pciDevice"]
            hosts.append({
                "name": values["name"], "maintenance": values["runtime.inMaintenanceMode"],
                "devices": len(devices), "nvidia": sum(d.vendorId == 0x10de for d in devices)})
    collector = content.eventManager.CreateCollectorForEvents(vim.event.EventFilterSpec(eventTypeId=EVENTS))
    collector.RewindCollector()
    events = []
    while page := collector.ReadNextEvents(100):
        for event in page:
            source = getattr(event, "sourceHost", None)
            events.append([type(event).__name__.split(".")[-1], event.createdTime.isoformat(),
                           event.vm.name if event.vm else None, event.host.name,
                           source.name if source else None])
    collector.DestroyCollector()
    print(json.dumps({"name": content.about.fullName, "machines": machines, "hosts": hosts, "events": events},
                     sort_keys=True))
    Disconnect(connection)


main(*sys.argv[1:])
