import { acknowledge, ExistingSecret, NetworkSegment, Peers, Redis } from '../../lib';
import type { BadInput } from './case';

const ACKNOWLEDGED = { 'operator.object': 'what is wrong is told on every platform' } as const;

/** Objects of the redis-operator that are right but for these props; `engine` stands beside the kind. */
function operated(mistake: string, wrong: object, message: string, after: (redis: Redis) => void = () => undefined): BadInput {
  return {
    mistake,
    build: (scope) => {
      acknowledge(scope, ACKNOWLEDGED);
      const secret = new ExistingSecret(scope, 'Secret', { existing: 'secret' });
      const { engine, tls, passwords, networks, ...props } = wrong as Record<string, object>;
      after(
        new Redis(scope, 'Redis', {
          size: '5Gi',
          ...props,
          ...(tls && { tls: { secret, ...tls } }),
          ...(passwords && { passwords: { secret, ...passwords } }),
          ...(networks && { networks: [{ network: new NetworkSegment(scope, 'Segment') }] }),
          engine: { kind: 'redis-operator', ...engine },
        } as never),
      );
    },
    message: `app/#/Redis: ${message}`,
  };
}

const NONE = 'is none of the redis-operator';

/** What may be wrong with the objects of the redis-operator. */
export const OPERATED: readonly BadInput[] = [
  operated(
    'another operator of Redis',
    { engine: { kind: 'spotahome' } },
    `engine.kind: must be 'redis-operator', got "spotahome"; leave engine out for servers that need no operator`,
  ),
  operated(
    'users of an operator',
    { users: { reports: {} } },
    'users: the redis-operator makes no users beside default, got ["reports"]; leave them out, or leave engine out',
  ),
  operated(
    'a password of somebody whom the operator does not know',
    { passwords: { keys: { default: 'password', admin: 'root' } } },
    'passwords.keys: the redis-operator knows one password, that of default, got "admin"; leave it out',
  ),
  operated(
    'metrics of nobody',
    { exporter: false, engine: { metricsFrom: Peers.pods({ app: 'prometheus' }) } },
    'engine.metricsFrom: there are no metrics without an exporter; leave it out, or exporter: false',
  ),
  {
    ...operated('a name of who fetches metrics', { engine: { metricsFrom: Peers.dnsName('prometheus.example.com') } }, ''),
    message:
      'app/#/Redis/Default: inside.peers: nobody can tell by a DNS name who connects, got "prometheus.example.com"; use Peers.pods, or Peers.cidr with the addresses',
  },
  operated(
    'a login of somebody whom the operator does not know',
    {},
    'login: the redis-operator makes no users beside default, got "admin"; leave the user out, or leave engine out',
    (redis) => redis.login('admin'),
  ),
  operated('segments of what an operator makes', { networks: [] }, `networks: ${NONE}; leave it out: edges decide who connects`),
  operated(
    'logs of what an operator makes',
    { logging: { driver: 'json-file' } },
    `logging: ${NONE}; leave it out: the node keeps the logs of its pods`,
  ),
  operated('a role of nodes for an operator', { placement: { role: 'worker' } }, `placement.role: ${NONE}; use placement.labels`),
  operated('a spread for an operator', { placement: { spreadOver: 'zone' } }, `placement.spreadOver: ${NONE}; use placement.labels`),
  operated(
    'a parameter that the operator sets',
    { settings: { 'cluster-announce-ip': '10.0.0.1' } },
    'settings.cluster-announce-ip: is what the redis-operator sets itself, got "10.0.0.1"; leave it out',
  ),
  operated(
    'Sentinels that tell addresses, and certificates of names',
    { mode: 'replicated', tls: {} },
    "tls: Sentinels of the redis-operator tell addresses, which no certificate names; use mode: 'cluster', or leave engine out",
  ),
  operated(
    'a name that leaves no room for that of the Sentinels',
    { mode: 'replicated', name: `a${'b'.repeat(34)}` },
    `name: leaves no room for what the redis-operator adds: at most 34 characters, got "a${'b'.repeat(34)}"; give it a shorter one (name)`,
  ),
];
