import type { IConstruct } from 'constructs';
import { Composite } from '../../lib/model/composite';
import type { ServiceNetwork } from '../../lib/model/edges/network-facet';
import { acknowledge } from '../../lib/model/features';
import type { Kind } from '../../lib/model/kinds';
import { nameOf, pinName } from '../../lib/model/names';
import type { Part, Tunable } from '../../lib/model/part';
import { snapshot } from '../../lib/model/values/text';
import type { HealthProps, SidecarProps } from '../../lib/model/workload/props';
import { Monitor } from '../../lib/observability/monitor';
import { HardenedService } from '../hardened-service/hardened-service';
import type { HardenedTask } from '../hardened-task/hardened-task';
import type { OperatorObject } from '../operator-object/operator-object';
import { EXPORTER_IMAGE } from '../redis/exporter';
import { workerAlerts } from './alerts';
import { checkWorker } from './check';
import { queueExporter } from './exporter';
import { workerPanels } from './panels';
import { concurrencyOf, connectTo, drainOf, programEnv } from './program';
import type { LivenessProps, MonitoredWorkerProps } from './props';
import { isRedis } from './queues';
import { makeScaler, operated } from './scaler';

/** Time to close connections after the last job. */
const TO_CLOSE = 10;

/**
 * A service without a port that takes jobs from a queue: it is told where, how many at once and how long it has to finish; it
 * is alive for as long as it touches a file; what waits is measured, and somebody is told when it is too much.
 *
 * The program is told by variables (`WORKER_QUEUE`, `WORKER_CONCURRENCY`, `WORKER_DRAIN_SECONDS`, `WORKER_HEARTBEAT_FILE`, and
 * what the server of the queue offers), and loses no job if it keeps the contract in the README: it acknowledges a job when
 * that is done, and on SIGTERM takes no other one.
 */
export class MonitoredWorker extends Composite {
  /** The workers. */
  readonly service: HardenedService;
  /** What tells of the queue. */
  readonly exporter?: HardenedService;
  /** What scales by the length of the queue. */
  readonly scaler?: OperatorObject;
  /** Alerts and panels. */
  readonly monitor?: Monitor;

  constructor(scope: IConstruct, id: string, said: MonitoredWorkerProps) {
    super(scope, id);
    const props = checkWorker(this, snapshot(said ?? {}));
    if (props.name !== undefined) pinName(this, props.name);
    acknowledge(this, { 'same-probe': 'a worker serves nobody, so it is ready when it is alive', ...props.acknowledge });
    const { queue, exporter = isRedis(queue) ? EXPORTER_IMAGE : false, scaling, singleton = false, alerts = {} } = props;
    this.service = this.makeService(props);
    connectTo(queue, this.service.network);
    if (exporter !== false && isRedis(queue)) this.exporter = queueExporter(this, exporter, queue, props);
    if (scaling && !singleton) this.scaler = makeScaler(this, queue, scaling, concurrencyOf(props.concurrency).count);
    if (alerts === false) return;
    const watched = { name: nameOf(this), queue, toZero: scaling?.min === 0, singleton, alerts };
    this.monitor = new Monitor(this, 'Monitor', {
      title: `Worker ${nameOf(this)}`,
      alerts: workerAlerts(watched),
      panels: workerPanels(watched),
    });
  }

  /** Whom it may connect to, and who may fetch its metrics. */
  get network(): ServiceNetwork {
    return this.service.network;
  }

  /** The workers as a part: what `tune` and other constructs refer to. */
  get part(): Part<'workload'> {
    return this.service.part;
  }

  /** Adds a container beside each replica, in its network namespace, such as an exporter that has to see its processes. */
  addSidecar(name: string, props: SidecarProps): void {
    this.service.addSidecar(name, props);
  }

  /** Starts only after tasks have ended without an error, such as migrations. */
  startAfter(...tasks: HardenedTask[]): void {
    this.service.startAfter(...tasks);
  }

  /** Edits the native object of one platform: the typed way to anything that is not foreseen here. */
  tune<N extends { readonly [K in Kind]: object }>(platform: Tunable<N>, edit: (native: N['workload']) => void): void {
    this.service.tune(platform, edit);
  }

  private makeService(props: MonitoredWorkerProps): HardenedService {
    const { queue, concurrency, processMemory, alerts, exporter, name, acknowledge: reasons, ...rest } = props;
    const { drain, liveness, metrics, scaling, singleton, replicas, env, ...workload } = rest;
    const health = healthOf(liveness, drainOf(drain));
    return new HardenedService(this, 'Default', {
      ...workload,
      env: { ...programEnv(props, health && 'heartbeat' in health ? health.heartbeat?.path : undefined), ...env },
      // nobody sends it anything that would have to stop before
      shutdown: { grace: `${drainOf(drain) + TO_CLOSE}s`, drain: '0s' },
      ...(health && { health }),
      ...(metrics && {
        ports: { metrics: metrics.port },
        metrics: {
          port: 'metrics',
          ...(metrics.path !== undefined && { path: metrics.path }),
          ...(metrics.from && { from: metrics.from }),
        },
      }),
      ...(singleton
        ? { identity: 'stable', replicas: 1 }
        : scaling
          ? { scaling: operated(scaling) }
          : replicas !== undefined && { replicas }),
    });
  }
}

function healthOf(liveness: LivenessProps | false | undefined, drain: number): HealthProps | undefined {
  if (liveness === false) return undefined;
  const { heartbeat = '/tmp/heartbeat', maxAge = `${drain + 30}s` as const, exec, ...times } = liveness ?? {};
  return { ...times, ...(exec ? { exec } : { heartbeat: { path: heartbeat, maxAge } }) };
}
