/** Two replicas that are somebody, each with a volume of its own; also the Pulumi program of stable.test.ts. */
import type { Construct } from 'constructs';
import { Environments, HardenedService, PersistentVolume } from '../../../lib';
import { deployStack } from '../../../lib/stack/pulumi';
import { JOURNAL_COMMAND, JOURNAL_VOLUME } from '../support/journal';

/** What differs from version to version. */
export interface Version {
  readonly release: string;
  readonly replicas?: number;
  readonly keep?: boolean;
}

/** A StatefulSet called `db`. */
export function buildDatabase(scope: Construct, run: string, { release, replicas = 2, keep = true }: Version): void {
  const volume = new PersistentVolume(scope, 'data', { size: '1Gi', perReplica: true, storageClass: 'local', keep });
  new HardenedService(scope, 'db', {
    image: 'busybox:1.37',
    command: [...JOURNAL_COMMAND],
    env: { RELEASE: release, RUN: run },
    identity: 'stable',
    replicas,
    mounts: [{ volume, path: JOURNAL_VOLUME }],
    writable: [],
    rollout: { delay: '0s' },
    resources: { cpu: { limit: '200m', reservation: '5m' }, memory: { limit: '32Mi', reservation: '16Mi' }, ephemeralStorage: '32Mi' },
  });
}

const { E2E_NAMESPACE: namespace, E2E_RUN: run = '', E2E_VERSION: release = 'one' } = process.env;

if (namespace !== undefined) {
  const kubernetes = { imagePullPolicy: 'IfNotPresent', createNamespace: false } as const;
  deployStack('stable', { platform: 'kubernetes', environment: Environments.test, namespace, kubernetes }, (root) =>
    buildDatabase(root, run, { release }),
  );
}
