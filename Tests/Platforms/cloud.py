"""A real Keystone and a real Nova API, on loopback ports and SQLite, for tests.

Nothing runs on it: servers, hypervisors and what was done to them are rows that are written into Nova's
database through Nova's own objects, since there is no hypervisor, and security groups are left out, since
there is no Neutron. What answers is Nova and Keystone.

    cloud.py prepare FOLDER              makes the databases (once, a minute)
    cloud.py run FOLDER COPY SCENE       serves a copy of them with what SCENE (JSON) says; prints a line
                                         of JSON with the addresses once it is ready
"""

import ctypes
import json
import os
import shutil
import signal
import socket
import socketserver
import sqlite3
import subprocess
import sys
import time
import urllib.request
import wsgiref.simple_server

PASSWORD = "secret"
BIN = os.path.dirname(sys.executable)
KEYSTONE = """
[DEFAULT]
log_file = {folder}/keystone.log
[database]
connection = sqlite:///{folder}/keystone.db
[fernet_tokens]
key_repository = {folder}/fernet
[fernet_receipts]
key_repository = {folder}/fernet
[credential]
key_repository = {folder}/credential
"""
NOVA = """
[DEFAULT]
transport_url = fake://
state_path = {folder}
log_file = {folder}/nova.log
service_down_time = 2000000000
[api]
max_limit = 2
[api_database]
connection = sqlite:///{folder}/api.db
[database]
connection = sqlite:///{folder}/cell1.db
[oslo_concurrency]
lock_path = {folder}
[keystone_authtoken]
www_authenticate_uri = {keystone}
auth_url = {keystone}
auth_type = password
interface = public
username = admin
password = {password}
project_name = admin
user_domain_name = Default
project_domain_name = Default
"""


def tool(folder, name, *words):
    command = [os.path.join(BIN, name), "--config-file", f"{folder}/{name.split('-')[0]}.conf", *words]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def configure(folder, keystone="http://127.0.0.1:1/v3"):
    values = {"folder": folder, "keystone": keystone, "password": PASSWORD}
    for name, text in (("keystone", KEYSTONE), ("nova", NOVA)):
        with open(f"{folder}/{name}.conf", "w") as file:
            file.write(text.format(**values))


def prepare(folder):
    os.makedirs(f"{folder}/fernet")
    os.makedirs(f"{folder}/credential")
    configure(folder)
    user = ["--keystone-user", "root", "--keystone-group", "root"] if os.getuid() == 0 else []
    tool(folder, "keystone-manage", "db_sync")
    tool(folder, "keystone-manage", "fernet_setup", *user)
    tool(folder, "keystone-manage", "credential_setup", *user)
    tool(folder, "keystone-manage", "bootstrap", "--bootstrap-password", PASSWORD,
         "--bootstrap-region-id", "RegionOne", "--bootstrap-public-url", "http://127.0.0.1:1/v3")
    tool(folder, "nova-manage", "api_db", "sync")
    tool(folder, "nova-manage", "cell_v2", "map_cell0", "--database_connection", f"sqlite:///{folder}/cell0.db")
    tool(folder, "nova-manage", "db", "sync")
    tool(folder, "nova-manage", "cell_v2", "create_cell", "--name", "cell1",
         "--database_connection", f"sqlite:///{folder}/cell1.db", "--transport-url", "fake://")


class Server(socketserver.ThreadingMixIn, wsgiref.simple_server.WSGIServer):
    daemon_threads = True


class Quiet(wsgiref.simple_server.WSGIRequestHandler):
    def log_message(self, *_):
        pass


def serve(service, folder, port):
    """Serves one of the two; their configurations can't be in one process."""
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)
    sys.argv = [service]
    if service == "keystone":
        os.environ["OS_KEYSTONE_CONFIG_FILES"] = f"{folder}/keystone.conf"
        from keystone.wsgi.api import application
    else:
        os.environ["OS_NOVA_CONFIG_DIR"] = folder
        from nova.wsgi.osapi_compute import application
        from nova.network import security_group_api
        # There is no Neutron, which Nova asks for the security groups of the servers that it lists.
        security_group_api.get_instances_security_groups_bindings = lambda *_: {}
        if application is None:
            sys.exit("nova did not start")
    wsgiref.simple_server.make_server(
        "127.0.0.1", port, application, Server, Quiet).serve_forever()


