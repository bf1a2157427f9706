import { replicasFix } from '../../model/workload/replicas';
import { takeHostPort } from '../../platform/cells/host-ports';
import type { Cell } from '../../platform/platform';
import { type ComposeDocument, type ComposeNatives, DEFAULT_NETWORK, engineName } from './natives';

/** A bridge network. */
export const network: Cell<'network', ComposeNatives, ComposeDocument> = {
  draft(spec, at) {
    if (at.name === DEFAULT_NETWORK) {
      at.problem('', "the name is that of the stack's own network", at.name, 'choose another id, or give the segment a name');
    }
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
    name: engineName(at.stack.name, at.name),
    ...(spec.driver !== 'local' || Object.keys(spec.driverOptions).length > 0
      ? { driver: spec.driver, driver_opts: { ...spec.driverOptions } }
      : {}),
  }),
  commit(native, _spec, at, out) {
    out.volumes[at.name] = native;
  },
};

/** Nothing but the beginning of the names of variables. */
export const secret: Cell<'secret', ComposeNatives, ComposeDocument> = {
  draft: (spec) => ({ existing: spec.existing }),
  commit() {},
};

/** A published port, on the loopback address unless the user chose another. */
export const route: Cell<'route', ComposeNatives, ComposeDocument> = {
  draft(spec, at) {
    const target = at.spec(spec.to);
    const port = target.ports.find((one) => one.name === spec.port) ?? { port: 0, protocol: 'tcp' as const };
    const published = spec.listen ?? port.port;
    const address = spec.address ?? '127.0.0.1';
    takeHostPort(spec, at, address);
    if (target.replicas > 1) {
      at.problem(
        'replicas',
        'only one replica can have a port of the host',
        target.replicas,
        replicasFix(target, 'set replicas to 1, or publish a gateway in front of it'),
      );
    }
    if (target.networks.length > 0 && target.networks.every(({ network: segment }) => at.spec(segment).internal)) {
      at.problem('port', 'a port cannot be published in segments that are all internal', spec.port, 'add a segment that is not');
    }
    return { target: port.port, published, host_ip: address, protocol: port.protocol };
  },
  commit(native, spec, at, out) {
    const service = out.services[at.nameOf(spec.to)];
    if (service) service.ports = [...(service.ports ?? []), native];
  },
};
