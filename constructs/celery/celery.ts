import type { IConstruct } from 'constructs';
import { Composite } from '../../lib/model/composite';
import type { Connectable } from '../../lib/model/edges/network-facet';
import { acknowledge } from '../../lib/model/features';
import { pinName } from '../../lib/model/names';
import { tryDuration } from '../../lib/model/values/quantities';
import { snapshot } from '../../lib/model/values/text';
import type { EnvValue } from '../../lib/model/workload/props';
import { Monitor } from '../../lib/observability/monitor';
import { ConfigFiles } from '../config-files/config-files';
import { HardenedService } from '../hardened-service/hardened-service';
import type { HardenedTask } from '../hardened-task/hardened-task';
import { MonitoredWorker } from '../monitored-worker/monitored-worker';
import { Queues } from '../monitored-worker/queues';
import { PersistentVolume } from '../persistent-volume/persistent-volume';
import { checkCelery, checkCeleryWorker, isBroker, NO_QUEUE } from './check';
import { celeryAlerts, celeryPanels } from './monitor';
import type { CeleryBeatProps, CeleryFlowerProps, CeleryPool, CeleryProgramProps, CeleryProps, CeleryWorkerProps } from './props';
import { FLOWER_CONFIG, START } from './start';

const OWN = '/etc/ironhull/celery';
const STATE = '/var/lib/celery';
const FLOWER_DATA = '/data';
const HEARTBEAT = '/tmp/heartbeat';
const CONCURRENCY: Readonly<Record<CeleryPool, number>> = { prefork: 4, threads: 4, gevent: 200, eventlet: 200, solo: 1 };
const WORKER = { cpu: { limit: 1, reservation: '250m' }, memory: { limit: '1Gi', reservation: '512Mi' } } as const;
const SMALL = { cpu: { limit: '500m', reservation: '50m' }, memory: { limit: '512Mi', reservation: '256Mi' } } as const;

/**
 * An application of Celery: workers, beat, which is there exactly once, also while one version replaces another, and Flower, which
 * keeps what it has seen and tells of jobs as metrics. The password of the broker is in a file alone.
 *
 * @see https://docs.celeryq.dev/en/stable/
 */
export class Celery extends Composite {
  /** The workers. */
  readonly worker: MonitoredWorker;
  /** What sends periodic jobs. */
  readonly beat?: HardenedService;
  /** The monitor. */
  readonly flower?: HardenedService;
  private readonly workers: MonitoredWorker[] = [];
  private readonly props: CeleryProps;
  private readonly config: ConfigFiles;

  constructor(scope: IConstruct, id: string, props: CeleryProps) {
    super(scope, id);
    this.props = checkCelery(this, snapshot(props ?? {}));
    const { name, worker = {}, beat = {}, flower = {}, acknowledge: reasons } = this.props;
    if (name !== undefined) pinName(this, name);
    if (reasons) acknowledge(this, reasons);
    this.config = new ConfigFiles(this, 'Config', { files: { 'start.py': START, 'flowerconfig.py': FLOWER_CONFIG } });
    this.worker = this.makeWorker('Worker', checkCeleryWorker(this, 'worker', worker));
    if (beat !== false) this.beat = this.makeBeat(beat);
    if (flower !== false) {
      this.flower = this.makeFlower(flower);
      const limits = this.limits(flower, beat === false ? undefined : beat.pulse);
      new Monitor(this, 'Monitor', { title: 'Celery', alerts: celeryAlerts(limits), panels: celeryPanels(limits) });
    }
  }

  /** Workers and beat: those that do what the application does, and have to reach what it needs. */
  get programs(): readonly (MonitoredWorker | HardenedService)[] {
    return [...this.workers, ...(this.beat ? [this.beat] : [])];
  }

  /** Adds more workers, such as those of another queue. */
  addWorker(id: string, props: CeleryWorkerProps): MonitoredWorker {
    return this.makeWorker(id, checkCeleryWorker(this, `addWorker ${id}`, snapshot(props ?? {})));
  }

  /** Lets workers and beat connect to what the application needs, such as its database; Flower needs nothing but the broker. */
  allowTo(...others: Connectable[]): void {
    for (const program of this.programs) for (const other of others) program.network.allowTo(other);
  }

  /** Workers and beat start only after tasks have ended without an error, such as migrations. */
  startAfter(...tasks: HardenedTask[]): void {
    for (const program of this.programs) program.startAfter(...tasks);
  }

  private makeWorker(id: string, props: CeleryWorkerProps): MonitoredWorker {
    const { pool = 'prefork', queues = ['celery'], replicas, scaling, drain, alerts, exporter, args = [], ...program } = props;
    const { concurrency = CONCURRENCY[pool] } = props;
    const { broker, mounts, logLevel = 'info', database, authority } = this.props;
    const redis = { ...(database !== undefined && { database }), ...(authority && { authority }) };
    const worker = new MonitoredWorker(this, id, {
      ...this.container(program, WORKER),
      command: this.command('worker', '--pool', pool, '--concurrency', String(concurrency), '--queues', queues.join(',')),
      args: ['--loglevel', logLevel, '--task-events', ...args],
      queue: isBroker(broker) ? Queues.celery(broker, queues, redis) : NO_QUEUE,
      concurrency,
      ...(mounts && { mounts }),
      ...(replicas !== undefined && { replicas }),
      ...(scaling && { scaling }),
      ...(drain !== undefined && { drain }),
      ...(alerts !== undefined && { alerts }),
      ...(exporter !== undefined && { exporter }),
    });
    this.workers.push(worker);
    return worker;
  }

