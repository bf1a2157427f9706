import { replicasFix } from '../../model/workload/replicas';
import { takeHostPort } from '../../platform/cells/host-ports';
import type { At, Cell } from '../../platform/platform';
import { type ComposeDocument, type ComposeNatives, configKey, engineName } from './natives';
import { running } from './running';

/** A bridge network. */
export const network: Cell<'network', ComposeNatives, ComposeDocument> = {
  draft(spec, at) {
    const options = { ...spec.driverOptions, ...(spec.mtu !== undefined && { 'com.docker.network.driver.mtu': String(spec.mtu) }) };
    return {
      name: engineName(at.stack.name, at.name),
      driver: 'bridge',
      ...(Object.keys(options).length > 0 && { driver_opts: options }),
      ...((spec.subnet ?? spec.gateway) !== undefined && {
        ipam: {
          config: [
            { ...(spec.subnet !== undefined && { subnet: spec.subnet }), ...(spec.gateway !== undefined && { gateway: spec.gateway }) },
          ],
        },
      }),
      ...(spec.internal && { internal: true }),
    };
  },
  commit(native, _spec, at, out) {
    out.networks[at.name] = native;
  },
};

/** A named volume. Its size is not enforced by the local driver. */
export const volume: Cell<'volume', ComposeNatives, ComposeDocument> = {
  draft: (spec, at) => ({
    name: engineName(at.stack.name, at.perReplicaOf ? ownVolumeName(at.name, 1, at) : at.name),
    ...(spec.driver !== 'local' || Object.keys(spec.driverOptions).length > 0
      ? { driver: spec.driver, driver_opts: { ...spec.driverOptions } }
      : {}),
  }),
  commit(native, _spec, at, out) {
    out.volumes[at.name] = native;
  },
};

/** Nothing but the beginning of the names of files and variables. */
export const secret: Cell<'secret', ComposeNatives, ComposeDocument> = {
  draft(spec, at) {
    // an existing one may be named by several parts: they mean the same values
    at.claim('secret', spec.name, 'give one of them another name', spec.source === 'existing' ? 'an existing secret' : at.path);
    return { name: spec.name, ...(spec.version !== undefined && { version: spec.version }) };
  },
  commit() {},
};

/** The name of the volume that one replica has of its own; no other volume can have it. */
export function ownVolumeName(volume: string, replica: number, at: Pick<At<ComposeNatives>, 'claim'>): string {
  const name = `${volume}-${replica}`;
  at.claim('volume', name);
  return name;
}

/** Files beside the Compose file. */
export const config: Cell<'config', ComposeNatives, ComposeDocument> = {
  draft: (spec) => ({
    version: spec.version,
    files: Object.fromEntries(
      Object.entries(spec.files).map(([name, content]) => [name, typeof content === 'string' ? content : Uint8Array.from(content)]),
    ),
  }),
  commit({ version, files }, _spec, at, out) {
    for (const [name, content] of Object.entries(files)) {
      const key = configKey(at.name, version, name);
      out.configs[key] = { file: `./configs/${at.name}-${version}/${name}` };
      out.contents.set(key, content);
    }
  },
};

/** What only an operator of Kubernetes acts on: left out where that was acknowledged. */
export const object: Cell<'object', ComposeNatives, ComposeDocument> = { draft: () => ({}), commit: () => undefined };

/** A published port, on the loopback address unless the user chose another. */
export const route: Cell<'route', ComposeNatives, ComposeDocument> = {
  draft(spec, at) {
    const target = at.spec(spec.to);
    const port = target.ports.find((one) => one.name === spec.port) ?? { port: 0, protocol: 'tcp' as const };
    const published = spec.listen ?? port.port;
    const address = spec.address ?? '127.0.0.1';
    takeHostPort(spec, at, address);
    if (running(target) > 1) {
      at.problem(
        'replicas',
        'only one replica can have a port of the host',
        target.replicas,
        replicasFix(target, 'set replicas to 1, or publish a gateway in front of it'),
      );
    }
    return { target: port.port, published, host_ip: address, protocol: port.protocol };
  },
  commit(native, spec, at, out) {
    const service = out.services[at.nameOf(spec.to)];
    if (service) service.ports = [...(service.ports ?? []), native];
  },
};
