import type { NetworkSpec } from '../../model/kinds/network';
import type { VolumeSpec } from '../../model/kinds/volume';
import { takeHostPort } from '../../platform/cells/host-ports';
import type { ImpliedNetwork } from '../../platform/networks';
import type { At, Cell, StackView } from '../../platform/platform';
import { scoped } from './names';
import type { DockerNatives, DockerOut } from './natives';
import { LOOPBACK } from './workload';

type Table = { readonly [K in keyof DockerNatives]: Cell<K, DockerNatives, DockerOut> };

/** Bridge networks. */
export const network: Table['network'] = {
  draft: (spec, at) => ({ args: networkArgs(at.name, at.stack, spec) }),
  commit: ({ args }, _spec, at, out) => makeNetwork(at.name, args, out),
};

/** A network that nobody declared, called after its stack: another stack of the host may have one of that name. */
export function makeImplied({ name, kind }: ImpliedNetwork, stack: StackView, out: DockerOut): void {
  const args = networkArgs(scoped(stack.name, name), stack);
  if (kind === 'outside') args.options = { 'com.docker.network.bridge.enable_icc': 'false' };
  else args.internal = true;
  makeNetwork(name, args, out);
}

/** The arguments of a bridge network. */
export function networkArgs(name: string, stack: StackView, spec?: NetworkSpec): DockerNatives['network']['args'] {
  const options: Record<string, string> = {
    ...spec?.driverOptions,
    ...(spec?.mtu !== undefined && { 'com.docker.network.driver.mtu': String(spec.mtu) }),
  };
  return {
    name,
    driver: 'bridge',
    ...(spec?.internal && { internal: true }),
    ...(Object.keys(options).length > 0 && { options }),
    ...(spec?.subnet !== undefined && {
      ipamConfigs: [{ subnet: spec.subnet, ...(spec.gateway !== undefined && { gateway: spec.gateway }) }],
    }),
    labels: [{ label: 'ironhull.stack', value: stack.name }],
  };
}

/** Hands a network over. */
export function makeNetwork(name: string, args: DockerNatives['network']['args'], out: DockerOut): void {
  const made = new out.sdk.Network(
    name,
    { ...args, name: `${out.prefix}${args.name}` },
    // two networks cannot have the same name or addresses
    { parent: out.parent, deleteBeforeReplace: true },
  );
  out.networks.set(name, made);
}

/** What only an operator of Kubernetes acts on: left out where that was acknowledged. */
export const object: Table['object'] = { draft: () => ({}), commit: () => undefined };

/** Named volumes; of one that each replica has of its own, a volume for each number. */
export const volume: Table['volume'] = {
  draft: (spec: VolumeSpec, at) => {
    if (spec.perReplica) for (const name of volumeNames(at)) at.claim('volume', name);
    return {
      args: {
        name: at.name,
        driver: spec.driver,
        ...(Object.keys(spec.driverOptions).length > 0 && { driverOpts: { ...spec.driverOptions } }),
        labels: [{ label: 'ironhull.stack', value: at.stack.name }],
      },
    };
  },
  commit: ({ args }, spec, at, out) => {
    for (const name of volumeNames(at)) {
      const made = new out.sdk.Volume(
        name,
        { ...args, name: out.prefix + name },
        { parent: out.parent, deleteBeforeReplace: true, retainOnDelete: spec.keep },
      );
      out.volumes.set(name, made);
    }
  },
};

function volumeNames({ name, perReplicaOf, spec }: At<DockerNatives, 'volume'>): string[] {
  if (!perReplicaOf) return [name];
  return Array.from({ length: spec(perReplicaOf).replicas }, (_, i) => `${name}-${i + 1}`);
}

/** Secrets are values of the stack's secret config: there is nothing to make. */
export const secret: Table['secret'] = { draft: () => ({}), commit: () => undefined };

/** Configuration files are made for each container that has them, together with its other files. */
export const config: Table['config'] = {
  draft: (spec) => ({ files: Object.fromEntries(Object.entries(spec.files).map(([name, content]) => [name, contentOf(content)])) }),
  commit: () => undefined,
};

/** Text where it is text, so that it can be read in a preview and looked through. */
function contentOf(content: string | Uint8Array): { content: string } | { contentBase64: string } {
  const text = Buffer.from(content as Uint8Array).toString('utf8');
  if (typeof content === 'string' || Buffer.from(text).equals(content)) return { content: text };
  return { contentBase64: Buffer.from(content).toString('base64') };
}

/** Published ports stand on the container; a route only takes its port of the host. */
export const route: Table['route'] = {
  draft: (spec, at) => {
    const port = at.spec(spec.to).ports.find((one) => one.name === spec.port);
    const native = { address: spec.address ?? LOOPBACK, port: spec.listen ?? port?.port ?? 0 };
    takeHostPort(spec, at, native.address);
    return native;
  },
  commit: () => undefined,
};
