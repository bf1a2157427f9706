/** VeoGen in production, as far as a small node can have it. */
import type { Construct } from 'constructs';
import { VeoGen } from '../../../apps/veogen/veogen';
import { HardenedService, PersistentVolume } from '../../../lib';
import { kubernetes, type WorkloadNative } from '../../../lib/platforms/kubernetes';

/** What this suite changes between two versions of the system. */
export interface Version {
  /** An environment variable of the backend. */
  readonly release: string;
}

/**
 * Builds VeoGen into a stack of production, and beside it a client that may talk to the backend and a stranger that may
 * not.
 *
 * What the node cannot do is tuned, and nothing else: production reserves 5.4 cores and 11 GiB, and the node has 2 cores;
 * its storage class has no volumes that several nodes write to; images were imported, so none is pulled; and the stand-in
 * program is told by a variable where to listen.
 */
export function buildVeoGen(stack: Construct, version: Version): void {
  const veogen = new VeoGen(stack);
  const client = new HardenedService(stack, 'client', busybox);
  client.network.allowTo(veogen.backend, 'http');
  const stranger = new HardenedService(stack, 'stranger', busybox);
  for (const service of [veogen.backend, veogen.frontend, veogen.worker, veogen.postgres, veogen.redis, client, stranger]) {
    service.tune(kubernetes, fitNode);
  }
  veogen.backend.tune(kubernetes, (native) => setEnv(native, { PROBE_PORTS: '8000,8001', RELEASE: version.release }));
  veogen.frontend.tune(kubernetes, (native) => setEnv(native, { PROBE_PORTS: '3000' }));
  // the node's volumes are used again after a run, with what is in them: a folder of another user would not do
  veogen.postgres.tune(kubernetes, (native) => setEnv(native, { PGDATA: '/var/lib/postgresql/data/of-10001' }));
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

function fitNode({ deployment }: WorkloadNative): void {
  for (const container of deployment.spec.template.spec?.containers ?? []) {
    container.imagePullPolicy = 'IfNotPresent';
    container.resources = { ...container.resources, requests: { cpu: '5m', memory: '16Mi' } };
  }
}

function setEnv({ deployment }: WorkloadNative, env: Readonly<Record<string, string>>): void {
  const main = deployment.spec.template.spec?.containers[0];
  if (main)
    main.env = [...(main.env ?? []).filter(({ name }) => !(name in env)), ...Object.entries(env).map(([name, value]) => ({ name, value }))];
}