def start(service, folder, port):
    log = open(f"{folder}/{service}.out", "w")
    process = subprocess.Popen(
        [sys.executable, __file__, "serve", service, folder, str(port)], stdout=log, stderr=log)
    for _ in range(1200):
        if process.poll() is not None:
            sys.exit(f"{service} ended; see {folder}/{service}.out")
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return process
        time.sleep(0.1)
    sys.exit(f"{service} did not start")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Keystone:
    """Asks Keystone as its administrator."""

    def __init__(self, url):
        self.url = url
        body = {"auth": {
            "identity": {"methods": ["password"], "password": {"user": {
                "name": "admin", "password": PASSWORD, "domain": {"name": "Default"}}}},
            "scope": {"project": {"name": "admin", "domain": {"name": "Default"}}}}}
        self.token = None
        answer, headers = self.ask("POST", "/auth/tokens", body)
        self.token = headers["X-Subject-Token"]
        self.user = answer["token"]["user"]["id"]

    def ask(self, method, page, body=None):
        request = urllib.request.Request(
            self.url + page, method=method, data=json.dumps(body).encode() if body else None,
            headers={"Content-Type": "application/json", "X-Auth-Token": self.token or "-"})
        with urllib.request.urlopen(request) as response:
            text = response.read()
            return json.loads(text) if text else None, response.headers

    def post(self, kind, values, page=None):
        answer, _ = self.ask("POST", page or f"/{kind}s", {kind: values})
        return answer[kind]


def seed(folder, scene, ids):
    """Writes what SCENE says into Nova's databases."""
    from datetime import datetime
    from nova import config, context, objects
    from nova.compute import vm_states
    from nova.network import model as network
    config.parse_args(["seed", "--config-file", f"{folder}/nova.conf"])
    objects.register_all()
    admin = context.get_admin_context()
    cell = [c for c in objects.CellMappingList.get_all(admin) if c.name == "cell1"][0]
    context.set_target_cell(admin, cell)
    clock = lambda text: datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ") if text else None
    updates = []
    nodes = {None: None}
    for number, host in enumerate(scene["hosts"]):
        service = objects.Service(
            admin, host=host["name"], binary="nova-compute", topic="compute", report_count=1,
            disabled=False, forced_down=host.get("down") is not None)
        service.create()
        if host.get("down"):
            updates.append(("services", host["down"], host["down"], "id", service.id))
        node = objects.ComputeNode(
            admin, host=host["name"], hypervisor_hostname=host["name"], service_id=service.id,
            vcpus=8, memory_mb=1, local_gb=1, vcpus_used=0, memory_mb_used=0, local_gb_used=0,
            hypervisor_type="QEMU", hypervisor_version=8000000, cpu_info="{}", stats={},
            free_ram_mb=1, free_disk_gb=1, current_workload=0, running_vms=0,
            disk_available_least=1, host_ip=f"10.0.0.{number + 1}", supported_hv_specs=[],
            cpu_allocation_ratio=1.0, ram_allocation_ratio=1.0, disk_allocation_ratio=1.0)
        node.create()
        nodes[host["name"]] = node.id
        objects.HostMapping(admin, host=host["name"], cell_mapping=cell).create()
    flavors = {}
    for number, (name, specs) in enumerate(scene["flavors"].items()):
        flavor = objects.Flavor(
            admin, name=name, flavorid=f"flavor-{number}", memory_mb=1024, vcpus=1, root_gb=1,
            ephemeral_gb=0, swap=0, rxtx_factor=1.0, is_public=number != 0, disabled=False,
            vcpu_weight=0, description=None, extra_specs=specs, projects=[])
        flavor.create()
        flavors[name] = objects.Flavor.get_by_name(admin, name)
    for server in scene["servers"]:
        instance = objects.Instance(
            admin, uuid=server["id"], project_id=ids[server["project"]], user_id=ids[server["user"]],
            host=server.get("host"), node=server.get("host"), compute_id=nodes[server.get("host")],
            hostname=server.get("hostname", server["name"]),
            display_name=server["name"], flavor=flavors[server["flavor"]], old_flavor=None, new_flavor=None,
            instance_type_id=flavors[server["flavor"]].id, vm_state=server.get("state", vm_states.ACTIVE),
            power_state=1, launched_at=clock(server.get("launched")), image_ref="", memory_mb=1024, vcpus=1,
            root_gb=1, ephemeral_gb=0, availability_zone="nova", system_metadata={},
            metadata=server.get("metadata", {}), config_drive="", user_data=None,
            key_name=None, info_cache=objects.InstanceInfoCache(
                admin, instance_uuid=server["id"], network_info=network.NetworkInfo()))
        instance.create()
        objects.InstanceMapping(
            admin, instance_uuid=server["id"], cell_mapping=cell, project_id=ids[server["project"]],
            user_id=ids[server["user"]]).create()
        if server.get("terminated"):
            instance.terminated_at = clock(server["terminated"])
            instance.vm_state = vm_states.DELETED
            instance.save()
            instance.destroy()
        updates.append(("instances", server["created"], server.get("changed") or server.get("terminated")
                        or server.get("launched") or server["created"], "uuid", server["id"]))
        for number, (name, begin, end, host) in enumerate(server.get("actions", [])):
            action = context.RequestContext(
                ids[server["user"]], ids[server["project"]], is_admin=True,
                request_id=f"req-{server['id'][:8]}-{number}")
            context.set_target_cell(action, cell)
            row = objects.InstanceAction.action_start(action, server["id"], name)
            objects.InstanceActionEvent.event_start(action, server["id"], f"compute_{name}_instance", host=host)
            objects.InstanceActionEvent.event_finish(action, server["id"], f"compute_{name}_instance")
            updates.append(("instance_actions", begin, end, "id", row.id))
        for number, (kind, source, target, begin, end, status) in enumerate(server.get("migrations", [])):
            migration = objects.Migration(
                admin, instance_uuid=server["id"], source_compute=source, source_node=source,
                dest_compute=target, dest_node=target, dest_compute_id=nodes[target],
                migration_type=kind, status=status)
            migration.create()
            updates.append(("migrations", begin, end, "id", migration.id))
    database = sqlite3.connect(f"{folder}/cell1.db")
    for table, created, changed, key, value in updates:
        database.execute(
            f"UPDATE {table} SET created_at = ?, updated_at = ? WHERE {key} = ?",
            (*(text.replace("T", " ").replace("Z", ".000000") for text in (created, changed)), value))
        if table == "instance_actions":
            database.execute(
                "UPDATE instance_actions SET start_time = created_at, finish_time = NULL WHERE id = ?", (value,))
    database.commit()


