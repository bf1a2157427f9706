/** What a user of the package might write. It is compiled and run in a repository of its own. */

/** A plain chart with a service of ours beside a Deployment of cdk8s-plus, and an Ingress to ours. */
export const SHOP_IN_CDK8S = `
import { App, Chart } from 'cdk8s';
import * as kplus from 'cdk8s-plus-27';
import { HardenedService } from 'ironhull';
import { podsOf, serviceOf } from 'ironhull/cdk8s-plus';

const app = new App();
const chart = new Chart(app, 'shop');

const old = new kplus.Deployment(chart, 'old', { containers: [{ image: 'registry.example/old:1.0.0', portNumber: 9000 }] });

const web = new HardenedService(chart, 'web', {
  image: 'registry.example/web:1.4.2',
  ports: { http: 8080 },
  health: { http: { port: 'http', path: '/livez' } },
  acknowledge: { 'same-probe': 'the service has one health endpoint', 'unpinned-image': 'the registry refuses to overwrite tags' },
});
web.network.allowTo(podsOf(old, 9000));

new kplus.Ingress(chart, 'entrance', {
  rules: [{ path: '/', backend: kplus.IngressBackend.fromService(serviceOf(web)) }],
});

app.synth();
`;

/** One service on the Docker engine. */
export const SHOP_IN_PULUMI = `
import { Environments, HardenedService } from 'ironhull';
import { deployStack } from 'ironhull/pulumi';

deployStack('shop', { platform: 'docker', environment: Environments.development }, (root) => {
  const web = new HardenedService(root, 'web', {
    image: 'registry.example/web:1.4.2',
    ports: { http: 8080 },
    health: { http: { port: 'http', path: '/livez' } },
  });
  web.publish({ port: 'http' });
});
`;