  private makeBeat({ scheduler, storage, args = [], pulse: _pulse, ...program }: CeleryBeatProps): HardenedService {
    const { logLevel = 'info' } = this.props;
    const own = scheduler === undefined;
    const container = this.container(program, SMALL);
    const beat = new HardenedService(this, 'Beat', {
      ...container,
      env: { ...container.env, WORKER_HEARTBEAT_FILE: HEARTBEAT },
      // a second one would send every periodic job twice
      replicas: 1,
      identity: 'stable',
      shutdown: { grace: '30s' },
      command: this.command('beat', ...(own ? ['--schedule', `${STATE}/schedule`] : ['--scheduler', scheduler])),
      // it looks at least once a minute, and writes no file with its number: the root is read-only
      args: ['--loglevel', logLevel, '--max-interval', '60', '--pidfile=', ...args],
      writable: [...(program.writable ?? ['/tmp']), ...(own && storage === undefined ? [{ path: STATE, size: '16Mi' as const }] : [])],
      ...(storage !== undefined && { mounts: [{ volume: this.volume('BeatData', storage), path: STATE }] }),
      health: { heartbeat: { path: HEARTBEAT, maxAge: '3m' }, startPeriod: '2m' },
      acknowledge: { 'same-probe': 'beat serves nobody, so it is ready when it is alive' },
    });
    if (isBroker(this.props.broker)) beat.network.allowTo(this.props.broker);
    return beat;
  }

  private makeFlower(props: CeleryFlowerProps): HardenedService {
    const { basicAuth, storage = '1Gi', saveInterval = '30s', purgeAfter = '10m', args = [], alerts: _alerts, ...program } = props;
    const container = this.container(program, SMALL);
    const kept = ['--persistent=True', `--db=${FLOWER_DATA}/flower.db`, `--state_save_interval=${tryDuration(saveInterval) ?? 30_000}`];
    const flower = new HardenedService(this, 'Flower', {
      ...container,
      env: { ...container.env, ...(basicAuth && { FLOWER_USER: basicAuth.user, FLOWER_PASSWORD_FILE: basicAuth.password }) },
      // two would count every event twice
      replicas: 1,
      identity: 'stable',
      command: this.command('flower'),
      args: [
        '--port=5555',
        `--conf=${OWN}/flowerconfig.py`,
        ...(storage === false ? [] : kept),
        `--purge_offline_workers=${(tryDuration(purgeAfter) ?? 600_000) / 1000}`,
        ...args,
      ],
      ports: { http: 5555 },
      metrics: { port: 'http' },
      ...(storage !== false && { mounts: [{ volume: this.volume('FlowerData', storage), path: FLOWER_DATA }] }),
      health: { http: { port: 'http', path: '/healthcheck' }, startPeriod: '1m' },
      acknowledge: { 'same-probe': 'Flower has one health endpoint, /healthcheck, for readiness and liveness' },
    });
    if (isBroker(this.props.broker)) flower.network.allowTo(this.props.broker);
    return flower;
  }

  private volume(id: string, size: NonNullable<CeleryBeatProps['storage']>): PersistentVolume {
    return new PersistentVolume(this, id, { size, perReplica: true });
  }

  /** What all programs have in common. */
  private container({ image, resources, env, writable }: CeleryProgramProps, usual: typeof WORKER | typeof SMALL) {
    const { user, files, workingDirectory, networks, placement, logging } = this.props;
    return {
      image: image ?? this.props.image,
      ...(user !== undefined && { user }),
      ...(workingDirectory !== undefined && { workingDirectory }),
      env: { ...this.broker(), ...this.props.env, ...env },
      files: { ...this.config.filesIn(OWN), ...files },
      resources: resources ?? usual,
      ...(writable && { writable }),
      ...(networks && { networks }),
      ...(placement && { placement }),
      ...(logging && { logging }),
    };
  }

  private command(program: string, ...more: readonly string[]): string[] {
    return [this.props.python ?? 'python', `${OWN}/start.py`, 'celery', '-A', this.props.app, program, ...more];
  }

  private broker(): Record<string, EnvValue> {
    const { broker, database = 0, results, authority } = this.props;
    const { user, password } = broker.login();
    return {
      BROKER_HOST: broker.host,
      BROKER_PORT: 6379,
      BROKER_USER: user,
      BROKER_PASSWORD_FILE: password,
      BROKER_DATABASE: database,
      ...(results !== undefined && { RESULTS_DATABASE: results }),
      ...(authority && { BROKER_CA_FILE: authority }),
    };
  }

  private limits({ alerts = {} }: CeleryFlowerProps, pulse: CeleryBeatProps['pulse']) {
    const seconds = (time: NonNullable<typeof alerts.runtime>) => (tryDuration(time) ?? 300_000) / 1000;
    return {
      failures: alerts.failures ?? 0.05,
      runtime: seconds(alerts.runtime ?? '5m'),
      ...(pulse && { pulse: { task: pulse.task, within: seconds(pulse.within ?? '10m') } }),
    };
  }
}