def run(template, folder, scene):
    shutil.copytree(template, folder)
    scene = json.load(open(scene))
    keystone_port, nova_port = free_port(), free_port()
    url, nova = f"http://127.0.0.1:{keystone_port}/v3", f"http://127.0.0.1:{nova_port}/v2.1"
    configure(folder, url)
    shutil.copy(os.path.join(os.path.dirname(BIN), "etc/nova/api-paste.ini"), folder)
    for name, change, values in (
            ("api", "UPDATE cell_mappings SET database_connection = 'sqlite:///' || ? || '/' || name || '.db'",
             (folder,)),
            ("keystone", "UPDATE endpoint SET url = ?", (url,))):
        database = sqlite3.connect(f"{folder}/{name}.db")
        database.execute(change, values)
        database.commit()
        database.close()
    start("keystone", folder, keystone_port)
    keystone = Keystone(url)
    service = keystone.post("service", {"type": "compute", "name": "nova"})
    keystone.post("endpoint", {"service_id": service["id"], "interface": "public",
                               "region_id": "RegionOne", "url": nova})
    ids = {}
    for name in scene["projects"]:
        ids[name] = keystone.post("project", {"name": name, "domain_id": "default"})["id"]
    for name in scene["users"]:
        ids[name] = keystone.post(
            "user", {"name": name, "domain_id": "default", "password": PASSWORD})["id"]
    # Somebody who may not see what is others'.
    roles, _ = keystone.ask("GET", "/roles?name=member")
    role, project = roles["roles"][0]["id"], ids[scene["projects"][0]]
    keystone.ask("PUT", f"/projects/{project}/users/{ids[scene['users'][0]]}/roles/{role}")
    credential = keystone.post(
        "application_credential", {"name": "gputally"}, f"/users/{keystone.user}/application_credentials")
    seeding = os.fork()
    if seeding == 0:
        try:
            seed(folder, scene, ids)
        except BaseException:
            import traceback
            traceback.print_exc()
            sys.stderr.flush()
            os._exit(1)
        os._exit(0)
    if os.waitpid(seeding, 0)[1] != 0:
        sys.exit("the scene could not be written")
    start("nova", folder, nova_port)
    print(json.dumps({"keystone": url, "nova": nova, "ids": ids, "application_credential_id": credential["id"],
                      "application_credential_secret": credential["secret"], "token": keystone.token}),
          flush=True)
    signal.pause()


if __name__ == "__main__":
    verb, *words = sys.argv[1:]
    if verb == "prepare":
        prepare(os.path.abspath(words[0]))
    elif verb == "serve":
        serve(words[0], words[1], int(words[2]))
    else:
        run(os.path.abspath(words[0]), os.path.abspath(words[1]), words[2])
