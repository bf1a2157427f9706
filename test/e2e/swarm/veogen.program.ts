import { acknowledge, Environments } from '../../../lib';
import { deployStack } from '../../../lib/stack/pulumi';
import { buildVeoGen } from './veogen';

const { E2E_NAMESPACE: namespace = '', E2E_LABEL: label = '', E2E_NOFILE: nofile } = process.env;

deployStack(
  'veogen',
  {
    platform: 'swarm',
    environment: Environments.production,
    namespace,
    // no IPVS on every machine that runs the tests, hence no virtual addresses
    swarm: { endpointMode: 'dnsrr' },
  },
  (root) => {
    buildVeoGen(root, { label, nofile: Number(nofile) });
    acknowledge(root, { 'destroy.guard': 'there is no bucket, and the data of a test may be lost' });
  },
);
