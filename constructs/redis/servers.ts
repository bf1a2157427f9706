import type { Composite } from '../../lib/model/composite';
import type { SecretFile } from '../../lib/model/kinds/secret';
import { nameOf } from '../../lib/model/names';
import { report } from '../../lib/model/problems';
import type { ContainerProps, EnvValue, HealthProps } from '../../lib/model/workload/props';
import { ConfigFiles } from '../config-files/config-files';
import { HardenedService, type HardenedServiceProps } from '../hardened-service/hardened-service';
import type { NetworkSegment } from '../network-segment/network-segment';
import { PersistentVolume } from '../persistent-volume/persistent-volume';
import { EXPORTER_IMAGE, exporterConfig, makeExporter } from './exporter';
import type { RedisProps } from './props';
import { DATA, GATHER, HEALTH, MOVED, OWN, PRIMARY, RUN, SENTINEL, START } from './scripts';
import {
  ADMIN,
  DEFAULT,
  MONITORING,
  type Persistence,
  PRIMARY_SETTINGS,
  RESOURCES,
  rulesOf,
  SENTINEL_RULES,
  sentinelSettings,
  settingsFile,
  settingsOf,
} from './settings';

/** What the servers of a Redis are made of. */
export interface ServersProps {
  /** The Redis. */
  readonly scope: Composite;
  readonly props: RedisProps;
  readonly persistence: Persistence;
  readonly passwordOf: (user: string) => SecretFile;
  /** Where several servers meet each other. */
  readonly segment?: NetworkSegment;
}

/** Makes the servers of a Redis, what watches them, and what tells of them. */
export class Servers {
  /** The Sentinels that were made. */
  readonly sentinels: HardenedService[] = [];

  constructor(private readonly at: ServersProps) {}

  /** One server, which has the name of the Redis. */
  standalone(): HardenedService {
    return this.server('Default', this.serverConfig({}));
  }

  /** Servers of which one is written to, and Sentinels that say which. */
  replicated(count: number, sentinels: number): HardenedService[] {
    const nodes = numbers(count).map((n) => this.idOf('Node', n));
    const watchers = numbers(sentinels).map((n) => this.idOf('Sentinel', n));
    const quorum = Math.floor(sentinels / 2) + 1;
    const watching = this.sentinelConfig();
    const env = { SENTINELS: watchers.map(({ name }) => name).join(' '), QUORUM: quorum };
    const known = { ...env, NODES: nodes.map(({ name }) => name).join(' '), FIRST: nodes[0]?.name ?? '' };
    for (const { id } of watchers) {
      const last = id === watchers.at(-1)?.id;
      this.sentinels.push(this.sentinel(id, watching, { ...known, WAITS: last ? 'copies' : 'no' }));
    }
    const config = this.serverConfig({ 'primary.sh': PRIMARY });
    const servers = nodes.map(({ id }) => this.server(id, config, env, { apart: ['nodes'] }));
    this.checkNames([...servers, ...this.sentinels], [...nodes, ...watchers]);
    return servers;
  }

  /** Nodes that form a cluster by themselves: the last starts when the others are ready, and is ready when the cluster is. */
  cluster(shards: number, copies: number): HardenedService[] {
    const nodes = numbers(shards * (1 + copies)).map((n) => this.idOf('Node', n));
    const env = { NODES: nodes.map(({ name }) => name).join(' '), SHARDS: shards };
    const config = this.serverConfig({ 'gather.sh': GATHER });
    // it looks for the others in the background, and ends with the server
    const servers = nodes.map(({ id }, index) => {
      const waits = index === nodes.length - 1 ? 'cluster' : 'no';
      // no host should have a server and its copy, and none most of those that are written to
      const apart = [`shard${(index % shards) + 1}`, 'nodes'];
      return this.server(id, config, { ...env, WAITS: waits }, { init: true, apart });
    });
    this.checkNames(servers, nodes);
    const last = servers.at(-1);
    for (const other of servers.slice(0, -1)) last?.network.allowTo(other, { env: false });
    return servers;
  }

