import type { IConstruct } from 'constructs';
import { checkByLabels } from '../operator-object/placement';
import { sayAt } from '../postgres/check';
import type { RedisProps } from './props';
import { DEFAULT } from './settings';

const NONE = 'is none of the redis-operator';
/** What the operator has no place for. */
const OTHERWISE = {
  networks: 'leave it out: edges decide who connects',
  logging: 'leave it out: the node keeps the logs of its pods',
} as const satisfies Partial<Record<keyof RedisProps, string>>;
/** What it writes into the configuration itself, after which nothing else works. */
const FIXED =
  /^(bind|protected-mode|unixsocket|unixsocketperm|appendfilename|rename-command|tls-(cert|key|ca-cert)-file|cluster-(config-file|announce-.*))$/;
/** `<name>-sentinel-sentinel` and `<name>-follower` are names of StatefulSets and Services, each with more behind it. */
const LONGEST = { standalone: 50, replicated: 34, cluster: 43 } as const;

/** Reports what is wrong with the objects of an operator, beside what is wrong with any Redis. */
export function checkOperated(scope: IConstruct, name: string, props: RedisProps): void {
  const say = sayAt(scope);
  const { engine, mode = 'standalone', users = {}, passwords, placement, settings = {}, tls } = props;
  if (engine?.kind !== 'redis-operator')
    say('engine.kind', "must be 'redis-operator'", engine?.kind, 'leave engine out for servers that need no operator');
  if (engine?.metricsFrom !== undefined && props.exporter === false)
    say('engine.metricsFrom', 'there are no metrics without an exporter', undefined, 'leave it out, or exporter: false');
  for (const [key, fix] of Object.entries(OTHERWISE)) {
    const value = props[key as keyof typeof OTHERWISE];
    if (value !== undefined) say(key, NONE, typeof value === 'object' ? undefined : value, fix);
  }
  if (Object.keys(users).length > 0)
    say('users', 'the redis-operator makes no users beside default', Object.keys(users), 'leave them out, or leave engine out');
  for (const user of Object.keys(passwords?.keys ?? {}))
    if (user !== DEFAULT) say('passwords.keys', 'the redis-operator knows one password, that of default', user, 'leave it out');
  checkByLabels(placement, NONE, say);
  for (const key of Object.keys(settings))
    if (FIXED.test(key)) say(`settings.${key}`, 'is what the redis-operator sets itself', settings[key], 'leave it out');
  if (tls && mode === 'replicated')
    say(
      'tls',
      'Sentinels of the redis-operator tell addresses, which no certificate names',
      undefined,
      "use mode: 'cluster', or leave engine out",
    );
  if (name.length > LONGEST[mode])
    say(
      'name',
      `leaves no room for what the redis-operator adds: at most ${LONGEST[mode]} characters`,
      name,
      'give it a shorter one (name)',
    );
}
