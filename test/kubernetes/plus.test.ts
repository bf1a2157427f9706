import { App, Chart, type IResolver } from 'cdk8s';
import * as kplus from 'cdk8s-plus-27';
import { Environments, HardenedService, Peers } from '../../lib';
import { IronhullChart, synthesize } from '../../lib/platforms/kubernetes';
import { peerOf, podsOf, serviceOf, subjectOf } from '../../lib/platforms/kubernetes/plus';
import { type Any, IMAGE } from './support';

const instance = (name: string) => ({ matchLabels: { 'app.kubernetes.io/instance': name } });

/** Every way out of an app, as lists of objects. */
function everyWay(build: (chart: IronhullChart) => void): Any[][] {
  const make = () => {
    const app = new App();
    const chart = new IronhullChart(app, 'shop', { environment: Environments.production, namespace: 'shop' });
    build(chart);
    return { app, chart };
  };
  const { app } = make();
  return [[...synthesize(app).manifests.values()].flat(), make().chart.toJson()];
}

const api = (chart: Chart) => new HardenedService(chart, 'api', { image: IMAGE, ports: { http: 8080, admin: 9000 } });

test('an Ingress of cdk8s-plus in front of a service of ours, which is made once', () => {
  const ways = everyWay((chart) => {
    const ingress = new kplus.Ingress(chart, 'Web', { metadata: { name: 'web' } });
    ingress.addHostRule('shop.example', '/', kplus.IngressBackend.fromService(serviceOf(api(chart)), { port: 8080 }));
  });
  for (const objects of ways) {
    expect(objects.filter((one) => one.kind === 'Service').map((one) => one.metadata.name)).toEqual(['api']);
    const ingress = objects.find((one) => one.kind === 'Ingress');
    expect(ingress.spec.rules[0].http.paths[0].backend).toEqual({ service: { name: 'api', port: { number: 8080 } } });
  }
});

test('an Ingress may lead to a port of a sidecar, also of one that was added later', () => {
  const ways = everyWay((chart) => {
    const service = api(chart);
    serviceOf(service);
    service.addSidecar('proxy', { image: IMAGE, ports: { proxy: 8443 } });
    const ingress = new kplus.Ingress(chart, 'Web', { metadata: { name: 'web' } });
    ingress.addRule('/', kplus.IngressBackend.fromService(serviceOf(service), { port: 8443 }));
  });
  for (const objects of ways) {
    const { paths } = objects.find((one) => one.kind === 'Ingress').spec.rules[0].http;
    expect(paths[0].backend.service).toEqual({ name: 'api', port: { number: 8443 } });
    const service = objects.find((one) => one.kind === 'Service');
    expect(service.spec.ports.map((one: { port: number }) => one.port)).toEqual([8080, 9000, 8443]);
  }
});

test('an edge lets the controller of an Ingress in', () => {
  const ways = everyWay((chart) => {
    const service = api(chart);
    new kplus.Ingress(chart, 'Web').addRule('/', kplus.IngressBackend.fromService(serviceOf(service), { port: 8080 }));
    const controller = [{ 'app.kubernetes.io/name': 'ingress-nginx' }, { 'kubernetes.io/metadata.name': 'ingress-nginx' }] as const;
    service.network.allowFrom(Peers.pods(...controller), 'http');
  });
  for (const objects of ways) {
    const { spec } = objects.find((one) => one.kind === 'NetworkPolicy' && one.metadata.name === 'api');
    const peer = {
      namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'ingress-nginx' } },
      podSelector: { matchLabels: { 'app.kubernetes.io/name': 'ingress-nginx' } },
    };
    expect(spec.ingress).toEqual([{ from: [peer], ports: [{ port: 8080, protocol: 'TCP' }] }]);
  }
});

test('a service without ports has no Service', () => {
  const chart = new Chart(new App(), 'shop');
  const job = new HardenedService(chart, 'job', { image: IMAGE });
  expect(() => serviceOf(job)).toThrow('shop/job: a Service needs ports, got none; give the workload a port');
});

