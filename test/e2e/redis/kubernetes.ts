/** A Redis of several servers on a real node that enforces policies. */
import { App } from 'cdk8s';
import { Environments, type RedisProps } from '../../../lib';
import { IronhullChart, kubernetes } from '../../../lib/platforms/kubernetes';
import { createNamespace, kubectl, Namespace, patiently, removeNamespace, requireCluster } from '../kubernetes/kubectl';
import { must } from '../support/run';
import type { Engine } from './cluster';
import { buildCluster, PASSWORDS, SECRET } from './cluster.program';
import { inFolder } from './folder';

const RUN = `run-${Date.now().toString(36)}`;

interface Pod {
  readonly metadata: { readonly name: string; readonly uid: string };
  readonly status: { readonly podIP?: string };
}

/** Its servers are StatefulSets of one, each with a pod that has a number. */
export class OnKubernetes implements Engine {
  readonly namespace: Namespace;
  private readonly inside: readonly string[];

  /** @param how what else is said to `kubectl delete pod`: here no time for anything, but the next pod starts when this one has ended */
  constructor(
    name: string,
    private readonly how: readonly string[] = ['--grace-period=1'],
  ) {
    this.namespace = new Namespace(name);
    this.inside = ['--namespace', name];
  }

  /** Applies it with a client, and waits until all of it is there. */
  deploy(props: Partial<RedisProps> = {}): void {
    requireCluster();
    createNamespace(this.namespace.name);
    const values = Object.entries(PASSWORDS).map(([key, value]) => `--from-literal=${key}=${value}`);
    this.namespace.run('create', 'secret', 'generic', SECRET, ...values);
    const app = new App();
    const chart = new IronhullChart(app, 'shop', {
      environment: Environments.development,
      namespace: this.namespace.name,
      createNamespace: false,
      imagePullPolicy: 'IfNotPresent',
    });
    const redis = buildCluster(chart, { user: '10999:10999', ...props });
    inFolder(redis, RUN);
    for (const server of [...redis.servers, ...redis.sentinels]) {
      server.tune(kubernetes, ({ statefulSet }) => {
        const [main] = statefulSet?.spec?.template.spec?.containers ?? [];
        // each look is some processes, of six servers
        if (main?.startupProbe) main.startupProbe.periodSeconds = 2;
        if (main?.readinessProbe) main.readinessProbe.periodSeconds = 5;
      });
    }
    expect(kubectl(['apply', '--server-side', '--validate=strict', '-f', '-'], app.synthYaml()).err).toBe('');
    // it starts when all of it is ready
    this.namespace.run('rollout', 'status', 'deployment/client', '--timeout=480s');
  }

  remove(): void {
    removeNamespace(this.namespace.name);
  }

  /** The address of each pod that runs, by the name of its server. */
  addresses(): Map<string, string> {
    return this.byServer(({ status }) => status.podIP);
  }

  private byServer(what: (pod: Pod) => string | undefined): Map<string, string> {
    const pods: Pod[] = this.namespace.get('pods', '--selector', 'app.kubernetes.io/name!=client').items;
    return new Map(pods.map((pod) => [pod.metadata.name.replace(/-0$/, ''), what(pod) ?? '']));
  }

  readonly client = (script: string) =>
    patiently(() => must('kubectl', [...this.inside, 'exec', 'deployment/client', '--', 'sh', '-c', script]));

  readonly kill = (node: string): Promise<void> => this.restartAll([node]);

  readonly stop = async (...nodes: string[]): Promise<void> => {
    this.namespace.run('scale', ...nodes.map((node) => `statefulset/${node}`), '--replicas=0');
    this.end(nodes);
  };

  readonly start = async (...nodes: string[]): Promise<void> => {
    this.namespace.run('scale', ...nodes.map((node) => `statefulset/${node}`), '--replicas=1');
    for (const node of nodes) this.rolledOut(node);
  };

  readonly restartAll = async (nodes: readonly string[]): Promise<void> => {
    const before = this.byServer(({ metadata }) => metadata.uid);
    this.end(nodes);
    for (const node of nodes) await this.namespace.isBack(`${node}-0`, before.get(node) ?? '');
  };

  private end(nodes: readonly string[]): void {
    this.namespace.run('delete', 'pod', ...nodes.map((node) => `${node}-0`), '--ignore-not-found', '--timeout=240s', ...this.how);
  }

  private rolledOut(node: string): void {
    this.namespace.run('rollout', 'status', `statefulset/${node}`, '--timeout=300s');
  }
}
