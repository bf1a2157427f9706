import { GraphMemory } from '../../../apps/graphmemory/graphmemory';
import { Environments } from '../../../lib';
import { deployStack } from '../../../lib/stack/pulumi';

const { E2E_NAMESPACE: namespace = 'e2e' } = process.env;

deployStack('graphmemory', { platform: 'docker', environment: Environments.production, namespace }, (root) => new GraphMemory(root));