  /** A service of its own for each server, and no sidecar: a Swarm has none. */
  exporters(servers: readonly HardenedService[]): HardenedService[] {
    const { exporter = EXPORTER_IMAGE } = this.at.props;
    if (exporter === false) return [];
    const config = exporterConfig(this.at.scope);
    return servers.map((server, n) => this.exporter(servers.length === 1 ? 'Exporter' : `Exporter${n + 1}`, exporter, server, config));
  }

  private idOf(kind: string, n: number): { id: string; name: string } {
    const id = `${kind}${n}`;
    return { id, name: this.nameFor(id) };
  }

  private nameFor(id: string): string {
    return id === 'Default' ? nameOf(this.at.scope) : `${nameOf(this.at.scope)}-${id.toLowerCase()}`;
  }

  private get tls() {
    const { tls } = this.at.props;
    if (!tls) return undefined;
    return {
      certificate: tls.secret.file(tls.certificate ?? 'tls.crt'),
      privateKey: tls.secret.file(tls.privateKey ?? 'tls.key'),
      authority: tls.secret.file(tls.authority ?? 'ca.crt'),
    };
  }

  /** Variables that hold the paths of the certificate's files, which is what puts them there. */
  private get certificate(): Record<string, EnvValue> {
    const tls = this.tls;
    return tls ? { TLS: 'yes', TLS_CERT_FILE: tls.certificate, TLS_KEY_FILE: tls.privateKey, TLS_CA_FILE: tls.authority } : { TLS: 'no' };
  }

  private get tlsPaths() {
    const tls = this.tls;
    return tls && { certificate: tls.certificate.path, privateKey: tls.privateKey.path, authority: tls.authority.path };
  }

  /** Others are told these names before there is anybody who has them. */
  private checkNames(services: readonly HardenedService[], expected: readonly { readonly name: string }[]): void {
    const wrong = services.find((service, index) => nameOf(service) !== expected[index]?.name);
    const fix = 'give it a shorter one (name)';
    if (wrong) report(this.at.scope, 'name', 'leaves no room for the names of its servers', nameOf(this.at.scope), fix);
  }

  private serverConfig(scripts: Readonly<Record<string, string>>): ConfigFiles {
    const { scope, props, persistence, passwordOf } = this.at;
    const tls = this.tlsPaths;
    const users = Object.entries(rulesOf(props.users)).map(([name, rules]) => `${name} ${passwordOf(name).path} ${rules}\n`);
    const settings = settingsFile(settingsOf({ props, persistence, ...(tls && { tls }) }));
    const files = { 'start.sh': START, 'health.sh': HEALTH, users: users.join(''), 'redis.conf': settings, ...scripts };
    return new ConfigFiles(scope, 'Config', { files });
  }

  private sentinelConfig(): ConfigFiles {
    const settings = { 'sentinel.conf': settingsFile(sentinelSettings(this.tlsPaths)), 'primary.conf': settingsFile(PRIMARY_SETTINGS) };
    return new ConfigFiles(this.at.scope, 'SentinelConfig', {
      files: { 'start.sh': SENTINEL, 'health.sh': HEALTH, 'moved.sh': MOVED, ...settings },
    });
  }

  private server(
    id: string,
    config: ConfigFiles,
    env: Readonly<Record<string, EnvValue>> = {},
    more: Partial<Service> = {},
  ): HardenedService {
    const { props, persistence, passwordOf } = this.at;
    const passwords = Object.keys(rulesOf(props.users)).map(passwordOf);
    return this.service(id, config, {
      ports: { redis: 6379 },
      env: { WAITS: 'no', PERSISTENCE: persistence, ...env },
      passwords,
      resources: props.resources ?? RESOURCES,
      ...(persistence !== 'none' && { size: props.size }),
      // however long it loads its data, nothing stops it
      health: { recoveryPeriod: '24h' },
      ...more,
    });
  }

