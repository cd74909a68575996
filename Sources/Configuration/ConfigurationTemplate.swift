/// The file that `gputally init` writes.
package enum ConfigurationTemplate {
  /// A commented gputally.yaml, which loads without problems as it stands.
  package static let text = """
    # gputally.yaml: what gputally reads, what GPU-time costs and who pays for it.
    #
    # Next steps: 1. set url, site and cluster below;  2. run 'gputally check', which reaches every
    # source and says what it found;  3. run 'gputally run' every night, from cron.
    # Relative paths are seen from the folder of this file. Passwords and tokens never stand in it:
    # they stay in files of their own, which keys that end in _file name.

    # The SQLite file that keeps everything gputally knows.
    store: gputally.sqlite

    # The zone whose days and months are billed, by its IANA name: UTC, Asia/Seoul, Europe/Berlin.
    time_zone: UTC

    # The currency of all reports, by its ISO 4217 code: USD, EUR, KRW.
    currency: USD

    # A held GPU is idle while its activity is below this percentage; 2.5 is fine too.
    idle:
      below_percent: 5

    # Places with GPUs; kind is on-prem, private-cloud or public-cloud.
    sites:
      - name: main
        kind: on-prem

    # Where samples come from; names must differ.
    sources:
      - name: prometheus
        # prometheus (also Thanos, Mimir, VictoriaMetrics, OpenShift) or dcgm-exporter.
        type: prometheus
        # One of the sites above.
        site: main
        # Your name for the cluster that this source watches.
        cluster: gpu-cluster
        # The server's address, without user or password.
        url: http://127.0.0.1:9090
        # How often Prometheus scrapes the exporters; left out, it is read off the data.
        # scrape_interval: 30s
        # How samples are read: remote-read (exact, quick, without limits of queries), query, or auto
        # for remote read where the server has it.
        # protocol: auto
        # How long the server may take to answer.
        # timeout: 2m
        # Whether persistent volumes are read too; left out, where something prices them.
        # storage: true
        # Only series with these labels are read.
        # matchers: 'namespace="ml"'
        # Labels that tell the two servers of a highly available pair apart.
        # replica_labels: [prometheus_replica, replica]
        # How to log in: one of these two.
        # basic_auth: { username: gputally, password_file: /etc/gputally/password }
        # authorization: { type: Bearer, credentials_file: /etc/gputally/token }
        # Certificates of a server with https.
        # tls_config: { ca_file: ca.pem, cert_file: client.pem, key_file: client.key }
        # More headers for every request, such as the tenant of Mimir.
        # headers: { X-Scope-OrgID: ml }
        # More fields of every request's address, such as the namespace at OpenShift's port 9092.
        # params: { namespace: ml }
        # The id that Rancher has for this cluster, where its name there is another one.
        # rancher_cluster: c-m-87s92m9v

      # Hosts that no Prometheus watches can be read straight from dcgm-exporter.
      # - name: loose-hosts
      #   type: dcgm-exporter
      #   site: main
      #   cluster: lab
      #   targets: ["10.0.0.5:9400"]
      #   interval: 30s
      # The jobs of a Slurm cluster: sacct of this machine, or command: "ssh login", or a file, or
      # a slurmrestd at a url or a unix_socket; its token is in a file.
      # - { name: batch, type: slurm, site: main, cluster: batch, sacct: local }
      # - name: other-batch
      #   type: slurm
      #   site: main
      #   cluster: other-batch
      #   rest: { url: "https://slurm:6820", user: gputally, token_file: token }
      # Bookings of GPUs; format is csv (columns reservation_id, resource, start, end and more), ical
      # (calendars of Google, Outlook, Nextcloud) or librebooking (its calendar, or its report).
      # - name: bookings
      #   type: reservations
      #   site: main
      #   cluster: gpu-cluster
      #   format: csv
      #   # Or url: an address, or url_file: a file that holds an address that is itself secret.
      #   file: bookings.csv
      #   # Of times that come without a zone; left out, the one of billing days.
      #   time_zone: Asia/Seoul
      #   # Which property of an event names what is booked: location or summary.
      #   # resource: location
      #   # Hosts by the names that the booking system has for them.
      #   # hosts: { GPU Server 1: "gpu01", H100 pool: "gpu[02-04]" }
      #   # A table's own columns, and how it writes times (in the letters of PHP's date).
      #   # columns: { id: Number, resource: Device, start: Begin, end: End, user: User }
      #   # date_format: "n/j/y g:i A"
      # Whose GPUs are without any scheduler: host,gpu,gpu_count,team,user,from,to.
      # - { name: departments, type: assignments, site: main, cluster: lab, file: assignments.csv }
      # What a cloud bills; format is focus, cur2, cur, gcp, azure or oci, path a folder, a file
      # or s3://bucket/prefix, whose keys are those of the environment.
      # Charged is the effective cost, or with cost: billed what invoices ask for.
      # - { name: aws, type: bill, format: cur2, site: main, path: bills }
      # GPUs of virtual machines: which machine had what of which host, and when. OpenStack is asked
      # at Keystone's url, by an application credential, or by username, password_file and project.
      # pci_aliases says which aliases of flavours are GPUs, vgpu of which classes a GPU makes several.
      # - name: nova
      #   type: openstack
      #   site: main
      #   cluster: cloud
      #   url: https://keystone.example:5000/v3
      #   auth: { application_credential_id: a1b2c3, application_credential_secret_file: secret }
      #   pci_aliases: { a100: NVIDIA A100-SXM4-80GB }
      #   # vgpu: { VGPU: { gpu_model: NVIDIA A40, per_gpu: 4 } }
      # A vCenter is asked by a user with the role Read-only. gpu_models are models' names as
      # exporters have them, vgpu_profiles tells of profiles that vCenter alone doesn't explain.
      # - name: vcenter
      #   type: vsphere
      #   site: main
      #   cluster: vms
      #   url: https://vcenter.example
      #   username: gputally@vsphere.local
      #   password_file: password
      #   # gpu_models: { "GA100 [A100 SXM4 80GB]": NVIDIA A100-SXM4-80GB }
      #   # vgpu_profiles: { grid_a100d-20c: 4 }
      # What Rancher calls projects, so that teams match by those names; its token is in a file.
      # - name: rancher
      #   type: rancher
      #   url: https://rancher.example
      #   authorization: { credentials_file: /etc/gputally/rancher-token }
      # Hosts and their cards as Uyuni (SUSE Manager) knows them: 'gputally check' compares them
      # with the inventory, and 'gputally inventory uyuni' prints them.
      # - name: uyuni
      #   type: uyuni
      #   site: main
      #   cluster: gpu-cluster
      #   url: https://uyuni.example
      #   user: gputally
      #   password_file: /etc/gputally/uyuni-password
      #   # Groups that are called as the teams that own their hosts.
      #   owner_groups: "team-*"

    # What exists and whose it is, so that GPUs nobody saw are counted too. Hosts are named as the
    # exporter names them. owner, in_service and retired may be left out; retired is the first day
    # on which the hosts are gone.
    inventory:
      # - site: main
      #   cluster: gpu-cluster
      #   hosts: "gpu[001-200]"
      #   gpus: 8
      #   gpu_model: NVIDIA H100 80GB HBM3
      #   owner: platform
      #   in_service: 2026-01-01
    # The same from a CSV file with the columns
    # site,cluster,hosts,gpus,gpu_model,owner,in_service,retired.
    # inventory_file: hosts.csv
    # Or devices as NetBox exports them, with the heads of the columns that it has for GPUs.
    # inventory_file: { path: n.csv, format: netbox, cluster: c, columns: { gpus: GPU count } }

    # GPUs of a cloud's instance types that are new or not as you know them; divisor is for parts of
    # a card. Bills are read again where it changes.
    instance_types:
      # - { provider: aws, name: p5.48xlarge, gpus: 8, gpu_model: NVIDIA H100 80GB HBM3 }

    # Who is charged. The first team with a match wins; what matches nothing is charged to the
    # visible team 'unassigned'. All keys of one match must fit; * stands for any characters and
    # ? for one. Keys: namespace, workload, site, cluster, project (of Rancher, its id or name),
    # owner, account, user, label:NAME (of the pod), namespace_label:NAME. A name may be a path:
    # AI/Perception/Lane. Its aliases are other names that owners of hardware and the platform below
    # may go by. With
    # "from" (the first day) and "to" (the first no longer) an entry holds on some days only: for a
    # team that moves, or whose cost center changes. A team without one has that of the team above.
    teams:
      # - name: AI/Perception
      #   cost_center: CC-100
      #   aliases: [perception]
      #   match:
      #     - namespace: "perception-*"
      #     - { namespace: shared, "label:team": perception }

    # What a GPU-hour costs. The most specific rate wins: site, cluster and gpu_model may be left
    # out or be patterns; from is the first day it holds, to the first day it no longer does.
    # 'gputally post' asks for a rate for every GPU it finds: take the '#' away and set yours.
    rates:
      # - gpu_model: "NVIDIA H100*"
      #   per_gpu_hour: "2.49"
      #   from: 2026-01-01

    # What storage costs: persistent volumes, by the GiB that they hold over time. per_gib_month (its
    # hours are those of the calendar month) or per_gib_hour; counts is provisioned (what was asked
    # for) or replicated (the same for each replica). replicas says how many there are where nothing
    # tells it. The most specific rate wins, as above. Volumes are asked for where they are priced.
    storage_rates:
      # - { storage_class: "longhorn*", per_gib_month: "0.10", counts: replicated, replicas: 3 }
      # - { storage_class: "nfs-*", per_gib_hour: "0.00005", from: 2026-01-01 }

    # What 1 of another currency is worth in the currency above, month by month; amounts in other
    # currencies need it. Also as a list: [{ month: 2026-01, currency: EUR, rate: "1.08" }]
    # A CSV file with the columns month,currency,rate.
    # exchange_rates: fx.csv

    # What is paid for GPUs of your own, in place of a rate: a cost pool's cost of a day is spread
    # over the GPU-time of the day on all GPUs that its patterns fit; with "resource: storage" over
    # the GiB-hours, each replica counted, of volumes whose class fits its "storage_class".
    cost_pools:
      # - name: h100
      #   site: main
      #   cluster: gpu-cluster
      #   gpu_model: "NVIDIA H100*"
      #   # With full, time bears all of the cost; with rate-card it is priced by 'rates', and the
      #   # difference is shown as the team 'variance'.
      #   recovery: full
      #   # What was bought: loses price less residual, the same each day of its useful life.
      #   hardware:
      #     - name: first batch
      #       price: "40000000"
      #       in_service: 2026-01-01
      #       useful_life_months: 60
      #       residual: "4000000"
      #   # What is paid again and again; kind is hosting, licence, support, staff, storage, network or
      #   # other. The unit of the amount is part of its key: per_host, per_gpu, per_core or per_rack
      #   # with _hour, _month or _year, then hosts, gpus, cores or racks say how many (hosts and gpus
      #   # are the inventory's where left out); or flat_month or flat_year for all.
      #   costs:
      #     - { name: colocation, kind: hosting, per_rack_month: "1200", racks: 10 }
      #     - { name: Rancher Prime, kind: licence, per_host_year: "2000", from: 2026-01-01 }
      #     - { name: operators, kind: staff, flat_month: "30000" }
      #   # Electricity: measured energy, else the nameplate's, times what the building adds (pue).
      #   # The first tariff that fits a day and an hour of the billing zone wins.
      #   power:
      #     pue: "1.35"
      #     nameplate_watts_per_gpu: 700
      #     tariffs:
      #       - { per_kwh: "0.21", weekdays: [mon, tue, wed, thu, fri], hours: "09:00-18:00" }
      #       - { per_kwh: "0.12" }

    # Who pays for GPU-time that nobody holds:
    #   proportional  the teams holding GPUs of the same kind that day, by the time they hold
    #   even          the same teams, each the same amount
    #   owner         the team that owns the hardware (inventory)
    #   platform      the platform's team
    #   keep          nobody: it stays visible by itself
    policies:
      # Free GPUs.
      unallocated: proportional
      # Hosts that are down or drained.
      out_of_service: platform
      # GPUs in use outside the scheduler.
      unattributed: owner
      # GPUs of which nothing at all is known.
      unknown: keep
      # Hardware that one team holds and another one owns: what the owner bears of its cost.
      borrowed: { owner_percent: 0 }
      # The name of the platform's team.
      platform: platform
    # A list of such maps has policies for sites and days: "site" (may be a pattern), "from" and
    # "to". What the most specific map doesn't say is left to the others.

    # What teams may spend in a month, in the currency of reports; the teams below one are in its
    # budget. from is the first month it holds, to the first one it no longer does. 'gputally budget'
    # shows what is spent and where the month may end, and has exit status 2 where spending reached a
    # percentage of warn_percent; 'gputally run' and 'gputally status' list those too.
    budgets:
      # - { team: perception, per_month: "12000", from: 2026-01, warn_percent: [80, 100] }

    # How long samples are kept once their hours are posted; left out, always. Facts, postings and
    # reports of dropped days stay as they are, and 'gputally run' drops.
    # retention: { samples: 400d }

    # Where 'gputally export' writes its files.
    exports:
      directory: ./out

    # Where 'gputally run' leaves its own metrics for node_exporter's textfile collector.
    # metrics_file: /var/lib/node_exporter/gputally.prom

    """
}
