import type { IConstruct } from 'constructs';
import { Composite } from '../../lib/model/composite';
import type { ServiceNetwork } from '../../lib/model/edges/network-facet';
import { Environment } from '../../lib/model/environment';
import { nameOf, pinName } from '../../lib/model/names';
import { snapshot } from '../../lib/model/values/text';
import type { EnvValue, TaskProps } from '../../lib/model/workload/props';
import { Monitor } from '../../lib/observability/monitor';
import { HardenedService } from '../hardened-service/hardened-service';
import { HardenedTask } from '../hardened-task/hardened-task';
import { PersistentVolume } from '../persistent-volume/persistent-volume';
import { type Login, Postgres } from '../postgres/postgres';
import type { PostgresProps } from '../postgres/props';
import { BACKUP_ROLE } from '../postgres/roles';
import { archiveAlerts, backupAlerts } from './alerts';
import { checkBackup } from './check';
import { CloudNativePg } from './cloudnative-pg';
import { withoutPitr } from './cloudnative-pg-check';
import { type BackupDefaults, defaultsOf } from './defaults';
import { guardOf, limitsOf } from './limits';
import { archivePanels, backupPanels } from './panels';
import { allowToDestinations } from './peers';
import { archiveLimits, archiveSettings, archivingServer, pitrEnv, pitrPlace } from './pitr';
import type { BackupProps, BackupSchedule, PitrProps, PostgresWithBackupProps } from './props';
import { contentEnv, destinationEnv, type Identity, retentionEnv, timesOf } from './runner';

const RESOURCES = { cpu: { limit: 1, reservation: '100m' }, memory: { limit: '512Mi', reservation: '128Mi' } } as const;
/** As the image's entry point: orphans of a run that was ended are reaped. */
const PROGRAM = ['tini', '--', 'pg-backup'] as const;
/** When what is only ever started by hand would run. */
const NEVER = '0 0 1 1 *';

/** A program of the runner, in a container with the identity that it needs and no other. */
interface Program {
  readonly id: string;
  readonly verb: readonly string[];
  readonly identity: Identity;
  readonly schedule: BackupSchedule | false;
  readonly variable: string;
  readonly login?: Login;
  readonly readsBackups?: boolean;
  readonly env?: Readonly<Record<string, EnvValue>>;
}

/**
 * A PostgreSQL server that proves its own backups. Each is made from one snapshot, read back whole before it counts,
 * encrypted before it leaves, and restored by drills that compare every row.
 *
 * Each of the runner's containers has one identity: who writes backups cannot read them, and who deletes them can do
 * neither.
 *
 * @see https://www.postgresql.org/docs/current/backup-dump.html
 */
export class PostgresWithBackup extends Composite {
  /** The server, where it is a Cluster of CloudNativePG. */
  readonly cluster?: CloudNativePg;
  private readonly server: Postgres | CloudNativePg;
  /** What makes backups. */
  readonly backup?: HardenedTask;
  /** What deletes backups that retention does not keep. */
  readonly prune?: HardenedTask;
  /** What restores a backup into a throw-away server and compares it. */
  readonly drill?: HardenedTask;
  /** What restores when it is started by hand. */
  readonly restore?: HardenedTask;
  /** What recovers to a point in time in a throw-away server, and looks at every page. */
  readonly pitrDrill?: HardenedTask;
  /** What tells of the state of the backups, as metrics. */
  readonly status?: HardenedService;
  private readonly defaults: BackupDefaults = defaultsOf(Environment.of(this));

