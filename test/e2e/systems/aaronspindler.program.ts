import { AaronSpindler } from '../../../apps/aaronspindler/aaronspindler';
import { acknowledge, Environments, HardenedService } from '../../../lib';
import { docker } from '../../../lib/platforms/docker';
import { deployStack } from '../../../lib/stack/pulumi';

const { E2E_NAMESPACE: namespace = 'e2e' } = process.env;

deployStack('aaronspindler', { platform: 'docker', environment: Environments.production, namespace }, (root) => {
  acknowledge(root, { 'destroy.guard': 'there is no bucket, and the data of a test may be lost' });
  const site = new AaronSpindler(root);
  for (const one of site.node.findAll()) {
    if (!(one instanceof HardenedService)) continue;
    one.tune(docker, ({ containers }) => {
      for (const { args } of containers) {
        // saves time: replicas start one after the other, and nothing is known of one before its first check
        if (args.healthcheck) args.healthcheck = { ...args.healthcheck, interval: '10s' };
      }
    });
  }
});
