/** A service that becomes stable, and one whose replicas have a volume each. */
import { Environments, HardenedService, PersistentVolume } from '../../../lib';
import { deployStack } from '../../../lib/stack/pulumi';
import { JOURNAL_COMMAND, JOURNAL_VOLUME } from '../support/journal';

const { E2E_NAMESPACE: namespace = 'e2e', E2E_VERSION: release = 'one', E2E_STABLE: stable, E2E_REPLICAS: replicas = '1' } = process.env;

deployStack('shop', { platform: 'docker', environment: Environments.test, namespace }, (root) => {
  const service = { image: 'busybox:1.37', command: [...JOURNAL_COMMAND], writable: [], shutdown: { grace: '10s' } } as const;
  const mount = (id: string, perReplica: boolean) => [
    { volume: new PersistentVolume(root, `${id}-Data`, { size: '1Gi', perReplica }), path: JOURNAL_VOLUME },
  ];
  const env = { RELEASE: release, RUN: 'run' };
  new HardenedService(root, 'Db', { ...service, env, ...(stable && { identity: 'stable' }), replicas: 1, mounts: mount('Db', false) });
  new HardenedService(root, 'Events', {
    ...service,
    env: { ...env, RELEASE: 'one' },
    identity: 'stable',
    replicas: Number(replicas),
    mounts: mount('Events', true),
  });
});
