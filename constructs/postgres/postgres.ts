import type { IConstruct } from 'constructs';
import { Composite } from '../../lib/model/composite';
import type { ServiceNetwork } from '../../lib/model/edges/network-facet';
import { Environment } from '../../lib/model/environment';
import { acknowledge } from '../../lib/model/features';
import type { SecretFile } from '../../lib/model/kinds/secret';
import { nameOf, pinName } from '../../lib/model/names';
import type { Size } from '../../lib/model/values/quantities';
import { snapshot } from '../../lib/model/values/text';
import type { EnvValue } from '../../lib/model/workload/props';
import { ConfigFiles } from '../config-files/config-files';
import { HardenedService } from '../hardened-service/hardened-service';
import { PersistentVolume } from '../persistent-volume/persistent-volume';
import { GeneratedSecret } from '../secrets/generated-secret';
import type { Secret } from '../secrets/secret';
import { checkPostgres } from './check';
import type { Login, PostgresProps } from './props';
import { databasesOf, MONITORING_ROLE, rolesOf } from './roles';
import { HBA, RESOURCES, SETUP_HBA, settingsFile, settingsOf, sizesOf, THROW_AWAY } from './settings';
import { setupSql } from './setup';
import { START } from './start';
import { databaseVariables } from './variables';

const OWN = '/etc/ironhull/postgres';
const SHARED = '128Mi';

/**
 * A PostgreSQL server that is hardened from the start: connections over TLS with SCRAM only, checksums on every page, a
 * read-only root, roles with the rights that they need, statements that are slow or change the schema in the log. Its
 * parameters follow from its size and from the environment.
 *
 * Whoever an edge lets connect gets `DATABASE_HOST`, `DATABASE_PORT`, `DATABASE_NAME`, `DATABASE_USER`,
 * `DATABASE_PASSWORD_FILE` and `DATABASE_SSLMODE`.
 *
 * @see https://www.postgresql.org/docs/current/
 */
export class Postgres extends Composite {
  /** The server. */
  readonly service: HardenedService;
  /** What tells of it as metrics. */
  readonly exporter?: HardenedService;
  /** Its data. */
  readonly volume: PersistentVolume;
  /** The passwords of its roles. */
  readonly passwords: Secret;
  /** The image of the server. */
  readonly image: string;
  private readonly props: PostgresProps;

  constructor(scope: IConstruct, id: string, props: PostgresProps) {
    super(scope, id);
    this.props = checkPostgres(this, snapshot(props ?? {}));
    const { name, version, vector, passwords, acknowledge: reasons } = this.props;
    if (name !== undefined) pinName(this, name);
    if (reasons) acknowledge(this, reasons);
    this.image = this.props.image ?? (vector ? `pgvector/pgvector:pg${version}` : `postgres:${version}-bookworm`);
    this.passwords = passwords?.secret ?? this.generatePasswords();
    this.volume = new PersistentVolume(this, 'Data', {
      size: this.props.size,
      perReplica: true,
      ...(this.props.storageClass !== undefined && { storageClass: this.props.storageClass }),
    });
    this.service = this.makeService();
    this.network.offer(this.variables());
    const { exporter = 'quay.io/prometheuscommunity/postgres-exporter:v0.17.1' } = this.props;
    if (exporter !== false) this.exporter = this.makeExporter(exporter);
  }

  /** Who may connect. */
  get network(): ServiceNetwork {
    return this.service.network;
  }

  /** Where others in the stack reach it: `veogen-database`. */
  get host(): string {
    return nameOf(this);
  }

  /** Major version. */
  get version(): number {
    return this.props.version;
  }

  /** Whether pgvector is there. */
  get vector(): boolean {
    return this.props.vector ?? false;
  }

  /** Capacity of its volume. */
  get size(): Size {
    return this.props.size;
  }

  /** What clients verify the server's certificate with; none where the certificate is its own. */
  get authority(): SecretFile | undefined {
    const { tls } = this.props;
    return tls?.secret.file(tls.authority ?? 'ca.crt');
  }

  /** How a role logs in: an owner, one of `roles`, or `postgres`, the superuser. */
  login(user: string): Login {
    return { user, password: this.passwordOf(user) };
  }

  private generatePasswords(): Secret {
    const users = ['postgres', ...rolesOf(this.props).map(({ name }) => name)];
    return new GeneratedSecret(this, 'Passwords', { values: Object.fromEntries(users.map((user) => [`${user}-password`, {}] as const)) });
  }

  private passwordOf(role: string): SecretFile {
    return this.passwords.file(this.props.passwords?.keys?.[role] ?? `${role}-password`);
  }