  constructor(scope: IConstruct, id: string, props: PostgresWithBackupProps) {
    super(scope, id);
    const { backup: said, name, engine, ...server } = snapshot(props ?? {}) as PostgresWithBackupProps;
    if (name !== undefined) pinName(this, name);
    const backup = checkBackup(this, engine ? withoutPitr(this, said) : said, server, this.defaults);
    if (engine) this.cluster = new CloudNativePg(this, 'Default', server, engine, backup);
    this.server = this.cluster ?? new Postgres(this, 'Default', { ...server, ...this.archiving(backup, server) });
    if (!backup) return;
    const { schedule = this.defaults.schedule, drill = this.defaults.drill } = backup;
    const readable = backup.encryption?.kind !== 'age' || backup.encryption.identity !== undefined;
    const deletes = Object.values(backup.destinations).some(({ pruner }) => pruner);
    this.backup = this.add(backup, {
      id: 'Backup',
      verb: ['backup', '--kind', 'scheduled'],
      identity: 'writer',
      schedule,
      variable: 'BACKUP_CRON',
      login: this.server.login(BACKUP_ROLE),
      env: { BACKUP_PRUNE: false },
    });
    if (deletes) {
      const after = schedule === false ? false : { ...schedule, cron: hourLater(schedule.cron, 2) };
      const env = retentionEnv(backup, this.defaults);
      this.prune = this.add(backup, {
        id: 'Prune',
        verb: ['prune'],
        identity: 'pruner',
        schedule: after,
        variable: 'BACKUP_PRUNE_CRON',
        env,
      });
    }
    if (readable) {
      const target = drill === false ? 'latest' : (drill.target ?? 'latest');
      const drilled = { verb: ['drill', target], schedule: drill, variable: 'BACKUP_DRILL_CRON', env: { BACKUP_DRILL_TARGET: target } };
      this.drill = this.add(backup, { id: 'Drill', identity: 'restorer', readsBackups: true, ...drilled });
      const login = this.server.login('postgres');
      this.restore = this.add(backup, {
        id: 'Restore',
        verb: ['restore'],
        identity: 'restorer',
        schedule: false,
        variable: '',
        readsBackups: true,
        login,
      });
    }
    if (backup.pitr) this.pitrDrill = this.addPitr(backup, backup.pitr);
    this.status = this.makeStatus(backup, guardOf(backup, schedule, readable && drill));
    this.watch(backup, schedule, readable && drill);
  }

  /** The server of one node. @throws Error where it is a Cluster: see `cluster` */
  get database(): Postgres {
    if (!(this.server instanceof Postgres)) throw new Error(`${this.node.path}: the server is a Cluster of CloudNativePG; use cluster`);
    return this.server;
  }

  /** Who may connect to the server. */
  get network(): ServiceNetwork {
    return this.server.network;
  }

  /** What the server has that archives: the programs for it, and a way to the bucket. */
  private archiving(backup: BackupProps | undefined, server: Partial<PostgresProps>): Partial<PostgresProps> {
    if (!backup?.pitr) return {};
    const { version, vector = false, settings } = server;
    return {
      ...archivingServer(this, backup.pitr, backup, imageOf(backup, version, vector)),
      settings: { ...settings, ...archiveSettings(backup.pitr) },
    };
  }

  private addPitr(backup: BackupProps, pitr: PitrProps): HardenedTask {
    allowToDestinations(this.database, backup);
    const schedule = pitr.drill ?? this.defaults.pitr ?? false;
    const env = pitrEnv(pitr, backup);
    return this.add(backup, {
      id: 'PitrDrill',
      verb: ['pitr-drill'],
      identity: 'restorer',
      schedule,
      variable: 'BACKUP_PITR_DRILL_CRON',
      env,
    });
  }

  private add(backup: BackupProps, program: Program): HardenedTask {
    const { id, verb, identity, schedule, variable, login } = program;
    const { deadline, jitter } = timesOf(schedule);
    const props: TaskProps = {
      ...this.container(backup),
      command: [...PROGRAM, ...verb],
      attempts: 3,
      timeout: `${deadline + jitter}s`,
      schedule: {
        cron: schedule === false ? NEVER : schedule.cron,
        ...(schedule !== false && schedule.timeZone !== undefined && { timeZone: schedule.timeZone }),
        suspend: schedule === false,
        resident: [...PROGRAM, schedule === false ? 'idle' : 'schedule'],
      },
      mounts: [
        { volume: new PersistentVolume(this, `${id}Staging`, { size: backup.staging ?? this.server.size, keep: false }), path: '/staging' },
      ],
      env: {
        ...this.common(backup, identity),
        ...(schedule !== false && { [variable]: schedule.cron, BACKUP_JITTER: jitter, BACKUP_DEADLINE: deadline }),
        ...(program.readsBackups && backup.encryption?.kind === 'age' && { BACKUP_AGE_IDENTITY_FILE: backup.encryption.identity }),
        ...(login && this.connection(login)),
        ...program.env,
      } as Record<string, EnvValue>,
    };
    const task = new HardenedTask(this, id, props);
    if (login) task.network.allowTo(this.cluster?.direct ?? this.server, { env: false });
    allowToDestinations(task, backup);
    return task;
  }

