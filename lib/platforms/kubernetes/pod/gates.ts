import type { Container } from 'kubernetes-types/core/v1';
import { edgesOf, type Runner } from '../../../model/edges/edges';
import { Part } from '../../../model/part';
import type { GroupSpec } from '../../../model/workload/spec';
import { view } from '../../../platform/edge-view';
import type { At } from '../../../platform/platform';
import { PROBER_PATH, waitCommand } from '../../prober/prober';
import { namespaceOf } from '../metadata';
import type { KubernetesNatives, KubernetesOptions } from '../natives';
import { proberName } from '../prober';
import { settleTask } from '../task-name';
import { containerSecurity } from './security';
import type { PodVolumes } from './volumes';

type Place = At<KubernetesNatives>;

/** What a pod waits for before its containers start. */
export interface Waiting {
  /** Addresses that have to answer: a Service has none that do before a pod of it is ready. */
  readonly targets: readonly { readonly host: string; readonly port: number }[];
  /** Tasks whose mark has to be there. Where Pulumi deploys, it waits for them itself. */
  readonly tasks: readonly Part<'task'>[];
}

/** What a pod waits for. */
export function waiting(at: Place, options: KubernetesOptions): Waiting {
  const services = at.gates.flatMap((gate) =>
    gate.gate === 'ready' && gate.port ? [{ host: hostOf(at.nameOf(gate.part as Part), gate.part as Part, at), port: gate.port.port }] : [],
  );
  const targets = [...services, ...objectsOf(at)];
  const tasks = options.live ? [] : at.gates.flatMap((gate) => (gate.gate === 'completed' ? [gate.part as unknown as Part<'task'>] : []));
  return { targets, tasks };
}

/** The init containers that wait. They are programs of ours in the image of the main container, and get nothing of what it gets. */
export function waitContainers(wait: Waiting, spec: GroupSpec, at: Place, options: KubernetesOptions, volumes: PodVolumes): Container[] {
  if (wait.targets.length === 0 && wait.tasks.length === 0) return [];
  const prober = volumes.prober(proberName(at.part as Part, at.stack, options));
  const taken = new Set([spec.main, ...spec.sidecars].map((one) => one.name));
  const waiter = (wanted: string, more: Pick<Container, 'command' | 'env'>): Container => {
    let name = wanted;
    for (let n = 2; taken.has(name); n++) name = `${wanted}-${n}`;
    taken.add(name);
    return {
      ...more,
      image: spec.main.image.reference,
      imagePullPolicy: options.imagePullPolicy ?? 'Always',
      name,
      resources: { limits: { ...SMALL.limits }, requests: { ...SMALL.requests } },
      securityContext: containerSecurity({ ...spec.main, capabilities: [], readOnlyRoot: true, allowPrivilegeEscalation: false }),
      volumeMounts: [prober],
    };
  };
  return [
    ...wait.tasks.map((task) => {
      const name = settleTask(at.native(task), at.nameOf(task as Part));
      // a kubelet starts no container before what its variables refer to is there
      const env = [{ name: 'DONE', valueFrom: { configMapKeyRef: { key: 'done', name } } }];
      return waiter(`after-${at.nameOf(task as Part)}`, { command: [PROBER_PATH, '--version'], env });
    }),
    ...(wait.targets.length > 0 ? [waiter('wait', { command: waitCommand(wait.targets) })] : []),
  ];
}

/** Of what is next to nothing. */
export const SMALL = {
  limits: { cpu: '100m', 'ephemeral-storage': '16Mi', memory: '32Mi' },
  requests: { cpu: '10m', 'ephemeral-storage': '16Mi', memory: '32Mi' },
};

/** The name under which a workload is found. In its own namespace a name alone is; see `namespaceWarnings` for the form of others. */
function hostOf(name: string, part: Part, at: Place): string {
  if (at.owns(part)) return name;
  const theirs = namespaceOf(part);
  return theirs === undefined || theirs === namespaceOf(at.part as Part) ? name : `${name}.${theirs}`;
}

/** The Services of what operators make, each once. */
function objectsOf(at: Place): Waiting['targets'] {
  const found = new Map<string, Waiting['targets'][number]>();
  for (const edge of edgesOf(at.part as unknown as Runner).outgoing) {
    if (!Part.isPart(edge.peer) || edge.peer.kind !== 'object' || edge.gate === 'none') continue;
    const part = edge.peer as Part<'object'>;
    const [port] = view(edge, part).ports;
    const { host } = at.spec(part);
    if (host !== undefined && port && !found.has(host)) found.set(host, { host: hostOf(host, part as Part, at), port: port.port });
  }
  return [...found.values()];
}
