/** kubectl, and a namespace that Pod Security admission guards. */
import { spawn, spawnSync } from 'node:child_process';
import { CommandFailed, until } from '../support/run';

/** What a command said. */
export interface Said {
  readonly out: string;
  readonly err: string;
}

/** What is said where the API server, its store or the kubelet does not answer for a moment, and may be asked again. */
const AWAY = new RegExp(
  [
    'Unable to connect to the server',
    'The connection to the server .* was refused',
    'error dialing backend',
    'etcdserver: (request timed out|leader changed|too many requests)',
    'Error from server \\((Timeout|ServerTimeout|ServiceUnavailable|TooManyRequests)\\)',
  ].join('|'),
);
const TRIES = 5;

/** Runs kubectl, again where the cluster is away for a moment; throws if it fails. */
export function kubectl(args: readonly string[], input?: string): Said {
  for (let tries = 1; ; tries++) {
    const { error, status, stdout, stderr } = spawnSync('kubectl', args, { input, encoding: 'utf8', maxBuffer: 1 << 28 });
    if (error) throw new Error(`kubectl cannot be run (${error.message}); install it, and put it on the PATH`);
    if (status === 0) return { out: stdout, err: stderr };
    const failed = new CommandFailed(`kubectl ${args.join(' ')} ended with ${status}: ${stderr}${stdout}`);
    if (tries === TRIES || !AWAY.test(stderr)) throw failed;
    // a second without anything else
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1000);
  }
}

/** Asks by kubectl what throws where it fails: again where the cluster is away for a moment. */
export async function patiently<T>(ask: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await ask();
    } catch (error) {
      if (tries === TRIES || !AWAY.test((error as Error).message)) throw error;
      await new Promise((resolve) => setTimeout(resolve, 1000));
    }
  }
}

/**
 * Runs kubectl in the background and gives what it printed when it ends.
 *
 * @param heard gets all that it has printed so far, whenever that is more
 */
export function kubectlLater(args: readonly string[], heard: (out: string) => void = () => {}): Promise<string> {
  const child = spawn('kubectl', args, { stdio: ['ignore', 'pipe', 'ignore'] });
  let out = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text;
    heard(out);
  });
  return new Promise((resolve) => child.on('close', () => resolve(out)));
}

/** Says what is missing where no node is ready. */
export function requireCluster(): void {
  let nodes: string;
  try {
    nodes = kubectl([
      'get',
      'nodes',
      '--request-timeout=10s',
      '-o',
      'jsonpath={.items[*].status.conditions[?(@.type=="Ready")].status}',
    ]).out;
  } catch (error) {
    throw new Error(`this suite needs a Kubernetes cluster, see test/e2e/README.md: ${(error as Error).message}`);
  }
  if (!nodes.includes('True')) throw new Error('this suite needs a Kubernetes cluster with a ready node, see test/e2e/README.md');
}

const LEVEL = 'pod-security.kubernetes.io';

/** Makes a namespace that takes only pods which satisfy the strictest of the Pod Security Standards. */
export function createNamespace(name: string): void {
  removeNamespace(name);
  kubectl(['create', 'namespace', name]);
  kubectl(['label', 'namespace', name, `${LEVEL}/enforce=restricted`, `${LEVEL}/warn=restricted`, `${LEVEL}/audit=restricted`]);
}

/** Removes a namespace, and lets the volumes that it claimed be claimed again. */
export function removeNamespace(name: string): void {
  // what removes it looks after half of the longest grace period only, which is a minute for a database, and then after another one
  kubectl(['delete', 'namespace', name, '--ignore-not-found', '--timeout=300s']);
  const claimed = kubectl([
    'get',
    'persistentvolumes',
    '-o',
    `jsonpath={.items[?(@.spec.claimRef.namespace=="${name}")].metadata.name}`,
  ]).out;
  for (const volume of claimed.split(' ').filter((one) => one !== '')) {
    kubectl(['patch', 'persistentvolume', volume, '--type=merge', '--patch', '{"spec":{"claimRef":null}}']);
  }
}

