import * as pulumi from '@pulumi/pulumi';
import { Construct } from 'constructs';
import { Environment, Environments } from '../../../lib';
import { deploySwarm } from '../../../lib/platforms/swarm/pulumi';
import { swarmSystem } from './system';

const value = (name: string): string => process.env[name] as string;

const root = new Construct(undefined as unknown as Construct, '');
Environment.set(root, Environments.development);
swarmSystem(
  {
    subnet: value('E2E_SUBNET'),
    port: Number(value('E2E_PORT')),
    label: value('E2E_LABEL'),
    broken: process.env.E2E_BROKEN === 'true',
    changed: process.env.E2E_CHANGED === 'true',
  },
  root,
);
const parent = new pulumi.ComponentResource('ironhull:test:Stack', value('E2E_STACK'));
// no IPVS on every machine that runs the tests, hence no virtual addresses
deploySwarm(root, { parent, name: value('E2E_STACK'), endpointMode: 'dnsrr' });
