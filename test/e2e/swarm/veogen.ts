/** VeoGen, as far as a Swarm of one small machine can have it. */
import type { Construct } from 'constructs';
import { VeoGen } from '../../../apps/veogen/veogen';
import { HardenedService, HardenedTask, NetworkSegment } from '../../../lib';
import { type SwarmNatives, swarm } from '../../../lib/platforms/swarm';

/** What one machine forces. */
export interface OneMachine {
  /** The label of the node that the database is pinned to; the label of this run, so that no other run takes it off. */
  readonly label: string;
  /** The most open files that the engine can give, which is not more than its own limit. */
  readonly nofile: number;
  /** Another subnet: for a moment after a network is gone, its node keeps the subnet. @default - VeoGen's own */
  readonly subnet?: string;
}

type Service = SwarmNatives['workload']['service'];

/**
 * Builds VeoGen into a stack.
 *
 * What one machine cannot do is tuned, and nothing else: its only node is a manager; production reserves more cores
 * and memory than there are, twice where two stacks run, so that only the memory of the backend and of the database stays reserved; a label
 * of the node belongs to this run; and the stand-ins for the images are told where to listen.
 * To save time, a replica is watched for 5 s instead of 30 s, of which VeoGen's documents say nothing.
 */
export function buildVeoGen(stack: Construct, { label, nofile, subnet }: OneMachine): void {
  const { backend, frontend, worker, postgres } = new VeoGen(stack);
  for (const one of stack.node.findAll()) {
    if (!(one instanceof HardenedService || one instanceof HardenedTask)) continue;
    one.tune(swarm, ({ service }) => {
      fitNode(service, label);
      if (one !== backend && one !== postgres.database.service) reserve(service, '16m');
    });
  }
  backend.tune(swarm, ({ service }) => {
    listen(service, '8000,8001');
    if (service.ulimits?.nofile) service.ulimits.nofile = { soft: nofile, hard: nofile };
  });
  frontend.tune(swarm, ({ service }) => listen(service, '3000'));
  worker.tune(swarm, ({ service }) => listen(service, '8000'));
  for (const network of stack.node.findAll()) {
    if (!(network instanceof NetworkSegment) || subnet === undefined) continue;
    network.part.tune(swarm, (native) => {
      native.ipam = { config: [{ subnet }] };
    });
  }
}

function fitNode(service: Service, label: string): void {
  const { placement, resources, update_config, rollback_config } = service.deploy ?? {};
  if (placement?.constraints) {
    placement.constraints = placement.constraints.map((one) =>
      one.replace('node.role == worker', 'node.role == manager').replace('node.labels.database', `node.labels.${label}`),
    );
  }
  for (const step of [update_config, rollback_config]) if (step) step.monitor = '5s';
  if (resources?.reservations) resources.reservations.cpus = '0.05';
}

function reserve(service: Service, memory: string): void {
  const { reservations } = service.deploy?.resources ?? {};
  if (reservations) reservations.memory = memory;
}

function listen(service: Service, ports: string): void {
  service.environment = { ...service.environment, PROBE_PORTS: ports };
}
