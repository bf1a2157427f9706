/** A system in production on a real node, with a namespace beside it from which a stranger asks. */
import { App } from 'cdk8s';
import type { Construct } from 'constructs';
import type { Job } from 'kubernetes-types/batch/v1';
import type { Container, ContainerStateTerminated, Pod, PodSpec, Service } from 'kubernetes-types/core/v1';
import { Environments, HardenedService, HardenedTask } from '../../../lib';
import { IronhullChart, kubernetes } from '../../../lib/platforms/kubernetes';
import { createNamespace, kubectl, kubectlLater, Namespace, patiently, removeNamespace } from '../kubernetes/kubectl';
import { must, until } from '../support/run';
import { fromEach, reached, type Target } from './reach';

/** What a stand-in is told beside what the system says, by the name of its service. */
export type Told = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** An answer, and when it was there. */
export interface Answer {
  /** In whole seconds since 1970. */
  readonly at: number;
  /** `failed` if there was none. */
  readonly said: string;
}

/** Asks again and again until /tmp/stop is there: at most ten new connections a second. What is lost never ends; a slow machine takes its time. */
const ASK = `
rm -f /tmp/stop
ask() {
  while [ ! -e /tmp/stop ]; do
    said=$(timeout 15 wget -q -O - "$1") || said=failed
    echo "$(date +%s) $said"
    sleep 0.2
  done
}
ask "$0" & ask "$0" & wait`;

/** Files of secrets and of tokens, each with what is in it. */
const FILES = `find -L /run/secrets ! -path '*/..*' -type f 2>/dev/null | while read -r file; do echo "$file $(base64 "$file" | tr -d '\\n')"; done`;

/** The environment with which the processes of a container begin, and then that of each as the kernel shows it. */
const ENVIRONMENTS = `
env
for process in /proc/[0-9]*; do
  grep -q environ "$process/cmdline" 2>/dev/null || tr '\\0' '\\n' <"$process/environ" 2>/dev/null
done; true`;

/** Who puts a title where the kernel shows the environment: nginx and Redis. */
export const TITLED: readonly string[] = ['gateway', 'redis'];

/** A system of `apps/`, with the names of what belongs to it. */
export class System {
  readonly namespace: Namespace;
  /** Where the stranger lives. */
  readonly outside: Namespace;
  /** Of this run: the node's volumes are used again, with what is in them. */
  private readonly folder = `/var/lib/postgresql/data/${Date.now().toString(36)}`;

  constructor(
    readonly name: string,
    private readonly told: Told = {},
  ) {
    this.namespace = new Namespace(`ironhull-${name}`);
    this.outside = new Namespace(`ironhull-${name}-outside`);
  }

  /** Makes both namespaces, with the secret in the one and the stranger in the other. */
  prepare(secret: string, values: Readonly<Record<string, string>>): void {
    for (const { name } of [this.namespace, this.outside]) createNamespace(name);
    const literals = Object.entries(values).map(([key, value]) => `--from-literal=${key}=${value}`);
    this.namespace.run('create', 'secret', 'generic', secret, ...literals);
    kubectl(['--namespace', this.outside.name, 'apply', '-f', '-'], JSON.stringify(STRANGER));
    this.outside.rolledOut('client');
  }

  /**
   * The manifests of production. What the node cannot do is tuned, and nothing else: production reserves more than the
   * node's 2 cores; its volumes are used again, so Postgres has a folder of this run; images were imported, so none is
   * pulled; and stand-ins are told how to behave by variables.
   */
  manifests(build: (stack: Construct) => void): string {
    const app = new App();
    const options = { environment: Environments.production, namespace: this.namespace.name, imagePullPolicy: 'IfNotPresent' } as const;
    const chart = new IronhullChart(app, `${this.name}-production`, options);
    build(chart);
    for (const one of chart.node.findAll()) {
      if (one instanceof HardenedService)
        one.tune(kubernetes, (native) => this.fitNode((native.statefulSet ?? native.deployment).spec.template.spec));
      if (one instanceof HardenedTask) one.tune(kubernetes, ({ job }) => this.fitNode(job.spec.template.spec));
    }
    return app.synthYaml();
  }

  /** Applies manifests strictly, and gives what there is to warn of. */
  apply(manifests: string): string {
    return kubectl(['apply', '--server-side', '--validate=strict', '-f', '-'], manifests).err;
  }

