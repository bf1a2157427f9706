/** What stands beside VeoGen's backend, on what it is written as: K Kubernetes, D Docker, S Swarm, C Compose. Engines: test/e2e. */
import { VeoGen } from '../../apps/veogen/veogen';
import { Environments } from '../../lib';
import { envOf, namesOf, TARGETS, type Target } from './database';
import { type Json, Views } from './views';

const views = new Views('veogen', (scope) => new VeoGen(scope), Environments.production);
const development = new Views('veogen', (scope) => new VeoGen(scope), Environments.development);

describe('V8: monitoring sidecar in the same namespaces', () => {
  const image = 'prom/node-exporter:v1.8.2';
  // of the processes that it shares, and not of the host: nothing of the host is mounted
  const args = ['--path.procfs=/proc', '--collector.processes', '--web.listen-address=:9100'];
  test('K: in the pod, which has one network namespace, and one of processes for all', () => {
    const pod = views.pod('veogen-backend');
    const sidecar = pod.containers.find((one: Json) => one.name === 'monitoring');
    expect(pod.shareProcessNamespace).toBe(true);
    expect(sidecar).toMatchObject({
      image,
      args,
      ports: [{ containerPort: 9100 }],
      securityContext: { runAsUser: 65534, runAsNonRoot: true, readOnlyRootFilesystem: true, allowPrivilegeEscalation: false },
    });
    expect(sidecar).not.toHaveProperty('volumeMounts');
  });
  test('D', () => {
    const sidecar = development.D.get('veogen-backend').containers[1];
    expect(sidecar).toMatchObject({ name: 'veogen-backend-monitoring', role: 'monitoring', shareProcesses: true });
    expect(sidecar.args).toMatchObject({ image, command: args, user: '65534:65534', readOnly: true, capabilities: { drops: ['ALL'] } });
    // it has no network of its own: it gets the one of the backend
    for (const key of ['networksAdvanced', 'volumes', 'ports']) expect(sidecar.args).not.toHaveProperty(key);
  });
  test('C', () => {
    const sidecar = development.C.services['veogen-backend-monitoring'];
    const shared = 'service:veogen-backend';
    expect(sidecar).toMatchObject({
      image,
      command: args,
      network_mode: shared,
      pid: shared,
      user: '65534:65534',
      read_only: true,
      cap_drop: ['ALL'],
    });
    for (const key of ['networks', 'volumes', 'ports']) expect(sidecar).not.toHaveProperty(key);
  });
});

describe('V16: front end, worker and Redis beside the backend', () => {
  const names = ['veogen-backend', 'veogen-frontend', 'veogen-postgres', 'veogen-redis', 'veogen-worker'];
  /** Without what belongs to the database, and the sidecar. */
  const own = (found: readonly string[]) => found.filter((name) => !/^veogen-postgres-|-monitoring$/.test(name)).sort();
  const imageOf = (target: Target, name: string): string => {
    if (target === 'K') return views.pod(name).containers[0].image;
    return target === 'D' ? views.D.get(name).containers[0].args.image : (views[target] as Json).services[name].image;
  };

  test.each(TARGETS)('%s: they are there, of the images that the pipelines build', (target) => {
    expect(own(namesOf(views, target))).toEqual(names);
    for (const component of ['backend', 'frontend', 'worker'])
      expect(imageOf(target, `veogen-${component}`)).toMatch(new RegExp(`^veogen/${component}:`));
    expect(imageOf(target, 'veogen-redis')).toMatch(/^redis:7\./);
  });
  test.each(TARGETS)('%s: the front end is told where the backend is, and no secret', (target) => {
    expect(envOf(views, target, 'veogen-frontend')).toEqual({ BACKEND_URL: 'http://veogen-backend:8000' });
  });
  test.each(TARGETS)('%s: backend and worker have the URLs of the database and of Redis from the secret', (target) => {
    for (const [name, variable, key] of ['veogen-backend', 'veogen-worker'].flatMap((name) => [
      [name, 'DATABASE_URL', 'database-url'] as const,
      [name, 'REDIS_URL', 'redis-url'] as const,
    ])) {
      if (target === 'K') {
        const { valueFrom } = views.pod(name).containers[0].env.find((one: Json) => one.name === variable);
        expect(valueFrom.secretKeyRef).toEqual({ name: 'veogen-secrets', key });
      } else if (target === 'D') {
        expect(views.D.get(name).containers[0].secretEnvs[variable]).toMatchObject({ spec: { name: 'veogen-secrets' }, key });
      } else {
        // from a variable of whoever deploys
        expect(envOf(views, target, name)[variable]).toMatch(new RegExp(`^\\$\\{VEOGEN_SECRETS_${variable}:\\?`));
      }
    }
  });
  test.each(TARGETS)('%s: who has to connect may', (target) => {
    const wanted = ['veogen-frontend veogen-backend'].concat(
      ['veogen-backend', 'veogen-worker'].flatMap((name) => ['veogen-postgres', 'veogen-redis'].map((other) => `${name} ${other}`)),
    );
    expect(views.edges().filter((edge) => !edge.includes('veogen-postgres-'))).toEqual(expect.arrayContaining(wanted));
    for (const [from, to] of wanted.map((edge) => edge.split(' ') as [string, string])) {
      if (target === 'K') {
        const rules: Json[] = views.kind('NetworkPolicy', to).spec.ingress;
        const peers = rules.flatMap((rule) => rule.from.map((peer: Json) => peer.podSelector?.matchLabels?.['app.kubernetes.io/instance']));
        expect([to, peers]).toEqual([to, expect.arrayContaining([from])]);
      } else {
        const [one, other] = [networksOf(target, from), networksOf(target, to)];
        expect([from, to, one.filter((network) => other.includes(network))]).toEqual([from, to, ['veogen-network']]);
      }
    }
    if (target === 'K') {
      const { ingress } = views.kind('NetworkPolicy', 'veogen-redis').spec;
      expect(ingress.flatMap((rule: Json) => rule.from)).toHaveLength(2);
    }
  });
});

function networksOf(target: 'D' | 'S' | 'C', name: string): string[] {
  if (target === 'D') return views.D.get(name).containers[0].args.networksAdvanced.map((one: Json) => one.name);
  return Object.keys((views[target] as Json).services[name].networks);
}
