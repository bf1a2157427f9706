import * as pulumi from '@pulumi/pulumi';
import { Environments, ExistingSecret, HardenedService, NetworkSegment, PersistentVolume } from '../../../lib';
import { deployStack } from '../../../lib/stack/pulumi';
import { BACKEND, MONITORING, NETWORK } from './backend';

const changed = process.env.E2E_CHANGED === 'true';

deployStack(
  'veogen',
  { platform: 'docker', environment: Environments.development, namespace: process.env.E2E_NAMESPACE ?? 'e2e' },
  (root) => {
    const network = new NetworkSegment(root, 'Network', NETWORK);
    const secrets = new ExistingSecret(root, 'Secrets', { existing: 'veogen-secrets' });
    const backend = new HardenedService(root, 'Backend', {
      ...BACKEND,
      // the engine may not be able to raise limits above its own
      ulimits: { nofile: Number(process.env.E2E_NOFILE), nproc: 65535 },
      networks: [{ network, address: '172.20.0.10' }],
      env: { ...BACKEND.env, DATABASE_URL: secrets.key('database-url'), LATE: pulumi.output(pulumi.getStack()) },
      mounts: [
        { volume: new PersistentVolume(root, 'Uploads', { size: '10Gi', keep: true }), path: '/app/uploads' },
        { volume: new PersistentVolume(root, 'Outputs', { size: '50Gi' }), path: '/app/outputs', readOnly: true },
      ],
      ...(changed && {
        health: { http: { port: 'http', path: '/livez' }, interval: '3s', timeout: '2s', retries: 5, startPeriod: '4s' },
        writable: [{ path: '/tmp', size: '200Mi' }],
        init: true,
        pids: 120,
      }),
    });
    backend.addSidecar('monitoring', MONITORING);
    backend.publish({ port: 'http', listen: Number(process.env.E2E_PORT) });
    new HardenedService(root, 'Toolbox', {
      image: 'busybox:1.37',
      command: ['sleep', '86400'],
      init: true,
      shutdown: { grace: '1s' },
      networks: [{ network }],
    });
  },
);
