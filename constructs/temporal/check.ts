import type { IConstruct } from 'constructs';
import { tryDuration } from '../../lib/model/values/quantities';
import { isObject } from '../../lib/model/workload/reading';
import { type Say, sayAt } from '../postgres/check';
import type { TemporalNamespaceProps, TemporalProps, TemporalSetting } from './props';

const NAMESPACE = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,99}$/;
const KEY = /^[A-Za-z][A-Za-z0-9]*(\.[A-Za-z0-9]+)*$/;
const HOUR = 3_600_000;

/** Reports everything that is wrong, and answers with props that can be worked on. */
export function checkTemporal(scope: IConstruct, props: Partial<TemporalProps>): TemporalProps {
  const say = sayAt(scope);
  const { historyShards: shards, database } = props;
  const isCount = Number.isInteger(shards) && (shards as number) >= 1 && (shards as number) <= 16_384;
  if (shards !== undefined && !isCount)
    say('historyShards', 'must be a whole number from 1 to 16384', shards, 'use 512; it can never be changed');
  if (database !== undefined && !isObject(database))
    say('database', 'must be a Postgres, or what is said of one', database, "write it as { size: '20Gi' }");
  if (database !== undefined && 'databases' in Object(database) && !('network' in Object(database)))
    say(
      'database.databases',
      'are decided by Temporal',
      undefined,
      'leave them out, or pass a Postgres that has temporal and temporal_visibility',
    );
  const { historyShards: _shards, database: _database, namespaces, dynamicConfig, ...rest } = props;
  return {
    ...rest,
    ...(isCount && { historyShards: shards as number }),
    ...(isObject(database) && { database }),
    namespaces: namespacesOf(namespaces, say),
    dynamicConfig: settingsOf(dynamicConfig, say),
  };
}

function namespacesOf(said: unknown, say: Say): Record<string, TemporalNamespaceProps> {
  if (said === undefined) return { default: {} };
  if (!isObject(said) || Object.keys(said).length === 0) {
    say('namespaces', 'a service needs at least one namespace', said, "write it as { default: { retention: '72h' } }");
    return { default: {} };
  }
  const right = Object.entries(said as Record<string, TemporalNamespaceProps>).filter(([name, props]) => {
    const where = `namespaces.${name}`;
    if (!NAMESPACE.test(name))
      say('namespaces', 'must be letters, digits, dashes, dots and underscores', name, "choose a name such as 'orders'");
    else if (name === 'temporal-system') say('namespaces', 'is the one that Temporal has for itself', name, 'choose another name');
    else if (!isObject(props)) say(where, 'must be an object', props, "write it as { retention: '72h' }");
    else if (props.retention !== undefined && (tryDuration(props.retention) ?? 0) < HOUR)
      say(`${where}.retention`, 'must be at least an hour', props.retention, "use '72h'");
    else if (props.description !== undefined && (typeof props.description !== 'string' || /[\n\r]/.test(props.description)))
      say(`${where}.description`, 'must be a text on one line', props.description, 'leave it out');
    else return true;
    return false;
  });
  return Object.fromEntries(right);
}

function settingsOf(said: unknown, say: Say): Record<string, TemporalSetting> {
  if (said !== undefined && !isObject(said)) {
    say('dynamicConfig', 'must be values by key', said, "write it as { 'limit.blobSize.error': 4194304 }");
    return {};
  }
  const right = Object.entries((said ?? {}) as Record<string, TemporalSetting>).filter(([key, value]) => {
    if (!KEY.test(key)) say('dynamicConfig', 'is no key of the dynamic configuration', key, "write it as 'limit.blobSize.error'");
    else if (value === undefined || value === null) say(`dynamicConfig.${key}`, 'needs a value', value, 'leave it out');
    else return true;
    return false;
  });
  return Object.fromEntries(right);
}