test('asking for a reference settles nothing: sidecars can still be added', () => {
  const ways = everyWay((chart) => {
    const service = api(chart);
    expect(serviceOf(service)).toBe(serviceOf(service));
    service.addSidecar('proxy', { image: IMAGE });
  });
  for (const objects of ways) {
    const { containers } = objects.find((one) => one.kind === 'Deployment').spec.template.spec;
    expect(containers.map((one: { name: string }) => one.name)).toEqual(['api', 'proxy']);
  }
});

test('a Role of cdk8s-plus is bound to the identity of a service', () => {
  const ways = everyWay((chart) => {
    const role = new kplus.Role(chart, 'Reader', { metadata: { name: 'reader' } });
    role.allowRead(kplus.ApiResource.CONFIG_MAPS);
    role.bind(subjectOf(chart, api(chart)));
  });
  for (const objects of ways) {
    expect(objects.filter((one) => one.kind === 'ServiceAccount')).toHaveLength(1);
    const binding = objects.find((one) => one.kind === 'RoleBinding');
    expect(binding.subjects).toEqual([{ apiGroup: '', kind: 'ServiceAccount', name: 'api', namespace: 'shop' }]);
  }
});

test('connections of a cdk8s-plus workload to a service of ours make both policies, in the chart', () => {
  const ways = everyWay((chart) => {
    const job = new kplus.Deployment(chart, 'Job', { metadata: { name: 'job' }, containers: [{ image: 'job:1.0.0' }] });
    job.connections.allowTo(peerOf(api(chart)), { ports: [kplus.NetworkPolicyPort.tcp(8080)] });
  });
  for (const objects of ways) {
    const policies = objects.filter((one) => one.kind === 'NetworkPolicy' && one.metadata.name !== 'api');
    const out = policies.find((one) => one.spec.egress);
    expect(out.spec.egress[0].to[0].podSelector).toEqual(instance('api'));
    const into = policies.find((one) => one.spec.ingress);
    expect(into.metadata.namespace).toBe('shop');
    expect(into.spec.podSelector).toEqual(instance('api'));
  }
});

test('pods of cdk8s-plus workloads are peers of ours', () => {
  const ways = everyWay((chart) => {
    const database = new kplus.StatefulSet(chart, 'Database', {
      containers: [{ image: 'database:1.0.0', portNumber: 5432 }],
      select: false,
      service: new kplus.Service(chart, 'DatabaseService', { metadata: { name: 'database' }, ports: [{ port: 5432 }] }),
    });
    database.select(kplus.LabelSelector.of({ labels: { app: 'database' } }));
    const service = api(chart);
    service.network.allowTo(podsOf(database, 5432));
    service.network.allowFrom(podsOf(database), 'http');
  });
  for (const objects of ways) {
    const { spec } = objects.find((one) => one.kind === 'NetworkPolicy' && one.metadata.name === 'api');
    const peer = {
      namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'shop' } },
      podSelector: { matchLabels: { app: 'database' } },
    };
    expect(spec.egress[1]).toEqual({ ports: [{ port: 5432, protocol: 'TCP' }], to: [peer] });
    expect(spec.ingress).toEqual([{ from: [peer], ports: [{ port: 8080, protocol: 'TCP' }] }]);
  }
});

test('a workload that selects nothing is no peer', () => {
  const chart = new Chart(new App(), 'shop');
  const deployment = new kplus.Deployment(chart, 'Loose', { select: false, containers: [{ image: 'x:1.0.0' }] });
  expect(() => podsOf(deployment)).toThrow('shop/Loose: a peer needs labels that select its pods, got none');
});

test('resolvers of the app do not touch what is ours', () => {
  const resolver: IResolver = { resolve: (context) => void (context.value === 'info' && context.replaceValue('debug')) };
  const app = new App({ resolvers: [resolver] });
  const chart = new Chart(app, 'shop');
  new HardenedService(chart, 'web', { image: IMAGE, env: { LOG_LEVEL: 'info' } });
  new kplus.ConfigMap(chart, 'Settings', { data: { level: 'info' } });
  const text = app.synthYaml();
  expect(text).toContain('value: info');
  expect(text).toContain('level: debug');
});
