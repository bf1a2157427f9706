import { App, Chart } from 'cdk8s';
import * as kplus from 'cdk8s-plus-27';
import type { Construct } from 'constructs';
import type { ExternalPeer } from '../../model/edges/peers';
import { nameOf } from '../../model/names';
import type { Part } from '../../model/part';
import { namespaceOf, selectorOf } from './metadata';

/** A construct that has a workload, such as a HardenedService. */
export interface HasWorkload extends Construct {
  /** The workload. */
  readonly part: Part<'workload'>;
}

/** Holds what only stands for objects that are made elsewhere, so that nothing is made twice. */
const references = new App({ outdir: '.' });
const services = new WeakMap<Part<'workload'>, kplus.Service>();
let count = 0;

/**
 * The Service of a workload as cdk8s-plus-27 knows it, with the ports of its sidecars too: for an Ingress and whatever
 * else takes one. It is a reference; changes to it change nothing.
 *
 * A reference lets nobody in. The pods of the Ingress controller need an edge, or the policy of the service keeps them out:
 *
 *     api.network.allowFrom(Peers.pods({ 'app.kubernetes.io/name': 'ingress-nginx' }, { 'kubernetes.io/metadata.name': 'ingress-nginx' }), 'http');
 *
 * @throws Error if the workload has no ports, and so no Service
 *
 * @example new kplus.Ingress(chart, 'web').addRule('/', kplus.IngressBackend.fromService(serviceOf(api)));
 */
export function serviceOf(service: HasWorkload): kplus.Service {
  // sidecars may have been added since the last time
  service.part.forget();
  const { ports } = service.part.resolve().spec;
  if (ports.length === 0) throw new Error(`${service.node.path}: a Service needs ports, got none; give the workload a port`);
  const made = services.get(service.part) ?? reference(service);
  services.set(service.part, made);
  for (const { name, port, protocol } of ports) {
    if (made.ports.some((one) => one.name === name)) continue;
    made.bind(port, { name, protocol: protocol === 'tcp' ? kplus.Protocol.TCP : kplus.Protocol.UDP });
  }
  return made;
}

function reference(service: HasWorkload): kplus.Service {
  const name = nameOf(service.part);
  const namespace = namespaceOf(service.part);
  const chart = new Chart(references, `reference-${count++}`, namespace === undefined ? {} : { namespace });
  const made = new kplus.Service(chart, 'Service', { metadata: { name } });
  for (const [label, value] of Object.entries(selectorOf(name))) made.selectLabel(label, value);
  return made;
}

/**
 * The pods of a workload as a peer of cdk8s-plus-27's network policies. It stands below the workload, so that the policy
 * which cdk8s-plus makes for the other direction is part of the same chart.
 *
 * @example job.connections.allowTo(peerOf(api), { ports: [kplus.NetworkPolicyPort.tcp(8080)] });
 */
export function peerOf(service: HasWorkload): kplus.INetworkPolicyPeer & kplus.IPodSelector {
  const known = service.node.tryFindChild('PodSelector');
  if (known) return known as kplus.Pods;
  const namespace = namespaceOf(service.part);
  return kplus.Pods.select(service, 'PodSelector', {
    labels: selectorOf(nameOf(service.part)),
    ...(namespace !== undefined && {
      namespaces: kplus.Namespaces.select(service, 'NamespaceSelector', { names: [namespace] }),
    }),
  });
}

/**
 * The ServiceAccount of a workload, for a Role or whatever else takes a subject.
 *
 * @param scope where the reference stands; it makes no object
 *
 * @example role.bind(subjectOf(chart, api));
 */
export function subjectOf(scope: Construct, service: HasWorkload): kplus.IServiceAccount & kplus.ISubject {
  const name = nameOf(service.part);
  const id = `Subject-${name}`;
  const known = scope.node.tryFindChild(id);
  const namespaceName = namespaceOf(service.part);
  return (known ??
    kplus.ServiceAccount.fromServiceAccountName(
      scope,
      id,
      name,
      namespaceName === undefined ? {} : { namespaceName },
    )) as unknown as Subject;
}

type Subject = kplus.IServiceAccount & kplus.ISubject;

/**
 * The pods of a cdk8s-plus-27 workload as a peer of ours.
 *
 * @param ports TCP ports that may be connected to; all if none is given
 *
 * @example api.network.allowTo(podsOf(database, 5432));
 */
export function podsOf(workload: kplus.Workload | kplus.Pod, ...ports: number[]): ExternalPeer {
  const podLabels =
    workload instanceof kplus.Workload
      ? workload.matchLabels
      : (workload.toPodSelectorConfig().labelSelector._toKube() as { matchLabels?: Record<string, string> }).matchLabels;
  if (!podLabels || Object.keys(podLabels).length === 0) {
    throw new Error(`${workload.node.path}: a peer needs labels that select its pods, got none; select the workload's pods by a label`);
  }
  const { namespace } = workload.metadata;
  return {
    podLabels,
    ports,
    ...(namespace !== undefined && { namespaceLabels: { 'kubernetes.io/metadata.name': namespace } }),
  };
}
