import type { IConstruct } from 'constructs';
import { Composite } from '../../lib/model/composite';
import type { ServiceNetwork } from '../../lib/model/edges/network-facet';
import { Environment } from '../../lib/model/environment';
import { acknowledge } from '../../lib/model/features';
import { nameOf, pinName } from '../../lib/model/names';
import { snapshot } from '../../lib/model/values/text';
import { Monitor } from '../../lib/observability/monitor';
import { ConfigFiles } from '../config-files/config-files';
import { HardenedService } from '../hardened-service/hardened-service';
import { HardenedTask } from '../hardened-task/hardened-task';
import type { Postgres } from '../postgres/postgres';
import { PostgresWithBackup } from '../postgres-with-backup/postgres-with-backup';
import type { PostgresWithBackupProps } from '../postgres-with-backup/props';
import { checkTemporal } from './check';
import { dynamicConfig, PORTS, serverConfig, uiConfig } from './config';
import { DATABASES, OWNER, storeOf, type TemporalStore } from './database';
import { temporalAlerts, temporalPanels } from './monitor';
import type { TemporalProps } from './props';
import { namespacesScript, SCHEMA } from './scripts';

const OWN = '/etc/ironhull/temporal';
const RESOURCES = { cpu: { limit: 1, reservation: '250m' }, memory: { limit: '1Gi', reservation: '512Mi' } } as const;
const SMALL = { cpu: { limit: '500m', reservation: '50m' }, memory: { limit: '256Mi', reservation: '128Mi' } } as const;

/**
 * A Temporal service: its server with all four roles in one process, its database, schemas that are brought to the server's version
 * before it starts, namespaces, a web interface, metrics.
 *
 * Whoever an edge lets connect gets `TEMPORAL_HOST` and `TEMPORAL_ADDRESS`, both `host:7233`.
 *
 * @see https://docs.temporal.io/self-hosted-guide
 */
export class Temporal extends Composite {
  /** The server. */
  readonly service: HardenedService;
  /** Its database: the one that was given, or its own. */
  readonly database: Postgres | PostgresWithBackup;
  /** What brings the schemas to the version of the image; the server starts after it. */
  readonly schema: HardenedTask;
  /** What makes namespaces; whoever needs one at its start waits for it with `startAfter`. */
  readonly namespaces: HardenedTask;
  /** The web interface. */
  readonly ui?: HardenedService;
  private readonly props: TemporalProps;
  private readonly store: TemporalStore;

  constructor(scope: IConstruct, id: string, props: TemporalProps = {}) {
    super(scope, id);
    this.props = checkTemporal(this, snapshot(props ?? {}));
    const { name, ui = 'temporalio/ui:2.49.1', variables: start = 'TEMPORAL', acknowledge: reasons } = this.props;
    if (name !== undefined) pinName(this, name);
    if (reasons) acknowledge(this, reasons);
    this.database = this.databaseOf();
    this.store = storeOf(this.database);
    this.schema = this.makeSchema();
    this.service = this.makeServer();
    this.network.offer({ [`${start}_HOST`]: this.address, [`${start}_ADDRESS`]: this.address });
    this.namespaces = this.makeNamespaces();
    if (ui !== false) this.ui = this.makeUi(ui);
    new Monitor(this, 'Monitor', { title: 'Temporal', alerts: temporalAlerts(), panels: temporalPanels() });
  }

  /** Who may connect to the frontend. */
  get network(): ServiceNetwork {
    return this.service.network;
  }

  /** Where others in the stack reach it: `xorb-temporal`. */
  get host(): string {
    return nameOf(this);
  }

  /** The frontend, for clients: `xorb-temporal:7233`. */
  get address(): string {
    return `${this.host}:${PORTS.grpc}`;
  }

  private databaseOf(): Postgres | PostgresWithBackup {
    const { database = {} } = this.props;
    if ('network' in database) return database;
    const props: PostgresWithBackupProps = {
      version: 16,
      size: '10Gi',
      ...database,
      // each of the four roles has pools of its own
      settings: { max_connections: 200, ...database.settings },
      databases: { [DATABASES.temporal]: {}, [DATABASES.visibility]: { owner: OWNER, extensions: ['btree_gin'] } },
    };
    return new PostgresWithBackup(this, 'Database', props);
  }

  private get adminTools(): string {
    return this.props.adminTools ?? 'temporalio/admin-tools:1.31.2';
  }

