/** Who can meet whom, computed from what is written, for every system: exactly those that an edge or a segment joins. */
import { SYSTEMS } from '../../apps/systems';
import { type Json, Views } from './views';

const cases = Object.entries(SYSTEMS).flatMap(([system, { build, environments }]) =>
  environments.map((environment) => [`${system}-${environment.name}`, system, build, environment] as const),
);

describe.each(cases)('%s', (_stack, system, build, environment) => {
  const views = new Views(system, build, environment);
  const edges = new Set(views.edges());
  const pairs = views.runners().flatMap((from) => views.runners().flatMap((to) => (from === to ? [] : [[from, to] as const])));

  test('there are edges', () => expect(edges.size).toBeGreaterThan(0));

  test('K: policies let through exactly the edges, in their direction', () => {
    const allowed = pairs.filter(([from, to]) => passes(views, from, to)).map((pair) => pair.join(' '));
    expect(allowed.sort()).toEqual([...edges].sort());
  });

  test.each([
    ['C', views.C],
    ['S', views.S],
  ])('%s: two share a network exactly when an edge or a segment says so', (_target, document: Json) => {
    const name = (runner: string) =>
      Object.keys(document.services).find((one) => one === runner || new RegExp(`^${runner}-[0-9a-f]{8}$`).test(one)) as string;
    const networks = (runner: string) => Object.keys(document.services[name(runner)].networks ?? {});
    const segments = new Set(views.segments());
    for (const [from, to] of pairs) {
      const shared = networks(from).filter((one) => networks(to).includes(one));
      const meeting = shared.filter((one) => document.networks[one].driver_opts?.['com.docker.network.bridge.enable_icc'] !== 'false');
      const joined = edges.has(`${from} ${to}`) || edges.has(`${to} ${from}`) || (document === views.S && views.waits(from, to));
      const segment = shared.some((one) => segments.has(one));
      expect([from, to, meeting.length > 0]).toEqual([from, to, joined || segment]);
    }
  });
});

function passes(views: Views, from: string, to: string): boolean {
  const policy = (name: string): Json =>
    views.K.find((one) => one.kind === 'NetworkPolicy' && one.spec.podSelector.matchLabels?.['app.kubernetes.io/instance'] === name);
  const selects = (rules: Json[], side: 'from' | 'to', name: string) =>
    rules.some((rule) =>
      rule[side]?.some((peer: Json) => !peer.namespaceSelector && peer.podSelector?.matchLabels?.['app.kubernetes.io/instance'] === name),
    );
  return selects(policy(from).spec.egress, 'to', to) && selects(policy(to).spec.ingress ?? [], 'from', from);
}
