/** VeoGen in production, as far as a small node can have it. */
import type { Construct } from 'constructs';
import { VeoGen } from '../../../apps/veogen/veogen';
import { HardenedService, PersistentVolume } from '../../../lib';
import { kubernetes, type WorkloadNative } from '../../../lib/platforms/kubernetes';

/** What this suite changes between two versions of the system. */
export interface Version {
  /** An environment variable of the backend. */
  readonly release: string;
  /** A name of this run: the node's volumes are used again, with what is in them. */
  readonly run: string;
}

/**
 * Builds VeoGen into a stack of production, and beside it a client that may talk to the backend and a stranger that may
 * not.
 *
 * What the node cannot do is tuned, and nothing else: production reserves more cores and memory than a node with 2 cores has;
 * its storage class has no volumes that several nodes write to; images were imported, so none is pulled; and the stand-in
 * program is told by a variable where to listen.
 */
export function buildVeoGen(stack: Construct, version: Version): void {
  const veogen = new VeoGen(stack);
  const client = new HardenedService(stack, 'client', busybox);
  client.network.allowTo(veogen.backend, 'http');
  new HardenedService(stack, 'stranger', busybox);
  for (const one of stack.node.findAll()) if (one instanceof HardenedService) one.tune(kubernetes, fitNode);
  veogen.backend.tune(kubernetes, (native) => setEnv(native, { PROBE_PORTS: '8000,8001', RELEASE: version.release }));
  veogen.frontend.tune(kubernetes, (native) => setEnv(native, { PROBE_PORTS: '3000' }));
  veogen.postgres.database.service.tune(kubernetes, (native) => setEnv(native, { PGDATA: `/var/lib/postgresql/data/${version.run}` }));
  for (const volume of stack.node.findAll()) {
    if (!(volume instanceof PersistentVolume)) continue;
    volume.part.tune(kubernetes, ({ claim }) => {
      claim.spec.storageClassName = 'local';
      claim.spec.accessModes = ['ReadWriteOnce'];
    });
  }
}

const busybox = {
  image: 'busybox:1.37',
  command: ['sleep', '100000'],
  // sleep does not end when it is told to
  shutdown: { grace: '1s' },
  replicas: 1,
  acknowledge: { 'unpinned-image': 'the stand-in has no digest' },
} as const;

const podOf = (native: WorkloadNative) => (native.statefulSet ?? native.deployment).spec.template.spec;

function fitNode(native: WorkloadNative): void {
  for (const waiting of podOf(native)?.initContainers ?? []) waiting.imagePullPolicy = 'IfNotPresent';
  for (const container of podOf(native)?.containers ?? []) {
    container.imagePullPolicy = 'IfNotPresent';
    container.resources = { ...container.resources, requests: { cpu: '5m', memory: '16Mi' } };
  }
}

function setEnv(native: WorkloadNative, env: Readonly<Record<string, string>>): void {
  const main = podOf(native)?.containers[0];
  if (main)
    main.env = [...(main.env ?? []).filter(({ name }) => !(name in env)), ...Object.entries(env).map(([name, value]) => ({ name, value }))];
}
