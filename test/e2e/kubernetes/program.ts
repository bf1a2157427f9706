/** The Pulumi program of pulumi.test.ts. */
import { acknowledge, Environments } from '../../../lib';
import { deployStack } from '../../../lib/stack/pulumi';
import { buildVeoGen } from './systems';

const { E2E_NAMESPACE: namespace = '', E2E_RELEASE: release = '1', E2E_RUN: run = '', E2E_DESTROY: reason } = process.env;

deployStack('veogen', { platform: 'kubernetes', environment: Environments.production, namespace }, (root) => {
  buildVeoGen(root, { release, run });
  if (reason !== undefined) acknowledge(root, { 'destroy.guard': reason });
});