  private makeService(): HardenedService {
    const { version, resources = RESOURCES, networks, placement, logging, user = '10001:10001', locale = 'C.UTF-8', beside } = this.props;
    // where the image has a folder for it that every user may write to
    const data = version >= 18 ? '/var/lib/postgresql' : '/var/lib/postgresql/data';
    const roles = rolesOf(this.props).filter(({ login }) => login);
    const passwordFiles = ['postgres', ...roles.map(({ name }) => name)].map((role) => this.passwordOf(role));
    return new HardenedService(this, 'Default', {
      image: this.image,
      user,
      replicas: 1,
      identity: 'stable',
      // open transactions end at once, and then a checkpoint is written
      shutdown: { grace: '2m', drain: '0s' },
      command: ['/bin/sh', `${OWN}/start.sh`],
      ports: { postgres: 5432 },
      env: {
        PGDATA: `${data}/pgdata`,
        DATABASE_LOCALE: locale,
        SUPERUSER_PASSWORD_FILE: this.passwordOf('postgres'),
        PASSWORD_FILES: passwordFiles.map(({ path }) => path).join(' '),
        ...this.certificate(),
        ...beside?.env,
      },
      // who goes on in the background has to have somebody that it ends with: PostgreSQL takes it for its own child
      ...(beside && { init: true }),
      files: {
        ...this.configFiles().filesIn(OWN),
        ...Object.fromEntries(passwordFiles.slice(1).map((file) => [file.path, { secret: file.secret, key: file.key }] as const)),
      },
      writable: ['/tmp', { path: '/var/run/postgresql', size: '16Mi' }, { path: '/dev/shm', size: SHARED }, ...(beside?.writable ?? [])],
      mounts: [{ volume: this.volume, path: data }],
      resources,
      // however long it recovers after a crash, nothing stops it: one that is killed then has to begin again
      health: {
        exec: ['pg_isready', '-q', '-h', '/var/run/postgresql', '-U', 'postgres'],
        startPeriod: '5m',
        recoveryPeriod: '24h',
        // a minute: where a machine is busy, a look at a server that is well may take longer than it has, and to start it again helps nobody
        retries: 6,
      },
      ...(networks && { networks }),
      ...(placement && { placement }),
      ...(logging && { logging }),
    });
  }

  private certificate(): Record<string, EnvValue> {
    const { tls } = this.props;
    if (!tls) return { TLS: 'self-signed', TLS_NAME: this.host };
    return {
      TLS: 'given',
      TLS_CERT_FILE: tls.secret.file(tls.certificate ?? 'tls.crt'),
      TLS_KEY_FILE: tls.secret.file(tls.privateKey ?? 'tls.key'),
    };
  }

  private configFiles(): ConfigFiles {
    const roles = rolesOf(this.props).map(({ login, ...role }) => ({
      ...role,
      ...(login && { passwordFile: this.passwordOf(role.name).path }),
    }));
    return new ConfigFiles(this, 'Config', {
      files: {
        'start.sh': START,
        'postgresql.conf': settingsFile(this.settings()),
        'pg_hba.conf': HBA,
        'setup_hba.conf': SETUP_HBA,
        ...(this.props.beside && { 'before-start.sh': this.props.beside.beforeStart }),
        'setup.sql': setupSql(roles, databasesOf(this.props), this.passwordOf('postgres').path),
      },
    });
  }

  private settings() {
    const { settings, durable } = this.props;
    const environment = Environment.of(this);
    const lasting = durable ?? environment.pick({ test: false, otherwise: true });
    return { ...settingsOf(sizesOf(this.props), environment), ...(!lasting && THROW_AWAY), ...settings };
  }

  /** A service of its own, and no sidecar: a Swarm has none. */
  private makeExporter(image: string): HardenedService {
    const exporter = new HardenedService(this, 'Exporter', {
      image,
      replicas: 1,
      ports: { metrics: 9187 },
      metrics: { port: 'metrics' },
      env: {
        DATA_SOURCE_URI: `${this.host}:5432/postgres?sslmode=require`,
        DATA_SOURCE_USER: MONITORING_ROLE,
        DATA_SOURCE_PASS_FILE: this.passwordOf(MONITORING_ROLE),
      },
      writable: [],
      resources: { cpu: { limit: '200m', reservation: '10m' }, memory: { limit: '64Mi', reservation: '32Mi' } },
      health: { http: { port: 'metrics', path: '/' } },
      acknowledge: { replicas: 'metrics are missing for as long as it takes to start the next one' },
      ...(this.props.networks && { networks: this.props.networks }),
      ...(this.props.logging && { logging: this.props.logging }),
    });
    // what tells how the server is waits for nobody
    exporter.network.allowTo(this, { env: false, gate: 'none' });
    return exporter;
  }

  private variables(): Record<string, EnvValue> {
    const { variables: prefix = 'DATABASE' } = this.props;
    const databases = databasesOf(this.props);
    const all: Record<string, EnvValue> = {};
    for (const database of databases) {
      const { name, owner } = database;
      const start = databases.length === 1 ? prefix : `${name.toUpperCase().replace(/[^A-Z0-9]+/g, '_')}_${prefix}`;
      const reached = { host: this.host, password: this.passwordOf(owner), authority: this.authority };
      Object.assign(all, databaseVariables(start, database, reached));
    }
    return all;
  }
}

export type { Login } from './props';
