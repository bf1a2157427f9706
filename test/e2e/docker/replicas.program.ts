import { Environments, ExistingSecret, HardenedService, NetworkSegment } from '../../../lib';
import { deployStack } from '../../../lib/stack/pulumi';

const { E2E_NAMESPACE: namespace = 'e2e', E2E_VERSION: version = '1', E2E_MISTAKES: mistakes } = process.env;

deployStack('shop', { platform: 'docker', environment: Environments.test, namespace }, (root) => {
  const health = { http: { port: 'http', path: '/ready' }, interval: '5s', timeout: '3s', retries: 30, startPeriod: '1s' } as const;
  const service = { image: 'veogen/backend:1.0.0', ports: { http: 8080 }, shutdown: { grace: '2s' } } as const;
  const listen = { PROBE_PORTS: '8080' };

  const database = new HardenedService(root, 'Database', { ...service, health, env: { ...listen, PROBE_READY_AFTER: '6s' } });
  const api = new HardenedService(root, 'Api', { ...service, health, replicas: 2, env: { ...listen, VERSION: version } });
  api.network.allowTo(database);

  const back = new NetworkSegment(root, 'Back', { internal: true });
  new HardenedService(root, 'Closed', {
    ...service,
    env: listen,
    networks: [{ network: back, aliases: ['vault'] }],
    health: { tcp: { port: 'http' }, interval: '5s', timeout: '3s' },
  });
  const toolbox = new HardenedService(root, 'Toolbox', {
    image: 'busybox:1.37',
    command: ['sleep', '86400'],
    init: true,
    shutdown: { grace: '1s' },
  });
  toolbox.network.allowTo(api);
  toolbox.network.allowTo(database);

  if (mistakes) {
    api.publish({ port: 'http', listen: 8080 });
    const secrets = new ExistingSecret(root, 'Secrets', { existing: 'shop-secrets' });
    new HardenedService(root, 'Wrong', { ...service, image: 'Shop:latest', env: { TOKEN: secrets.key('token') } });
  }
});
