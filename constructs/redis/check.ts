import type { IConstruct } from 'constructs';
import { trySize } from '../../lib/model/values/quantities';
import { isObject } from '../../lib/model/workload/reading';
import { type Say, sayAt } from '../postgres/check';
import type { RedisProps } from './props';
import { ADMIN, DEFAULT, MONITORING, RESOURCES } from './settings';

const MODES = ['standalone', 'replicated', 'cluster'];
const PERSISTENCES = ['aof', 'snapshot', 'none'];
const EVICTION = /^(noeviction|(allkeys|volatile)-(lru|lfu|random)|volatile-ttl)$/;
/** Parameters that other properties decide. */
const OURS: Readonly<Record<string, string>> = {
  requirepass: 'passwords',
  masterauth: 'passwords',
  masteruser: 'passwords',
  aclfile: 'users',
  user: 'users',
  port: 'nothing: it is 6379',
  'tls-port': 'tls',
  dir: 'nothing: it is the volume',
  include: 'settings',
  replicaof: 'mode',
  'cluster-enabled': 'mode',
  maxmemory: 'maxMemory',
  'maxmemory-policy': 'eviction',
  appendonly: 'persistence',
  save: 'persistence',
};

/** Reports everything that is wrong, and answers with props that can be worked on. */
export function checkRedis(scope: IConstruct, props: Partial<RedisProps>): RedisProps {
  const say = sayAt(scope);
  const { mode = 'standalone', persistence, eviction } = props;
  if (!MODES.includes(mode)) say('mode', `must be one of ${MODES.join(', ')}`, mode, "use 'standalone'");
  if (persistence !== undefined && !PERSISTENCES.includes(persistence))
    say('persistence', `must be one of ${PERSISTENCES.join(', ')}`, persistence, "use 'aof'");
  if (eviction !== undefined && !EVICTION.test(eviction))
    say('eviction', 'is no policy of Redis', eviction, "use 'noeviction', or 'allkeys-lru' for a cache");
  checkMemory(props, say);
  checkCounts(props, say);
  const users = checkUsers(props.users, say);
  for (const name of Object.keys(props.settings ?? {})) {
    const where = Object.hasOwn(OURS, name.toLowerCase()) ? OURS[name.toLowerCase()] : undefined;
    if (where !== undefined) say(`settings.${name}`, 'is not decided here', name, `use ${where}`);
    else if (!/^[a-z0-9-]+$/.test(name)) say('settings', 'is no name of a parameter', name, "write it as 'tcp-keepalive'");
  }
  return {
    ...props,
    size: props.size ?? '1Gi',
    users,
    mode: MODES.includes(mode) ? mode : 'standalone',
    ...(persistence !== undefined && !PERSISTENCES.includes(persistence) && { persistence: 'aof' }),
  };
}

function checkMemory(props: Partial<RedisProps>, say: Say): void {
  const limit = trySize(props.resources?.memory?.limit ?? RESOURCES.memory.limit);
  if (limit !== undefined && limit < 2 ** 26)
    say('resources.memory.limit', 'a server needs at least 64Mi of memory', props.resources?.memory?.limit, "write it as '512Mi'");
  const most = trySize(props.maxMemory);
  if (props.maxMemory !== undefined && most === undefined)
    say('maxMemory', 'must be a size in binary units', props.maxMemory, "write it as '256Mi'");
  if (most !== undefined && limit !== undefined && most > limit * 0.9)
    say('maxMemory', 'leaves no memory for buffers, and for writing the data down', props.maxMemory, 'stay below 90 % of the memory limit');
  const size = trySize(props.size);
  if (size === undefined || size < 2 ** 26) say('size', 'needs a volume of at least 64Mi in binary units', props.size, "write it as '5Gi'");
}

function checkCounts(props: Partial<RedisProps>, say: Say): void {
  const { mode = 'standalone', shards, copies, persistence } = props;
  const whole = (value: unknown, least: number, most: number) => Number.isInteger(value) && Number(value) >= least && Number(value) <= most;
  if (shards !== undefined && mode !== 'cluster')
    say('shards', 'only a cluster has shards', shards, "leave it out, or use mode: 'cluster'");
  else if (shards !== undefined && !whole(shards, 3, 100))
    say('shards', 'a cluster needs at least three, of which a majority decides', shards, 'use 3');
  if (copies !== undefined && mode === 'standalone')
    say('copies', 'one server has no copies', copies, "leave it out, or use mode: 'replicated'");
  else if (copies !== undefined && !whole(copies, mode === 'replicated' ? 1 : 0, 10))
    say('copies', `must be a whole number from ${mode === 'replicated' ? 1 : 0} to 10`, copies, 'leave it out');
  if (persistence === 'none' && mode !== 'standalone')
    say('persistence', 'a server that comes back empty would empty its copies', persistence, "use 'aof'");
}

function checkUsers(said: unknown, say: Say): NonNullable<RedisProps['users']> {
  if (said === undefined) return {};
  if (!isObject(said)) {
    say('users', 'must be users by name', said, "write it as { worker: { keys: ['jobs:*'] } }");
    return {};
  }
  const right = Object.entries(said as NonNullable<RedisProps['users']>).filter(([name, user]) => {
    const word = (text: unknown) => typeof text === 'string' && /^\S+$/.test(text);
    if ([DEFAULT, ADMIN, MONITORING].includes(name)) say('users', 'the server has a user of that name', name, 'choose another name');
    else if (!/^[a-z][a-z0-9-]*$/.test(name))
      say('users', 'must be lower case letters, digits and dashes', name, "choose a name such as 'worker'");
    else if (!isObject(user)) say(`users.${name}`, 'must be an object', user, "write it as { keys: ['jobs:*'] }");
    else if ([user.keys, user.channels].some((list) => list !== undefined && !(Array.isArray(list) && list.every(word))))
      say(`users.${name}`, 'keys and channels must be lists of patterns without spaces', user, "write it as { keys: ['jobs:*'] }");
    else if (user.commands !== undefined && !/^[+-]\S+( [+-]\S+)*$/.test(user.commands))
      say(`users.${name}.commands`, 'must be rules of commands', user.commands, "write it as '+@read -@dangerous'");
    else return true;
    return false;
  });
  return Object.fromEntries(right);
}
