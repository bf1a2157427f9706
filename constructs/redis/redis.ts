import type { IConstruct } from 'constructs';
import { Composite } from '../../lib/model/composite';
import { ServiceNetwork } from '../../lib/model/edges/network-facet';
import { Environment } from '../../lib/model/environment';
import { acknowledge } from '../../lib/model/features';
import type { SecretFile } from '../../lib/model/kinds/secret';
import { nameOf, pinName } from '../../lib/model/names';
import { report } from '../../lib/model/problems';
import { interpolate, type Template } from '../../lib/model/values/template';
import { snapshot } from '../../lib/model/values/text';
import type { EnvValue } from '../../lib/model/workload/props';
import { Monitor } from '../../lib/observability/monitor';
import type { HardenedService } from '../hardened-service/hardened-service';
import { NetworkSegment } from '../network-segment/network-segment';
import type { OperatorObject } from '../operator-object/operator-object';
import { GeneratedSecret } from '../secrets/generated-secret';
import type { Secret } from '../secrets/secret';
import { redisAlerts } from './alerts';
import { checkRedis } from './check';
import type { RedisOperatorProps } from './engine';
import { Operated, sentinelHost } from './operator';
import { checkOperated } from './operator-check';
import { redisPanels } from './panels';
import type { RedisLogin, RedisProps } from './props';
import { Servers } from './servers';
import { ADMIN, DEFAULT, MONITORING, type Persistence } from './settings';

/** How many Sentinels watch servers: a majority of them decides. */
const SENTINELS = 3;

/** Whatever makes servers, or what stands for them, of each mode. */
interface Makes<T> {
  standalone(): T;
  cluster(shards: number, copies: number): readonly T[];
  replicated(servers: number, sentinels: number): readonly T[];
}

/**
 * A Redis 7 that is hardened from the start: a password for every user and rights for each, a read-only root, data that
 * survives a crash, memory that ends before the container's does. One server, one with copies and Sentinels, or a cluster.
 *
 * Whoever an edge lets connect gets `REDIS_HOST`, `REDIS_PORT` and `REDIS_PASSWORD_FILE`; of several servers
 * `REDIS_SENTINELS` and `REDIS_SENTINEL_PRIMARY`, or `REDIS_NODES`, in place of the first two.
 *
 * @see https://redis.io/docs/latest/operate/oss_and_stack/management/
 */
export class Redis extends Composite {
  /** The servers; of one that is not `standalone`, each by itself, since each has a name by which others find it. */
  readonly servers: readonly HardenedService[];
  /** What watches the servers of `replicated`, and says which of them is written to. */
  readonly sentinels: readonly HardenedService[];
  /** What tells of each server as metrics. */
  readonly exporters: readonly HardenedService[];
  /** What an operator makes the servers of, where there is an `engine`; then the Sentinels. There are no servers of ours then. */
  readonly objects: readonly OperatorObject[];
  /** Who may connect: to all servers, and to the Sentinels. */
  readonly network: ServiceNetwork;
  /** The passwords of its users. */
  readonly passwords: Secret;
  private readonly props: RedisProps;

  constructor(scope: IConstruct, id: string, props: RedisProps) {
    super(scope, id);
    this.props = checkRedis(this, snapshot(props ?? {}));
    const { name, mode, passwords, acknowledge: reasons } = this.props;
    if (name !== undefined) pinName(this, name);
    if (reasons) acknowledge(this, reasons);
    this.passwords = passwords?.secret ?? this.generatePasswords();
    const made = this.props.engine ? this.makeObjects(this.props.engine) : this.makeServers();
    this.servers = made.servers;
    this.sentinels = made.sentinels;
    this.exporters = made.exporters;
    this.objects = made.objects;
    const [first, ...more] = [...this.objects, ...this.servers, ...this.sentinels];
    this.network = ServiceNetwork.together(first as HardenedService, ...more);
    this.network.offer(this.variables());
    if (this.props.exporter !== false)
      new Monitor(this, 'Monitor', {
        title: 'Redis',
        alerts: redisAlerts({
          name: nameOf(this),
          mode: mode ?? 'standalone',
          copies: this.copies,
          operated: this.objects.length > 0,
          persistent: this.persistence !== 'none',
        }),
        panels: redisPanels(mode ?? 'standalone'),
      });
  }

  /** Whether it is one server, one with copies, or a cluster. */
  get mode(): NonNullable<RedisProps['mode']> {
    return this.props.mode ?? 'standalone';
  }

  /** Where others in the stack reach the only server, or the first of several: `octocode-redis`. */
  get host(): string {
    const [first] = this.servers;
    return first ? nameOf(first) : this.mode === 'standalone' ? nameOf(this) : `${nameOf(this)}-master`;
  }

  /** Where others in the stack reach every server: `octocode-redis:6379`. What an operator made has one for each kind of servers. */
  get endpoints(): readonly string[] {
    if (this.props.engine) return this.operatedEndpoints();
    return this.servers.map((server) => server.endpoint('redis'));
  }

