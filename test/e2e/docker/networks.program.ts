import type { Construct } from 'constructs';
import { Environments, HardenedService, type HardenedServiceProps, NetworkSegment, Peers } from '../../../lib';
import { deployStack } from '../../../lib/stack/pulumi';

const { E2E_NAMESPACE: namespace = 'e2e', E2E_PORT: port = '8080' } = process.env;

function service(root: Construct, id: string, more: Partial<HardenedServiceProps> = {}): HardenedService {
  return new HardenedService(root, id, {
    image: 'veogen/backend:1.0.0',
    ports: { http: 8080 },
    writable: [],
    resources: { memory: { limit: '32Mi' } },
    shutdown: { grace: '1s' },
    ...more,
  });
}

deployStack('mesh', { platform: 'docker', environment: Environments.test, namespace }, (root) => {
  const networks = (id: string, internal: boolean) => [{ network: new NetworkSegment(root, id, { internal }) }];
  const [back, data] = [networks('Back', false), networks('Data', true)];
  const [gateway, web, api] = [service(root, 'Gateway'), service(root, 'Web'), service(root, 'Api')];
  const database = service(root, 'Database', { networks: data });
  service(root, 'Backup', { networks: data });
  const worker = service(root, 'Worker', { networks: back });
  const cache = service(root, 'Cache', { networks: back, replicas: 2 });
  service(root, 'Loner');

  gateway.publish({ port: 'http', listen: Number(port) });
  gateway.network.allowTo(web);
  // both lead outside: they have two networks in common, of which one must not connect them and must not answer for a name
  gateway.network.allowTo(api);
  web.network.allowTo(api);
  api.network.allowTo(database);
  api.network.allowTo(Peers.internet(443));
  cache.network.allowFrom(worker);
  // no edge: the two lead outside through one network and must not meet there
  service(root, 'Mailer').network.allowTo(Peers.internet(587));
});
