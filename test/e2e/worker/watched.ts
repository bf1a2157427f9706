/** Workers and their Redis, and the dashboard of both with a Prometheus that answers what it asks. */
import type { Construct } from 'constructs';
import {
  dashboardFile,
  ExistingSecret,
  type GrafanaDashboard,
  type GrafanaTarget,
  MonitoredWorker,
  type MonitoredWorkerProps,
  Queues,
  Redis,
} from '../../../lib';
import { type Answered, Prometheus } from '../support/prometheus';
import { until } from '../support/run';

/** Image of everything but the exporters. */
export const IMAGE = 'redis:7.4-bookworm';
/** Name and keys of the passwords. */
export const PASSWORDS = { name: 'passwords', keys: ['default-password', 'admin-password', 'monitoring-password'] } as const;
/** Memory that a worker may have, in bytes. */
export const MEMORY = 96 * 2 ** 20;

/** Says to Redis what it is given, with the password of the file. It may take longer on a slow machine; a worker may be silent for 90 s. */
export const SAY = `say() { { printf 'AUTH "%s"\\n' "$(cat "$REDIS_PASSWORD_FILE")"; echo "$*"; } | timeout 20 redis-cli -h "$REDIS_HOST" | tail -n +2; }`;
/** Takes a job now and then; the one that finds that somebody should end does so. */
const WORK = `${SAY}
while touch "$WORKER_HEARTBEAT_FILE"; do
  [ "$(say getdel "end-$HOSTNAME")" != now ] || exit 1
  say lpop "$WORKER_QUEUE" >/dev/null
  sleep 1
done`;

/** The command by which a worker says something to Redis. */
export const sayTo = (...command: readonly string[]): string[] => ['sh', '-c', `${SAY}; say "$@"`, 'say', ...command];

/** Lets a worker say something to Redis, again where it had no answer in time. */
export const heard = (say: () => Promise<string>): Promise<string> =>
  until('Redis has heard', say, (said) => /^(OK|\d+)$/.test(said.trim()), 60_000);

/** Two workers and a Redis. */
export function buildWatched(scope: Construct, alerts: MonitoredWorkerProps['alerts'] = {}): { redis: Redis; worker: MonitoredWorker } {
  const resources = { cpu: { limit: '500m', reservation: '5m' }, memory: { limit: '96Mi', reservation: '32Mi' } } as const;
  const secret = new ExistingSecret(scope, 'Passwords', { existing: PASSWORDS.name });
  const redis = new Redis(scope, 'Redis', { size: '1Gi', resources, passwords: { secret } });
  const worker = new MonitoredWorker(scope, 'Worker', {
    image: IMAGE,
    user: '10999:10999',
    command: ['/bin/sh', '-c', WORK],
    resources,
    replicas: 2,
    queue: Queues.redisList(redis, 'jobs'),
    alerts,
  });
  return { redis, worker };
}

/** A query, and the title of its panel. */
export type Asked = readonly [title: string, target: GrafanaTarget];

/** The dashboard as Grafana reads it, and each query in it. */
export class Board {
  readonly prometheus: Prometheus;
  readonly json: GrafanaDashboard;
  readonly asked: readonly Asked[];

  constructor(root: Construct, port: number) {
    this.prometheus = new Prometheus(port);
    this.json = JSON.parse(dashboardFile(root, { title: 'Watched' })) as GrafanaDashboard;
    this.asked = this.json.panels.flatMap((panel) =>
      panel.type === 'row' ? [] : panel.targets.map((target) => [`${panel.title}: ${target.expr}`, target] as const),
    );
  }

  /** What a panel shows last, by what stands in its legend. */
  async shown(title: string): Promise<Readonly<Record<string, number>>> {
    const target = this.asked.find(([one]) => one.startsWith(`${title}: `))?.[1];
    if (!target) throw new Error(`no panel is called ${title}`);
    return this.last(target);
  }

  /** Waits for what a panel shows. */
  until(
    what: string,
    title: string,
    right: (shown: Readonly<Record<string, number>>) => boolean,
  ): Promise<Readonly<Record<string, number>>> {
    return until(what, () => this.shown(title), right, 200_000);
  }

  /** Waits until a query has an answer of numbers, with a legend for each series. */
  async answers([title, target]: Asked): Promise<void> {
    const numbers = (shown: Readonly<Record<string, number>>) => {
      return Object.keys(shown).length > 0 && Object.entries(shown).every(([name, value]) => name !== '' && Number.isFinite(value));
    };
    // what is asked of each whole minute has an answer after one
    await until(title, () => this.last(target), numbers, 180_000);
  }

  private async last(target: GrafanaTarget): Promise<Readonly<Record<string, number>>> {
    const answer = await this.prometheus.ask(target);
    const legend = ({ metric }: Answered) => target.legendFormat.replace(/{{(\w+)}}/g, (_, label) => metric[label] ?? '');
    const names = answer.map(legend);
    if (new Set(names).size < names.length) throw new Error(`two series of ${target.expr} have one name: ${names.join(', ')}`);
    return Object.fromEntries(answer.map((one, i) => [names[i], Number(one.values.at(-1)?.[1])]));
  }
}
