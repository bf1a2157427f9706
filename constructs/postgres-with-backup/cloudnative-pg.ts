import type { IConstruct } from 'constructs';
import { Composite } from '../../lib/model/composite';
import type { Connectable, ServiceNetwork } from '../../lib/model/edges/network-facet';
import { Peers } from '../../lib/model/edges/peers';
import { Environment } from '../../lib/model/environment';
import { acknowledge } from '../../lib/model/features';
import type { SecretFile } from '../../lib/model/kinds/secret';
import { nameOf } from '../../lib/model/names';
import { longestPause } from '../../lib/model/values/cron';
import type { Size } from '../../lib/model/values/quantities';
import type { EnvValue } from '../../lib/model/workload/props';
import { Monitor } from '../../lib/observability/monitor';
import { OperatorObject } from '../operator-object/operator-object';
import { checkPostgres } from '../postgres/check';
import type { Login, PostgresProps } from '../postgres/props';
import { BACKUP_ROLE, databasesOf, type KnownRole, MONITORING_ROLE, rolesOf } from '../postgres/roles';
import { type Setting, settingsOf, sizesOf } from '../postgres/settings';
import { databaseVariables } from '../postgres/variables';
import { ExistingSecret } from '../secrets/existing-secret';
import { GeneratedSecret } from '../secrets/generated-secret';
import type { Secret } from '../secrets/secret';
import { operatorAlerts } from './alerts';
import { checkCloudNativePg } from './cloudnative-pg-check';
import { clusterSpec } from './cloudnative-pg-cluster';
import * as spec from './cloudnative-pg-spec';
import type { CloudNativePgProps, PhysicalBackupProps } from './engine';
import { allowToDestinations } from './peers';
import type { BackupProps } from './props';
import { secondsOf } from './runner';

const GROUP = 'postgresql.cnpg.io/v1';
const BASE = '0 1 * * *';
/** Of PostgreSQL, of what the operator asks each instance, and of its metrics. */
const [POSTGRES, STATUS, METRICS] = [5432, 8000, 9187];

/**
 * The server of a PostgresWithBackup as a Cluster of CloudNativePG: a primary with standbys, physical backups with the
 * write-ahead log, and PgBouncer where it is asked for.
 *
 * @see https://cloudnative-pg.io/documentation/current/
 */
export class CloudNativePg extends Composite {
  /** The instances. */
  readonly cluster: OperatorObject;
  /** PgBouncer in front of the primary. */
  readonly pooler?: OperatorObject;
  /** Where physical backups go. */
  readonly objectStore?: OperatorObject;
  /** What makes base backups. */
  readonly baseBackup?: OperatorObject;
  private readonly props: PostgresProps;
  private readonly secrets = new Map<string, Secret>();
  private readonly certificates: Secret;
  private readonly physical: PhysicalBackupProps | undefined;

  constructor(
    scope: IConstruct,
    id: string,
    said: Partial<PostgresProps>,
    private readonly engine: CloudNativePgProps,
    private readonly backup: Omit<BackupProps, 'pitr'> | undefined,
  ) {
    super(scope, id);
    checkCloudNativePg(this, nameOf(this), engine, said, backup);
    this.props = checkPostgres(this, said);
    if (this.props.acknowledge) acknowledge(this, this.props.acknowledge);
    this.certificates = this.props.tls?.secret ?? new ExistingSecret(this, 'Authority', { existing: `${nameOf(this)}-ca` });
    this.physical = backup && engine.physical !== false ? (engine.physical ?? {}) : undefined;
    for (const { name, login } of this.roles()) if (login) this.secrets.set(name, this.secretOf(name));
    if (this.physical) this.objectStore = this.makeObjectStore(this.physical);
    this.cluster = this.makeCluster();
    this.makeExtensions();
    if (this.physical) this.baseBackup = this.makeBaseBackup(this.physical);
    if (engine.pooler) this.pooler = this.makePooler();
    this.network.offer(this.variables());
  }

  /** Who may connect: to PgBouncer where there is one. */
  get network(): ServiceNetwork {
    return (this.pooler ?? this.cluster).network;
  }

  /** What connects to the primary itself. */
  get direct(): Connectable {
    return this.cluster;
  }

  /** The Service of the primary. */
  get host(): string {
    return `${nameOf(this)}-rw`;
  }

  /** Where a role connects. */
  hostOf(user: string): string {
    return user === BACKUP_ROLE && this.engine.backupFrom === 'standby' ? `${nameOf(this)}-ro` : this.host;
  }

  /** Major version. */
  get version(): number {
    return this.props.version;
  }

  /** Whether pgvector is there. */
  get vector(): boolean {
    return this.props.vector ?? false;
  }

  /** Capacity of each instance's volume. */
  get size(): Size {
    return this.props.size;
  }

  /** What clients verify the server's certificate with. */
  get authority(): SecretFile {
    return this.certificates.file('ca.crt');
  }

  /** How a role logs in; `postgres` cannot, and `restore` is a superuser for restores. */
  login(user: string): Login {
    const role = user === 'postgres' ? spec.RESTORE_ROLE : user;
    return { user: role, password: (this.secrets.get(role) as Secret).file('password') };
  }