  /** Pods of a service that are not on their way out. */
  pods(service: string): Pod[] {
    const { items } = this.namespace.get('pods', '-l', `app.kubernetes.io/instance=${this.name}-${service}`);
    return (items as Pod[]).filter(({ metadata }) => metadata?.deletionTimestamp === undefined);
  }

  /** The first of them. */
  pod(service: string): Pod {
    const [pod] = this.pods(service);
    if (!pod) throw new Error(`there is no pod of ${service}`);
    return pod;
  }

  /** The Service of a name, which has an address. */
  address(service: string): string {
    const { spec } = this.namespace.get('service', `${this.name}-${service}`) as Service;
    return spec?.clusterIP ?? 'none';
  }

  jobs(): Job[] {
    return this.namespace.get('jobs').items;
  }

  /** The command that runs another one within a pod, in the container of the service. */
  inside(pod: Pod, service: string): string[] {
    return ['kubectl', '--namespace', this.namespace.name, 'exec', String(pod.metadata?.name), '-c', `${this.name}-${service}`, '--'];
  }

  /** Runs a line of shell within a pod, in the container of the service. */
  shell(pod: Pod, service: string, line: string): Promise<string> {
    const [command, ...args] = this.inside(pod, service);
    return patiently(() => must(command as string, [...args, 'sh', '-c', line]));
  }

  /** The address that a pod is told for the name of a service. */
  async lookUp(pod: Pod, service: string, name: string): Promise<string> {
    const said = await this.shell(pod, service, `nslookup ${this.name}-${name}.${this.namespace.name}.svc.cluster.local`);
    return /^Name:.*\nAddress: (\S+)$/m.exec(said)?.[1] ?? said;
  }

  /** The environments of the processes in a container, as the kernel has them. */
  environments(pod: Pod, service: string): Promise<string> {
    return this.shell(pod, service, ENVIRONMENTS);
  }

  /** The files below /run/secrets that a process has, and what is in them. */
  async files(pod: Pod, service: string): Promise<Record<string, string>> {
    const lines = (await this.shell(pod, service, FILES)).split('\n').filter(Boolean);
    return Object.fromEntries(lines.map((line) => [line.split(' ')[0], Buffer.from(line.split(' ')[1] ?? '', 'base64').toString()]));
  }

  /** Which of the targets the stranger reaches; there should be so many. */
  fromOutside(targets: readonly Target[], count: number): Promise<Target[]> {
    return reachedAtLast(['kubectl', '--namespace', this.outside.name, 'exec', 'deployment/client', '--'], targets, count);
  }

  /** What the stranger is answered. */
  answerOutside(url: string): string {
    return this.outside.run('exec', 'deployment/client', '--', 'timeout', '10', 'wget', '-q', '-O', '-', url);
  }

  /** What the stranger is answered while something else goes on. */
  async asking(url: string, meanwhile: () => Promise<void>): Promise<Answer[]> {
    const exec = ['exec', 'deployment/client', '--'];
    let count = 0;
    const said = kubectlLater(['--namespace', this.outside.name, ...exec, 'sh', '-c', ASK, url], (out) => {
      count = out.split('\n').length - 1;
    });
    try {
      // some before, some after
      const asked = async () => count;
      await until('the stranger is answered', asked, (all) => all >= 50, 120_000);
      await meanwhile();
      const before = count;
      await new Promise((resolve) => setTimeout(resolve, 4000));
      await until('it is still answered', asked, (all) => all >= before + 20, 60_000);
    } finally {
      this.outside.run(...exec, 'touch', '/tmp/stop');
    }
    const lines = (await said).split('\n').filter(Boolean);
    return lines.map((line) => ({ at: Number(line.split(' ', 1)[0]), said: line.slice(line.indexOf(' ') + 1) }));
  }

  /** Everything that the cluster shows to those who may not read secrets: all objects and all logs. */
  async shown(): Promise<{ objects: string; logs: string }> {
    const kinds =
      'pods,deployments,statefulsets,replicasets,jobs,cronjobs,services,configmaps,events,networkpolicies,serviceaccounts,persistentvolumeclaims';
    const pods = this.namespace.get('pods').items as Pod[];
    // the clock may just have started one, which has said nothing yet
    const names = pods.filter(({ status }) => status?.phase !== 'Pending').map(({ metadata }) => String(metadata?.name));
    const logs = names.map((pod) => this.namespace.run('logs', pod, '--all-containers', '--tail=-1'));
    return { objects: this.namespace.run('get', kinds, '-o', 'json'), logs: logs.join('\n') };
  }

