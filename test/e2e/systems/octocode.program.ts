import { OctoCode } from '../../../apps/octocode/octocode';
import { acknowledge, Environments } from '../../../lib';
import { docker } from '../../../lib/platforms/docker';
import { deployStack } from '../../../lib/stack/pulumi';

const { E2E_NAMESPACE: namespace = 'e2e', E2E_PORT: port = '80', E2E_VERSION: version = '1.0.0' } = process.env;

deployStack('octocode', { platform: 'docker', environment: Environments.production, namespace }, (root) => {
  acknowledge(root, { 'destroy.guard': 'there is no bucket, and the data of a test may be lost' });
  const { app, gateway } = new OctoCode(root, 'octocode', { version });
  for (const one of [app, gateway]) {
    one?.tune(docker, ({ containers }) => {
      for (const { args } of containers) {
        // port 80 may belong to another suite
        for (const published of args.ports ?? []) published.external = Number(port);
        // saves time: three replicas start one after the other, and nothing is known of one before its first check
        if (args.healthcheck) args.healthcheck = { ...args.healthcheck, interval: '5s' };
      }
    });
  }
});
