import type { IConstruct } from 'constructs';
import { Composite } from '../../lib/model/composite';
import type { ServiceNetwork } from '../../lib/model/edges/network-facet';
import { acknowledge } from '../../lib/model/features';
import type { SecretFile } from '../../lib/model/kinds/secret';
import { nameOf, pinName } from '../../lib/model/names';
import { snapshot } from '../../lib/model/values/text';
import type { EnvValue } from '../../lib/model/workload/props';
import { Monitor } from '../../lib/observability/monitor';
import { ConfigFiles } from '../config-files/config-files';
import { HardenedService } from '../hardened-service/hardened-service';
import { PersistentVolume } from '../persistent-volume/persistent-volume';
import type { Login } from '../postgres/props';
import { GeneratedSecret } from '../secrets/generated-secret';
import type { Secret } from '../secrets/secret';
import { checkQuestDb } from './check';
import { questDbAlerts, questDbPanels } from './monitor';
import type { QuestDbProps, QuestDbSetting } from './props';
import { START } from './start';

const OWN = '/etc/ironhull/questdb';
const DATA = '/var/lib/questdb';
/** QuestDB 8 unpacks its native libraries and loads them: a Swarm lets nothing be run from scratch space, a volume does. */
const NATIVE = `${DATA}/.native`;
const RESOURCES = { cpu: { limit: 2, reservation: '500m' }, memory: { limit: '2Gi', reservation: '1Gi' } } as const;
const PORTS = { http: 9000, postgres: 8812, ilp: 9009, metrics: 9003 } as const;

/**
 * A QuestDB server, a database for time series, that is hardened from the start: a password over HTTP and over the wire of
 * PostgreSQL, none of it in the environment of the container, a read-only root, metrics, a health check that no load starves.
 *
 * Whoever an edge lets connect gets `QUESTDB_HOST`, `QUESTDB_HTTP_PORT`, `QUESTDB_PG_PORT`, `QUESTDB_ILP_PORT`, `QUESTDB_DATABASE`,
 * `QUESTDB_USER` and `QUESTDB_PASSWORD_FILE`.
 *
 * @see https://questdb.com/docs/
 */
export class QuestDb extends Composite {
  /** The server. */
  readonly service: HardenedService;
  /** Its data. */
  readonly volume: PersistentVolume;
  /** The passwords of its users. */
  readonly passwords: Secret;
  private readonly props: QuestDbProps;

  constructor(scope: IConstruct, id: string, props: QuestDbProps) {
    super(scope, id);
    this.props = checkQuestDb(this, snapshot(props ?? {}));
    const { name, passwords, reader, size, storageClass, acknowledge: reasons } = this.props;
    if (name !== undefined) pinName(this, name);
    if (reasons) acknowledge(this, reasons);
    this.passwords = passwords?.secret ?? this.generatePasswords([this.admin, ...(reader === undefined ? [] : [reader])]);
    this.volume = new PersistentVolume(this, 'Data', { size, perReplica: true, ...(storageClass !== undefined && { storageClass }) });
    this.service = this.makeService();
    this.network.offer(this.variables());
    new Monitor(this, 'Monitor', { title: 'QuestDB', alerts: questDbAlerts(nameOf(this.volume)), panels: questDbPanels() });
  }

  /** Who may connect. */
  get network(): ServiceNetwork {
    return this.service.network;
  }

  /** Where others in the stack reach it: `site-quest-db`. */
  get host(): string {
    return nameOf(this);
  }

  /** Who may do everything. */
  get admin(): string {
    return this.props.admin ?? 'admin';
  }

  /** How a user logs in. */
  login(user: string = this.admin): Login {
    const key = this.props.passwords?.keys?.[user] ?? `${user}-password`;
    return { user, password: this.passwords.file(key) };
  }

  private generatePasswords(users: readonly string[]): Secret {
    return new GeneratedSecret(this, 'Passwords', { values: Object.fromEntries(users.map((user) => [`${user}-password`, {}] as const)) });
  }

  private makeService(): HardenedService {
    const { image = 'questdb/questdb:8.2.1', resources = RESOURCES, user = '10001:10001', lineTcp = true } = this.props;
    const { networks, placement, logging } = this.props;
    const { ilp, ...ports } = PORTS;
    return new HardenedService(this, 'Default', {
      image,
      user,
      replicas: 1,
      identity: 'stable',
      // what was taken is written to its tables
      shutdown: { grace: '2m', drain: '0s' },
      command: ['/bin/sh', `${OWN}/start.sh`, '/docker-entrypoint.sh'],
      ports: { ...ports, ...(lineTcp && { ilp }) },
      metrics: { port: 'metrics' },
      env: { ...this.settings(), ...this.credentials(), NATIVE_LIBRARIES: NATIVE, JVM_PREPEND: `-Djava.io.tmpdir=${NATIVE}` },
      files: new ConfigFiles(this, 'Config', { files: { 'start.sh': START } }).filesIn(OWN),
      mounts: [{ volume: this.volume, path: DATA }],
      resources,
      health: { http: { port: 'metrics', path: '/status' }, startPeriod: '2m', recoveryPeriod: '1h' },
      ...(networks && { networks }),
      ...(placement && { placement }),
      ...(logging && { logging }),
    });
  }

  /** Parameters as variables: QuestDB writes its configuration to the volume, and these count more. */
  private settings(): Record<string, EnvValue> {
    const settings: Record<string, QuestDbSetting> = {
      'metrics.enabled': true,
      'telemetry.enabled': false,
      // a thread of its own: the check is not late when queries take all others
      'http.min.worker.count': 1,
      // who asks whether it is well, or for metrics, has no password
      'http.health.check.authentication.required': false,
      'line.tcp.enabled': this.props.lineTcp ?? true,
      ...this.props.settings,
    };
    return Object.fromEntries(Object.entries(settings).map(([name, value]) => [variable(name), value] as const));
  }

  private credentials(): Record<string, EnvValue> {
    const { reader } = this.props;
    const { user, password } = this.login();
    return {
      QDB_HTTP_USER: user,
      QDB_HTTP_PASSWORD_FILE: password,
      QDB_PG_USER: user,
      QDB_PG_PASSWORD_FILE: password,
      ...(reader !== undefined && {
        QDB_PG_READONLY_USER_ENABLED: true,
        QDB_PG_READONLY_USER: reader,
        QDB_PG_READONLY_PASSWORD_FILE: this.login(reader).password,
      }),
    };
  }

  private variables(): Record<string, EnvValue> {
    const { variables: start = 'QUESTDB', lineTcp = true } = this.props;
    const { user, password }: { user: string; password: SecretFile } = this.login();
    return {
      [`${start}_HOST`]: this.host,
      [`${start}_HTTP_PORT`]: PORTS.http,
      [`${start}_PG_PORT`]: PORTS.postgres,
      ...(lineTcp && { [`${start}_ILP_PORT`]: PORTS.ilp }),
      [`${start}_DATABASE`]: 'qdb',
      [`${start}_USER`]: user,
      [`${start}_PASSWORD_FILE`]: password,
    };
  }
}

/** `cairo.max.uncommitted.rows` is `QDB_CAIRO_MAX_UNCOMMITTED_ROWS`. */
function variable(setting: string): string {
  return `QDB_${setting.toUpperCase().replaceAll('.', '_')}`;
}