  /** The certificate of who signed those of the servers, if they take TLS. */
  get authority(): SecretFile | undefined {
    const { tls } = this.props;
    return tls?.secret.file(tls.authority ?? 'ca.crt');
  }

  /** How data outlives the process. */
  get persistence(): NonNullable<RedisProps['persistence']> {
    return (
      this.props.persistence ??
      (this.props.mode === 'standalone' ? Environment.of(this).pick<Persistence>({ test: 'none', otherwise: 'aof' }) : 'aof')
    );
  }

  /** How a user logs in: `default`, one of `users`, or `admin`, who may do everything. */
  login(user: string = DEFAULT): RedisLogin {
    if (this.props.engine && user !== DEFAULT)
      report(this, 'login', 'the redis-operator makes no users beside default', user, 'leave the user out, or leave engine out');
    return { user, password: this.passwordOf(user) };
  }

  /**
   * An address for programs that take nothing else, with the password in it: whoever may look at such a container can read
   * it. The password must not need escaping within an address, as generated ones do not. Of one server only.
   *
   * @param database number of the database, 0 to 15
   */
  url(database = 0): Template {
    if (this.mode !== 'standalone')
      report(this, 'url', 'several servers have no address in common', this.props.mode, 'use REDIS_SENTINELS or REDIS_NODES');
    if (!(Number.isInteger(database) && database >= 0 && database <= 15))
      report(this, 'url', 'is no number of a database', database, 'use 0 to 15');
    const password = this.passwords.key(this.keyOf(DEFAULT));
    const scheme = this.props.tls ? 'rediss' : 'redis';
    return interpolate`${scheme}://${DEFAULT}:${password}@${this.endpoints[0] ?? ''}/${String(database)}`;
  }

  private makeServers() {
    // they speak with each other on more ports than clients use, and look for each other before they are ready
    const segment = this.mode === 'standalone' ? undefined : new NetworkSegment(this, 'Servers', { internal: true, open: true });
    const all = new Servers({
      scope: this,
      props: this.props,
      persistence: this.persistence,
      passwordOf: (user) => this.passwordOf(user),
      ...(segment && { segment }),
    });
    const servers = this.ofMode(all);
    return { servers, sentinels: all.sentinels, exporters: all.exporters(servers), objects: [] };
  }

  private makeObjects(engine: RedisOperatorProps) {
    const { props, persistence } = this;
    checkOperated(this, nameOf(this), props);
    const password = this.passwords.key(this.keyOf(DEFAULT));
    const all = new Operated({ scope: this, props, persistence, password, engine });
    return { servers: [], sentinels: [], exporters: [], objects: this.ofMode(all) };
  }

  private ofMode<T>(all: Makes<T>): readonly T[] {
    if (this.mode === 'standalone') return [all.standalone()];
    return this.mode === 'cluster' ? all.cluster(this.shards, this.copies) : all.replicated(this.copies + 1, SENTINELS);
  }

  private operatedEndpoints(): string[] {
    const name = nameOf(this);
    if (this.mode === 'standalone') return [`${name}:6379`];
    const [first, copies] = this.mode === 'cluster' ? ['leader', 'follower'] : ['master', 'replica'];
    return [`${name}-${first}:6379`, ...(this.copies > 0 ? [`${name}-${copies}:6379`] : [])];
  }

  private get shards(): number {
    return this.props.shards ?? 3;
  }

  private get copies(): number {
    const { mode, copies } = this.props;
    return copies ?? (mode === 'replicated' ? 2 : mode === 'cluster' ? 1 : 0);
  }

  private generatePasswords(): Secret {
    const users = this.props.engine ? [DEFAULT] : [DEFAULT, ADMIN, MONITORING, ...Object.keys(this.props.users ?? {})];
    return new GeneratedSecret(this, 'Passwords', { values: Object.fromEntries(users.map((user) => [`${user}-password`, {}] as const)) });
  }

  private passwordOf(user: string): SecretFile {
    return this.passwords.file(this.keyOf(user));
  }

  private keyOf(user: string): string {
    return this.props.passwords?.keys?.[user] ?? `${user}-password`;
  }

  private variables(): Record<string, EnvValue> {
    const { variables: prefix = 'REDIS', mode } = this.props;
    const { authority, endpoints } = this;
    const sentinels = this.props.engine
      ? `${sentinelHost(nameOf(this))}:26379`
      : this.sentinels.map((one) => one.endpoint('sentinel')).join(',');
    const places: Record<string, EnvValue> =
      mode === 'cluster'
        ? { [`${prefix}_NODES`]: endpoints.join(',') }
        : mode === 'replicated'
          ? { [`${prefix}_SENTINELS`]: sentinels, [`${prefix}_SENTINEL_PRIMARY`]: 'primary' }
          : { [`${prefix}_HOST`]: this.host, [`${prefix}_PORT`]: 6379 };
    return {
      ...places,
      [`${prefix}_PASSWORD_FILE`]: this.passwordOf(DEFAULT),
      ...(authority && { [`${prefix}_CA_FILE`]: authority }),
    };
  }
}
