import type { Cell, Platform } from '../../platform/platform';
import * as onOneHost from '../compose/cells';
import { atMost, configKey, engineName } from '../compose/natives';
import type { ComposeNetwork } from '../compose/objects';
import type { Dialect, SwarmDocument, SwarmNatives, SwarmOptions } from './natives';
import { MOST_OF_A_FILE_NAME, networkName } from './networking';
import { taskCell } from './task';
import { workloadCell } from './workload';

/** The cells of both ways to Swarm. */
export function swarmCells(dialect: Dialect, options: SwarmOptions): Platform<SwarmNatives, SwarmDocument>['cells'] {
  return {
    network: networkCell(dialect, options),
    secret: onOneHost.secret,
    config: configCell(options),
    object: onOneHost.object,
    volume: volumeCell(options),
    task: taskCell(dialect, options),
    workload: workloadCell(dialect, options),
    route: routeCell(options),
  };
}

/** An overlay network. */
function networkCell(dialect: Dialect, options: SwarmOptions): Cell<'network', SwarmNatives, SwarmDocument> {
  return {
    draft(spec, at) {
      const network: ComposeNetwork = {
        ...onOneHost.network.draft(spec, at),
        name: networkName(options.namespace ?? at.stack.name, at.name),
        driver: 'overlay',
        ...(spec.attachable && { attachable: true }),
      };
      if (dialect === 'file' && spec.gateway !== undefined && network.ipam) {
        if (at.acknowledged('network.addressing') === undefined) {
          at.problem(
            'gateway',
            'a stack file cannot say the gateway of a network',
            spec.gateway,
            "leave it out, or acknowledge 'network.addressing' with a reason",
          );
        }
        network.ipam = { config: network.ipam.config.map(({ gateway: _, ...rest }) => rest) };
      }
      return network;
    },
    commit: onOneHost.network.commit,
  };
}

/** Configs of the Swarm. One cannot change, so the version of the contents stands in its name. */
function configCell(options: SwarmOptions): Cell<'config', SwarmNatives, SwarmDocument> {
  return {
    draft: onOneHost.config.draft,
    commit(native, spec, at, out) {
      onOneHost.config.commit(native, spec, at, out);
      for (const file of Object.keys(native.files)) {
        const key = configKey(at.name, native.version, file);
        const config = out.configs[key];
        if (config)
          out.configs[key] = { ...config, name: atMost(engineName(options.namespace ?? at.stack.name, key), MOST_OF_A_FILE_NAME) };
      }
    },
  };
}

/** A named volume; every node makes its own where a replica needs it. Each has its own by the number of its slot. */
function volumeCell(options: SwarmOptions): Cell<'volume', SwarmNatives, SwarmDocument> {
  return {
    draft(spec, at) {
      const name = engineName(options.namespace ?? at.stack.name, at.name);
      const { perReplicaOf } = at;
      if (!perReplicaOf) return { ...onOneHost.volume.draft(spec, at), name };
      for (let replica = 1; replica <= at.spec(perReplicaOf).replicas; replica++) onOneHost.ownVolumeName(at.name, replica, at);
      return { ...onOneHost.volume.draft(spec, at), name: `${name}-{{.Task.Slot}}` };
    },
    commit: onOneHost.volume.commit,
  };
}

/** A published port, on every node or on the nodes of the replicas. */
function routeCell(options: SwarmOptions): Cell<'route', SwarmNatives, SwarmDocument> {
  const mode = options.publishMode ?? (options.endpointMode === 'dnsrr' ? 'host' : 'ingress');
  return {
    draft(spec, at) {
      const port = at.spec(spec.to).ports.find((one) => one.name === spec.port) ?? { port: 0, protocol: 'tcp' as const };
      const published = spec.listen ?? port.port;
      at.claim('published port', `${published}/${port.protocol}`, 'set listen to another port');
      if (mode === 'ingress' && options.endpointMode === 'dnsrr') {
        at.problem('port', 'Swarm publishes nothing on every node with dnsrr', spec.port, "use the publish mode 'host', or vip");
      }
      const update = at.native(spec.to).service.deploy?.update_config;
      if (mode === 'host' && update?.order === 'start-first') {
        at.problem(
          'port',
          'a new replica cannot start before the old one on the same node, which has the port of the host',
          'start-first',
          "set rollout.order of the service to 'stop-first', or publish on every node",
        );
      }
      return { target: port.port, published, protocol: port.protocol, mode };
    },
    commit: onOneHost.route.commit,
  };
}
