import type { IConstruct } from 'constructs';
import { Composite } from '../../lib/model/composite';
import type { ServiceNetwork } from '../../lib/model/edges/network-facet';
import { acknowledge } from '../../lib/model/features';
import type { Kind } from '../../lib/model/kinds';
import { nameOf, pinName } from '../../lib/model/names';
import type { Tunable } from '../../lib/model/part';
import { longestPause } from '../../lib/model/values/cron';
import { snapshot } from '../../lib/model/values/text';
import { type AlertRule, Monitor } from '../../lib/observability/monitor';
import { HardenedTask } from '../hardened-task/hardened-task';
import { checkProgram } from './check';
import { connectTo, drainOf, pascal, programEnv } from './program';
import type { ScheduledWorkerProps, WorkerAlertsProps } from './props';
import { series } from './series';

/**
 * A worker that runs on a schedule, does the jobs that wait, and ends: a HardenedTask that is told of its queue as a
 * MonitoredWorker is, and is missed when it does not run. Two runs never overlap.
 */
export class ScheduledWorker extends Composite {
  /** What runs. */
  readonly task: HardenedTask;
  /** Alerts. */
  readonly monitor?: Monitor;

  constructor(scope: IConstruct, id: string, said: ScheduledWorkerProps) {
    super(scope, id);
    const asked = snapshot(said ?? {}) as ScheduledWorkerProps;
    const props = { ...asked, ...checkProgram(this, asked) };
    const { queue, concurrency, processMemory, drain, alerts = {}, name, acknowledge: reasons, env, ...task } = props;
    if (name !== undefined) pinName(this, name);
    if (reasons) acknowledge(this, reasons);
    this.task = new HardenedTask(this, 'Default', {
      ...task,
      env: { ...programEnv(props), ...env },
      shutdown: { grace: `${drainOf(drain) + 10}s` },
    });
    connectTo(queue, this.task.network);
    if (alerts === false) return;
    const rules = missedAlerts(nameOf(this), props.schedule?.cron, alerts);
    this.monitor = new Monitor(this, 'Monitor', { title: `Worker ${nameOf(this)}`, alerts: rules });
  }

  /** Whom it may connect to. */
  get network(): ServiceNetwork {
    return this.task.network;
  }

  /** Edits the native object of one platform: the typed way to anything that is not foreseen here. */
  tune<N extends { readonly [K in Kind]: object }>(platform: Tunable<N>, edit: (native: N['task']) => void): void {
    this.task.tune(platform, edit);
  }
}

/**
 * A run that is late, and one that takes an hour, are no alarm.
 *
 * @see https://github.com/kubernetes/kube-state-metrics/blob/main/docs/metrics/workload/cronjob-metrics.md
 */
function missedAlerts(name: string, cron: string, { matchers = {} }: WorkerAlertsProps): AlertRule[] {
  let pause: number;
  try {
    pause = longestPause(cron);
  } catch {
    // reported by the task
    return [];
  }
  const of = (what: string) => `max(${series(`kube_cronjob_${what}`, { cronjob: name }, matchers)})`;
  // one that never succeeded has no such time
  const succeeded = of('status_last_successful_time');
  return [
    {
      alert: `${pascal(name)}Missed`,
      expr: `time() - (${succeeded} or ${of('created')}) > ${pause + 3600}`,
      for: '5m',
      severity: 'page',
      summary: `${name} has not run to its end since it should have`,
      description: 'It is suspended, cannot start, or fails. Look at the last Job of the CronJob.',
    },
    {
      alert: `${pascal(name)}Failed`,
      // neither the pods of attempts that were repeated, nor a Job that is kept for its log after a later run succeeded
      expr: `${of('status_last_schedule_time')} > (${succeeded} or vector(0)) and on() ${of('status_active')} == 0`,
      for: '1m',
      severity: 'ticket',
      summary: `A run of ${name} failed`,
      description: 'All attempts of a run failed. The next one comes by the schedule; jobs wait until then.',
    },
  ];
}