  /** The operator's own exporter tells of its instances: nobody is needed for the role of ours. */
  private roles(): KnownRole[] {
    const known = rolesOf(this.props).filter(({ name }) => name !== MONITORING_ROLE && (this.backup !== undefined || name !== BACKUP_ROLE));
    return this.backup ? [...known, { name: spec.RESTORE_ROLE, login: true }] : known;
  }

  private secretOf(role: string): Secret {
    const values = { password: {} };
    return this.engine.passwords?.[role] ?? new GeneratedSecret(this, `Login-${role}`, { values, texts: { username: role } });
  }

  private makeObjectStore(physical: PhysicalBackupProps): OperatorObject {
    const { destinations, encryption } = this.backup as Omit<BackupProps, 'pitr'>;
    const [first] = Object.values(destinations);
    const destination = destinations[physical.destination ?? ''] ?? first;
    const store = destination ? spec.objectStoreSpec(nameOf(this), destination, physical, encryption) : {};
    return new OperatorObject(this, 'ObjectStore', { apiVersion: 'barmancloud.cnpg.io/v1', kind: 'ObjectStore', spec: store });
  }

  private makeCluster(): OperatorObject {
    const name = nameOf(this);
    const operator =
      this.engine.operator ?? Peers.pods({ 'app.kubernetes.io/name': 'cloudnative-pg' }, { 'kubernetes.io/metadata.name': 'cnpg-system' });
    const metrics = this.engine.metricsFrom;
    const cluster = new OperatorObject(this, 'Default', {
      apiVersion: GROUP,
      kind: 'Cluster',
      spec: clusterSpec({
        name,
        props: this.props,
        engine: this.engine,
        instances: this.instances(),
        roles: this.roles(),
        secrets: this.secrets,
        settings: this.settings(),
        ...(this.objectStore && { store: nameOf(this.objectStore) }),
      }),
      endpoint: { host: this.host, ports: { postgres: POSTGRES } },
      pods: { 'cnpg.io/cluster': name },
      usesApiServer: true,
      inside: {
        pods: [POSTGRES, STATUS],
        peers: [{ ...operator, ports: [POSTGRES, STATUS] }, ...(metrics ? [{ ...metrics, ports: [METRICS] }] : [])],
      },
    });
    if (this.backup && this.physical) allowToDestinations(cluster, this.backup);
    return cluster;
  }

  /** Extensions that a later version of the program asks for. */
  private makeExtensions(): void {
    const [database] = databasesOf(this.props);
    if (!database) return;
    const extensions = ['pg_stat_statements', ...database.extensions].map((name) => ({ name, ensure: 'present' }));
    new OperatorObject(this, 'Extensions', {
      apiVersion: GROUP,
      kind: 'Database',
      spec: {
        cluster: { name: nameOf(this) },
        name: database.name,
        owner: database.owner,
        ensure: 'present',
        databaseReclaimPolicy: 'retain',
        extensions,
      },
    });
  }

  private makeBaseBackup({ cron = BASE }: PhysicalBackupProps): OperatorObject {
    // a run that is late, and one that takes hours, are no alarm
    const age = longestPause(cron) + 7200;
    new Monitor(this, 'Monitor', { title: 'Physical backups', alerts: operatorAlerts(age) });
    return new OperatorObject(this, 'BaseBackup', {
      apiVersion: GROUP,
      kind: 'ScheduledBackup',
      spec: {
        cluster: { name: nameOf(this) },
        schedule: spec.sixFields(cron),
        method: 'plugin',
        pluginConfiguration: { name: spec.PLUGIN },
        target: 'prefer-standby',
        backupOwnerReference: 'self',
        immediate: true,
      },
    });
  }

  private makePooler(): OperatorObject {
    const name = `${nameOf(this)}-pooler`;
    const { pooler: said } = this.engine;
    const pooler = new OperatorObject(this, 'Pooler', {
      apiVersion: GROUP,
      kind: 'Pooler',
      spec: spec.poolerSpec(nameOf(this), typeof said === 'object' ? said : {}),
      endpoint: { host: name, ports: { postgres: POSTGRES } },
      pods: { 'cnpg.io/poolerName': name },
      usesApiServer: true,
    });
    pooler.network.allowTo(this.cluster, { env: false, gate: 'none' });
    return pooler;
  }

  private settings(): Record<string, Setting> {
    const seconds = secondsOf(this.physical?.archiveTimeout, 60);
    return { ...settingsOf(sizesOf(this.props), Environment.of(this)), ...(this.physical && { archive_timeout: `${seconds}s` }) };
  }

  private instances(): number {
    return spec.instancesOf(this.engine, Environment.of(this).pick({ production: 3, otherwise: 1 }));
  }

  private variables(): Record<string, EnvValue> {
    const { variables: prefix = 'DATABASE' } = this.props;
    const [database] = databasesOf(this.props);
    if (!database) return {};
    const host = this.pooler ? nameOf(this.pooler) : this.host;
    return databaseVariables(prefix, database, { host, password: this.login(database.owner).password, authority: this.authority });
  }
}
