import type { NetworkSpec } from '../../model/kinds/network';
import type { VolumeSpec } from '../../model/kinds/volume';
import { takeHostPort } from '../../platform/cells/host-ports';
import type { Cell, StackView } from '../../platform/platform';
import type { DockerNatives, DockerOut } from './natives';
import { defaultNetwork, LOOPBACK } from './workload';

type Table = { readonly [K in keyof DockerNatives]: Cell<K, DockerNatives, DockerOut> };

/** Bridge networks. */
export const network: Table['network'] = {
  draft(spec, at) {
    if (at.name === defaultNetwork(at.stack.name)) {
      at.problem('', "the name is that of the stack's own network", at.name, 'choose another id, or give the segment a name');
    }
    return { args: networkArgs(at.name, at.stack, spec) };
  },
  commit: ({ args }, _spec, at, out) => makeNetwork(at.name, args, out),
};

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
    { ...args, name: out.prefix + name },
    // two networks cannot have the same name or addresses
    { parent: out.parent, deleteBeforeReplace: true },
  );
  out.networks.set(name, made);
}

/** Named volumes. */
export const volume: Table['volume'] = {
  draft: (spec: VolumeSpec, at) => ({
    args: {
      name: at.name,
      driver: spec.driver,
      ...(Object.keys(spec.driverOptions).length > 0 && { driverOpts: { ...spec.driverOptions } }),
      labels: [{ label: 'ironhull.stack', value: at.stack.name }],
    },
  }),
  commit: ({ args }, spec, at, out) => {
    const made = new out.sdk.Volume(
      at.name,
      { ...args, name: out.prefix + at.name },
      { parent: out.parent, deleteBeforeReplace: true, retainOnDelete: spec.keep },
    );
    out.volumes.set(at.name, made);
  },
};

/** Secrets are values of the stack's secret config: there is nothing to make. */
export const secret: Table['secret'] = { draft: () => ({}), commit: () => undefined };

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