/** The API server: somebody outside, with an address that no pod has. */
export function apiServer(): { ip: string; port: number } {
  const slices = ['get', 'endpointslices', '-l', 'kubernetes.io/service-name=kubernetes', '-o', 'json'];
  const [slice] = JSON.parse(kubectl(['--namespace', 'default', ...slices]).out).items;
  return { ip: slice.endpoints[0].addresses[0], port: slice.ports[0].port };
}

/** Whether a namespace exists. */
export function namespaceExists(name: string): boolean {
  return kubectl(['get', 'namespace', name, '--ignore-not-found', '-o', 'name']).out !== '';
}

/** Waits until the API server serves the objects of definitions, of which it tells a moment after it has established them. */
export async function served(definitions: readonly string[]): Promise<void> {
  kubectl(['wait', ...definitions, '--for=condition=Established', '--timeout=120s']);
  for (const kind of definitions.map((one) => one.replace(/^.*\//, ''))) {
    const list = async () => kubectl(['get', kind, '--all-namespaces', '-o', 'name']);
    await until(`${kind} are served`, list, () => true, 60_000);
  }
}

/** Makes the secret that VeoGen refers to. */
export function createSecrets(namespace: Namespace): void {
  const values = {
    'postgres-password': 'e2e',
    'postgres-superuser-password': 'e2e-superuser',
    'postgres-backup-password': 'e2e-backup',
    'postgres-monitoring-password': 'e2e-monitoring',
    'backup-writer-id': 'none',
    'backup-writer-secret': 'none',
    'backup-pruner-id': 'none',
    'backup-pruner-secret': 'none',
    'backup-restorer-id': 'none',
    'backup-restorer-secret': 'none',
    'backup-age-identity': 'none',
    'database-url': 'postgresql://veogen:e2e@veogen-postgres/veogen?sslmode=require',
    'redis-url': 'redis://veogen-redis',
    'google-api-key': 'none',
  };
  const literals = Object.entries(values).map(([key, value]) => `--from-literal=${key}=${value}`);
  namespace.run('create', 'secret', 'generic', 'veogen-secrets', ...literals);
}

/** kubectl in one namespace. */
export class Namespace {
  constructor(readonly name: string) {}

  /** Runs kubectl in it. */
  run(...args: string[]): string {
    return kubectl(['--namespace', this.name, ...args]).out;
  }

  /** An object, or a list, as data. */
  // biome-ignore lint/suspicious/noExplicitAny: whatever the cluster says; the assertions are the types
  get(...args: string[]): any {
    return JSON.parse(this.run('get', ...args, '-o', 'json'));
  }

  /** Waits until a Deployment or StatefulSet is rolled out. */
  rolledOut(name: string, seconds = 300): void {
    const workload = this.run('get', 'deployments,statefulsets', '--field-selector', `metadata.name=${name}`, '-o', 'name').trim();
    this.run('rollout', 'status', workload, `--timeout=${seconds}s`);
  }

  /** Waits until there is another pod of a name, which is ready. What waits for roll-outs may be told of the time before the old one went. */
  async isBack(name: string, uid: string): Promise<void> {
    await until(
      `another ${name} is ready`,
      async () => this.get('pods', '--field-selector', `metadata.name=${name}`).items[0],
      (pod) =>
        pod !== undefined &&
        pod.metadata.uid !== uid &&
        pod.status.conditions?.some((one: { type: string; status: string }) => one.type === 'Ready' && one.status === 'True'),
      240_000,
    );
  }

  /** Names of the pods of a workload that are not on their way out. */
  pods(workload: string): { name: string; ip: string }[] {
    const { items } = this.get('pods', '-l', `app.kubernetes.io/name=${workload}`);
    return items
      .filter((pod: { metadata: { deletionTimestamp?: string } }) => pod.metadata.deletionTimestamp === undefined)
      .map((pod: { metadata: { name: string }; status: { podIP: string } }) => ({ name: pod.metadata.name, ip: pod.status.podIP }));
  }
}