  private makeStatus(backup: BackupProps, guard: ReturnType<typeof guardOf>): HardenedService {
    const status = new HardenedService(this, 'BackupStatus', {
      ...this.container(backup),
      replicas: 1,
      command: [...PROGRAM, 'serve'],
      ports: { metrics: 9188 },
      metrics: { port: 'metrics', path: '/metrics.txt' },
      env: {
        ...this.common(backup, 'restorer'),
        ...retentionEnv(backup, this.defaults),
        ...(backup.pitr && pitrPlace(backup.pitr, backup)),
        BACKUP_STAGING: '/tmp/staging',
        BACKUP_METRICS_FILE: '/tmp/metrics/metrics.txt',
        ...guard.env,
      },
      ...guard.props,
      health: { tcp: { port: 'metrics' }, startPeriod: '2m' },
      acknowledge: { replicas: 'metrics are missing for as long as it takes to start the next one' },
    });
    allowToDestinations(status, backup);
    return status;
  }

  private watch(backup: BackupProps, schedule: BackupSchedule | false, drill: BackupSchedule | false): void {
    const archive = backup.pitr && archiveLimits(backup.pitr, this.defaults);
    const [alerts, panels] = archive ? [archiveAlerts(archive), archivePanels(archive)] : [[], []];
    if (schedule === false) {
      if (archive) new Monitor(this, 'Monitor', { title: 'Points in time', alerts, panels });
      return;
    }
    const limits = limitsOf(backup, schedule, drill, this.defaults);
    new Monitor(this, 'Monitor', {
      title: 'Backups',
      alerts: [...backupAlerts(limits), ...alerts],
      panels: [...backupPanels(limits.backupAge, limits.restore), ...panels],
    });
  }

  /** What all of the runner's containers have in common. */
  private container(backup: BackupProps) {
    const { vector, version } = this.server;
    return {
      image: imageOf(backup, version, vector),
      user: '10001:10001',
      resources: backup.resources ?? RESOURCES,
      writable: [{ path: '/tmp', size: '64Mi' }],
    } as const;
  }

  private common(backup: BackupProps, identity: Identity): Record<string, EnvValue> {
    return {
      ...destinationEnv(backup, identity, nameOf(this)),
      ...contentEnv(backup, this.defaults),
      BACKUP_ENVIRONMENT: Environment.of(this).name,
    };
  }

  private connection({ user, password }: Login): Record<string, EnvValue> {
    const authority = this.server.authority;
    return {
      PGHOST: this.cluster?.hostOf(user) ?? this.server.host,
      PGPORT: 5432,
      PGUSER: user,
      PGPASSWORD_FILE: password,
      PGSSLMODE: authority ? 'verify-full' : 'require',
      ...(authority && { PGSSLROOTCERT: authority }),
    };
  }
}

/** The runner's image, which is the server's as well where it archives. */
function imageOf({ image }: BackupProps, version: number | undefined, vector: boolean): string {
  return image ?? `ironhull/postgres-backup:${version}${vector ? '-vector' : ''}`;
}

/** The same time, some hours later; a schedule with another form of hours stays. */
function hourLater(cron: string, hours: number): string {
  const [minute, hour, ...rest] = cron.split(' ');
  return /^\d+$/.test(hour ?? '') ? [minute, (Number(hour) + hours) % 24, ...rest].join(' ') : cron;
}