  dispose(): void {
    // first, as a namespace that waits for pods looks for them again after half of their grace periods only
    this.namespace.run('delete', 'deployments,statefulsets,jobs,pods', '--all', '--ignore-not-found', '--timeout=300s');
    for (const { name } of [this.outside, this.namespace]) removeNamespace(name);
  }

  private fitNode(pod: PodSpec | undefined): void {
    for (const container of [...(pod?.initContainers ?? []), ...(pod?.containers ?? [])]) {
      container.resources = { ...container.resources, requests: { ...container.resources?.requests, cpu: '5m', memory: '16Mi' } };
      const told = { ...this.told[container.name.slice(this.name.length + 1)], ...(has(container, 'PGDATA') && { PGDATA: this.folder }) };
      if (Object.keys(told).length === 0) continue;
      const kept = (container.env ?? []).filter(({ name }) => !(name in told));
      container.env = [...kept, ...Object.entries(told).map(([name, value]) => ({ name, value }))];
    }
  }
}

/** A pod of another namespace, under no policy. */
const STRANGER = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'client' },
  spec: {
    replicas: 1,
    selector: { matchLabels: { app: 'client' } },
    template: {
      metadata: { labels: { app: 'client' } },
      spec: {
        terminationGracePeriodSeconds: 1,
        securityContext: { runAsNonRoot: true, runAsUser: 10001, seccompProfile: { type: 'RuntimeDefault' } },
        containers: [
          {
            name: 'client',
            image: 'busybox:1.37',
            command: ['sleep', '100000'],
            imagePullPolicy: 'IfNotPresent',
            securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
          },
        ],
      },
    },
  },
};

const has = ({ env }: Container, variable: string) => env?.some(({ name }) => name === variable) ?? false;

/** Whether a pod takes requests. */
export function isReady({ status }: Pod): boolean {
  return status?.conditions?.some((one) => one.type === 'Ready' && one.status === 'True') ?? false;
}

/** The container of a Job that does its work before another one reports, and how it ended. */
export function migrationOf(spec: Pod['spec'], status?: Pod['status']): { main: Container; ran?: ContainerStateTerminated } {
  const main = spec?.initContainers?.at(-1);
  if (!main) throw new Error('the task has no work before its report');
  const ran = status?.initContainerStatuses?.find(({ name }) => name === main.name)?.state?.terminated;
  return { main, ...(ran && { ran }) };
}

/** When a pod became ready, and when its container of a service started; in seconds since 1970. */
export function times(pod: Pod): { ready: number; started: number } {
  const ready = pod.status?.conditions?.find(({ type, status }) => type === 'Ready' && status === 'True')?.lastTransitionTime;
  return {
    ready: Date.parse(ready ?? '') / 1000,
    started: Date.parse(pod.status?.containerStatuses?.[0]?.state?.running?.startedAt ?? '') / 1000,
  };
}

/**
 * Which targets take a connection. A connection has three seconds, and a slow machine may need more: all are asked again while there are fewer
 * than there should be. Whichever took one once counts.
 */
async function reachedAtLast(inside: readonly string[], targets: readonly Target[], count: number): Promise<Target[]> {
  const found = new Set<Target>();
  for (let tries = 0; tries === 0 || (tries < 5 && found.size < count); tries++)
    for (const one of await patiently(() => reached(inside, targets))) found.add(one);
  return [...found];
}

/**
 * Every connection that comes about, as `from → to:port`: one for each target that takes it.
 *
 * @param expected those that should
 */
export async function connections(
  inside: ReadonlyMap<string, readonly string[]>,
  targets: readonly Target[],
  expected: readonly string[],
): Promise<string[]> {
  const made = await fromEach(inside, targets, async (from, command, others) => {
    const count = expected.filter((one) => one.startsWith(`${from} → `)).length;
    return (await reachedAtLast(command, others, count)).map(({ name, port }) => `${from} → ${name}:${port}`);
  });
  return made.sort();
}
