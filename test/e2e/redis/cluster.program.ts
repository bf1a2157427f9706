/** A cluster of six nodes, and a client that an edge lets connect. */
import type { Construct } from 'constructs';
import { Environments, ExistingSecret, HardenedService, Redis, type RedisProps } from '../../../lib';
import { deployStack } from '../../../lib/stack/pulumi';

/** The image has Redis' own client. */
const IMAGE = 'redis:7.4-bookworm';

/** The secret with the passwords, and what is in it. */
export const SECRET = 'redis-passwords';
export const PASSWORDS = {
  'default-password': 'of "the\\ client',
  'admin-password': 'of the nodes',
  'monitoring-password': 'of nobody here',
};

export function buildCluster(root: Construct, props: Partial<RedisProps> = {}): Redis {
  const redis = new Redis(root, 'Redis', {
    mode: 'cluster',
    size: '1Gi',
    exporter: false,
    resources: { cpu: { limit: 1, reservation: '10m' }, memory: { limit: '128Mi', reservation: '32Mi' } },
    passwords: { secret: new ExistingSecret(root, 'Passwords', { existing: SECRET }) },
    ...props,
  });
  const client = new HardenedService(root, 'Client', {
    image: IMAGE,
    user: props.user ?? '999:999',
    command: ['sleep', '1000000'],
    // it listens to no signal
    shutdown: { grace: '1s', drain: '0s' },
  });
  client.network.allowTo(redis);
  return redis;
}

const { E2E_NAMESPACE: namespace } = process.env;

if (namespace !== undefined)
  deployStack('shop', { platform: 'docker', environment: Environments.development, namespace }, (root) => void buildCluster(root));
