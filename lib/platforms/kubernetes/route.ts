import type { RouteSpec } from '../../model/kinds/route';
import type { PortSpec } from '../../model/workload/spec';
import type { At, Cell } from '../../platform/platform';
import { labelsOf, metadataOf, selectorOf } from './metadata';
import type { KubernetesNatives, KubernetesOptions, ManifestSink, ServiceManifest, WorkloadNative } from './natives';
import { servicePort } from './service';

type Shared = { readonly owner: object; readonly service: ServiceManifest; readonly sources: string };

/** Load balancers of a workload, so that HTTP and HTTPS share an address. */
const balancers = new WeakMap<WorkloadNative, Shared[]>();

/** The cell of published entrances. */
export function routeCell(options: KubernetesOptions): Cell<'route', KubernetesNatives, ManifestSink> {
  return {
    draft(spec, at) {
      const target = spec.to.resolve().spec.ports.find((port) => port.name === spec.port) as PortSpec;
      const workload = at.native(spec.to);
      const known = balancers.get(workload) ?? [];
      balancers.set(workload, known);
      const sources = [...spec.allowedSources].sort().join();
      const shared = known.find((one) => one.sources === sources);
      if (shared) {
        share(shared.service, target, spec, at);
        return { service: shared.service };
      }
      const name = known.length === 0 ? `${at.nameOf(spec.to)}-public` : `${at.nameOf(spec.to)}-public-${spec.listen ?? target.port}`;
      at.claim('load balancer', name);
      const service = balancer(name, target, spec, at, options);
      known.push({ owner: at.part, service, sources });
      return { service };
    },
    commit(native, spec, at, out) {
      const owned = balancers.get(at.native(spec.to))?.some((one) => one.owner === at.part && one.service === native.service);
      const replaced = !balancers.get(at.native(spec.to))?.some((one) => one.service === native.service);
      if (owned || replaced) out.add(native.service, at);
    },
  };
}

function balancer(
  name: string,
  target: PortSpec,
  spec: RouteSpec,
  at: At<KubernetesNatives, 'route'>,
  options: KubernetesOptions,
): ServiceManifest {
  const workload = at.nameOf(spec.to);
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: metadataOf(name, { ...labelsOf(at, workload), ...selectorOf(workload) }, options),
    spec: {
      // clients keep their addresses, and no node passes traffic on to another
      externalTrafficPolicy: 'Local',
      ...(spec.allowedSources.length > 0 && {
        // kube-proxy filters no node ports, so there must be none
        allocateLoadBalancerNodePorts: false,
        loadBalancerSourceRanges: [...spec.allowedSources],
      }),
      ports: [servicePort(target, spec.listen)],
      selector: selectorOf(workload),
      type: 'LoadBalancer',
    },
  };
}

function share(service: ServiceManifest, target: PortSpec, spec: RouteSpec, at: At<KubernetesNatives, 'route'>): void {
  const listen = spec.listen ?? target.port;
  const { ports } = service.spec;
  const added = servicePort(target, listen, ports.some((port) => port.name === target.name) ? `${target.name}-${listen}` : target.name);
  if (ports.some((port) => port.port === listen && port.protocol === added.protocol)) {
    at.problem('listen', 'the port is published already', listen, 'choose another');
    return;
  }
  ports.push(added);
}