  private makeSchema(): HardenedTask {
    const { host, server, authority, password } = this.store;
    const schema = new HardenedTask(this, 'Schema', {
      image: this.adminTools,
      command: ['/bin/sh', `${OWN}/schema.sh`],
      files: new ConfigFiles(this, 'SchemaConfig', { files: { 'schema.sh': SCHEMA } }).filesIn(OWN),
      env: {
        SQL_PLUGIN: 'postgres12',
        SQL_HOST: host,
        SQL_PORT: 5432,
        SQL_USER: OWNER,
        SQL_PASSWORD_FILE: password,
        SQL_TLS: true,
        ...(authority ? { SQL_TLS_CA_FILE: authority, SQL_TLS_SERVER_NAME: host } : { SQL_TLS_DISABLE_HOST_VERIFICATION: true }),
      },
      resources: SMALL,
      timeout: '15m',
    });
    schema.network.allowTo(server, { env: false });
    return schema;
  }

  private makeServer(): HardenedService {
    const { image = 'temporalio/server:1.31.2', resources = RESOURCES, networks, placement, logging } = this.props;
    const { server, password, authority } = this.store;
    const service = new HardenedService(this, 'Default', {
      image,
      // a second process would take the first one's parts of the histories away, and lose them again
      replicas: 1,
      identity: 'stable',
      shutdown: { grace: '1m' },
      command: ['temporal-server'],
      args: ['--config-file', `${OWN}/temporal.yaml`, '--allow-no-auth', 'start'],
      // it does not start without a name for who runs it, and the image has none for this user
      env: { USER: 'temporal', HOME: '/tmp' },
      ports: { ...PORTS },
      metrics: { port: 'metrics' },
      files: { ...this.serverFiles(), [password.path]: password, ...(authority && { [authority.path]: authority }) },
      resources,
      health: { http: { port: 'http', path: '/api/v1/system-info' }, startPeriod: '2m' },
      acknowledge: { 'same-probe': 'the frontend answers when its roles have found each other; without its database it answers as well' },
      ...(networks && { networks }),
      ...(placement && { placement }),
      ...(logging && { logging }),
    });
    service.network.allowTo(server, { env: false });
    service.startAfter(this.schema);
    return service;
  }

  private serverFiles() {
    const { dynamicConfig: settings = {}, historyShards, logLevel } = this.props;
    const shards = historyShards ?? Environment.of(this).pick({ production: 512, staging: 512, otherwise: 4 });
    const dynamic = Object.keys(settings).length > 0;
    const text = serverConfig({
      store: this.store,
      shards,
      ...(dynamic && { dynamic: `${OWN}/dynamic.yaml` }),
      ...(logLevel && { logLevel }),
    });
    const files = { 'temporal.yaml': text, ...(dynamic && { 'dynamic.yaml': dynamicConfig(settings) }) };
    return new ConfigFiles(this, 'Config', { files }).filesIn(OWN);
  }

  private makeNamespaces(): HardenedTask {
    const script = namespacesScript(this.props.namespaces ?? {});
    const task = new HardenedTask(this, 'Namespaces', {
      image: this.adminTools,
      command: ['/bin/sh', `${OWN}/namespaces.sh`],
      files: new ConfigFiles(this, 'NamespacesConfig', { files: { 'namespaces.sh': script } }).filesIn(OWN),
      // the command line looks for its configuration at home
      env: { TEMPORAL_ADDRESS: this.address, HOME: '/tmp' },
      resources: SMALL,
    });
    task.network.allowTo(this, { ports: ['grpc'], env: false });
    return task;
  }

  private makeUi(image: string): HardenedService {
    const [namespace = 'default'] = Object.keys(this.props.namespaces ?? {}).sort();
    const files = new ConfigFiles(this, 'UiConfig', { files: { 'ui.yaml': uiConfig(this.address, namespace) } });
    const ui = new HardenedService(this, 'Ui', {
      image,
      replicas: 1,
      // in the folder that the image works in
      command: ['./ui-server'],
      // the folder is joined to the root
      args: ['--root', '/', '--config', OWN.slice(1), '--env', 'ui', 'start'],
      ports: { http: 8080 },
      files: files.filesIn(OWN),
      resources: SMALL,
      health: { http: { port: 'http', path: '/healthz' } },
      acknowledge: {
        replicas: 'nobody but people waits for it',
        'same-probe': 'it has one health endpoint, /healthz, for readiness and liveness',
      },
      ...(this.props.logging && { logging: this.props.logging }),
    });
    ui.network.allowTo(this, { ports: ['grpc'], env: false });
    return ui;
  }
}
