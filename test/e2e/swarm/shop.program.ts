import * as pulumi from '@pulumi/pulumi';
import { deploySwarm } from '../../../lib/platforms/swarm/pulumi';
import { emptyTree, shop } from '../compose/connections.system';

const { E2E_STACK: name = 'shop', E2E_PORT = '8080', E2E_VERSION, E2E_EXIT = '0', E2E_TEXT } = process.env;

const root = emptyTree();
shop(
  {
    port: Number(E2E_PORT),
    exit: Number(E2E_EXIT),
    ...(E2E_VERSION !== undefined && { version: E2E_VERSION }),
    ...(E2E_TEXT !== undefined && { text: E2E_TEXT }),
    configured: true,
  },
  root,
);
// no IPVS on every machine that runs the tests, hence no virtual addresses
deploySwarm(root, { parent: new pulumi.ComponentResource('ironhull:test:Stack', name), name, endpointMode: 'dnsrr' });