  private sentinel(id: string, config: ConfigFiles, env: Readonly<Record<string, EnvValue>>): HardenedService {
    return this.service(id, config, {
      ports: { sentinel: 26379 },
      // a name that is gone with its container must not hold it up for long
      env: {
        ...env,
        RES_OPTIONS: 'timeout:1 attempts:1',
        DEFAULT_PASSWORD_FILE: this.at.passwordOf(DEFAULT),
        DEFAULT_RULES: SENTINEL_RULES,
      },
      passwords: [],
      resources: { cpu: { limit: '200m', reservation: '20m' }, memory: { limit: '64Mi', reservation: '32Mi' } },
      // which server it knew last
      size: '64Mi',
      health: {},
      apart: ['sentinels'],
      // it takes every process that is left over in its container for a script of its own
      init: true,
    });
  }

  private service(id: string, config: ConfigFiles, what: Service): HardenedService {
    const { scope, props, passwordOf, segment } = this.at;
    const { image = 'redis:7.4-bookworm', user = '999:999', placement, logging, networks = [], storageClass } = props;
    const volume =
      what.size &&
      new PersistentVolume(scope, id === 'Default' ? 'Data' : `${id}Data`, {
        size: what.size,
        perReplica: true,
        ...(storageClass !== undefined && { storageClass }),
      });
    return new HardenedService(scope, id, {
      image,
      user,
      replicas: 1,
      identity: 'stable',
      // it writes down what it has, and a copy takes what is on its way
      shutdown: { grace: '1m', drain: '0s' },
      command: ['/bin/sh', `${OWN}/start.sh`],
      ports: what.ports,
      env: { NODE: this.nameFor(id), ...what.env, ADMIN_PASSWORD_FILE: passwordOf(ADMIN), ...this.certificate },
      files: {
        ...config.filesIn(OWN),
        ...Object.fromEntries(what.passwords.map((file) => [file.path, { secret: file.secret, key: file.key }] as const)),
      },
      ...(what.init && { init: true }),
      writable: volume
        ? [{ path: RUN, size: '16Mi' }]
        : [
            { path: RUN, size: '16Mi' },
            { path: DATA, size: '16Mi' },
          ],
      ...(volume && { mounts: [{ volume, path: DATA }] }),
      resources: what.resources,
      // a minute: where a machine is busy, a look at a server that is well may take longer than it has, and to start it again helps nobody
      health: { exec: ['/bin/sh', `${OWN}/health.sh`], startPeriod: '1m', retries: 6, ...what.health },
      networks: [...(segment ? [{ network: segment }] : []), ...networks],
      placement: { ...(what.apart && { spreadWith: what.apart.map((group) => `${nameOf(scope)}-${group}`) }), ...placement },
      ...(logging && { logging }),
    });
  }

  private exporter(id: string, image: string, server: HardenedService, config: ConfigFiles): HardenedService {
    const { scope, props, passwordOf, segment } = this.at;
    const { tls } = this;
    return makeExporter(scope, id, config, {
      image,
      server,
      env: {
        REDIS_ADDR: `${tls ? 'rediss' : 'redis'}://${server.endpoint('redis')}`,
        REDIS_USER: MONITORING,
        PASSWORD_FILE: passwordOf(MONITORING),
        // it may not read the configuration
        REDIS_EXPORTER_CONFIG_COMMAND: '-',
        ...(tls && { REDIS_EXPORTER_TLS_CA_CERT_FILE: tls.authority }),
      },
      networks: [...(segment ? [{ network: segment }] : []), ...(props.networks ?? [])],
      ...(props.logging && { logging: props.logging }),
    });
  }
}

/** What a server and a Sentinel differ in. */
interface Service {
  readonly ports: Readonly<Record<string, number>>;
  readonly env: Readonly<Record<string, EnvValue>>;
  /** Passwords that no variable puts there. */
  readonly passwords: readonly SecretFile[];
  readonly resources: NonNullable<ContainerProps['resources']>;
  /** Capacity of its volume. */
  readonly size?: NonNullable<RedisProps['size']>;
  readonly health: Pick<HealthProps, 'recoveryPeriod'>;
  readonly init?: HardenedServiceProps['init'];
  /** Those that it is kept apart from, as long as there are hosts enough; the first counts most. */
  readonly apart?: readonly string[];
}

const numbers = (count: number) => Array.from({ length: count }, (_, index) => index + 1);
