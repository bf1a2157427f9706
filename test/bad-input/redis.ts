import { Redis } from '../../lib';
import type { BadInput } from './case';

/** A Redis that is right but for these props. */
function redis(mistake: string, wrong: object, message: string, id = 'Redis'): BadInput {
  return { mistake, build: (scope) => new Redis(scope, id, { size: '5Gi', ...wrong } as never), message: `app/#/${id}: ${message}` };
}

/** What may be wrong with a Redis. */
export const REDIS: readonly BadInput[] = [
  redis(
    'a mode that is none',
    { mode: 'sentinel' },
    `mode: must be one of standalone, replicated, cluster, got "sentinel"; use 'standalone'`,
  ),
  redis('another word for persistence', { persistence: 'rdb' }, `persistence: must be one of aof, snapshot, none, got "rdb"; use 'aof'`),
  redis(
    'a policy that is none',
    { eviction: 'lru' },
    `eviction: is no policy of Redis, got "lru"; use 'noeviction', or 'allkeys-lru' for a cache`,
  ),
  redis(
    'no memory for a server',
    { resources: { memory: { limit: '63Mi' } } },
    `resources.memory.limit: a server needs at least 64Mi of memory, got "63Mi"; write it as '512Mi'`,
  ),
  redis(
    'memory for data without a unit',
    { maxMemory: '256' },
    `maxMemory: must be a size in binary units, got "256"; write it as '256Mi'`,
  ),
  redis(
    'memory for data alone',
    { maxMemory: '500Mi' },
    'maxMemory: leaves no memory for buffers, and for writing the data down, got "500Mi"; stay below 90 % of the memory limit',
  ),
  redis('a small volume', { size: '32Mi' }, `size: needs a volume of at least 64Mi in binary units, got "32Mi"; write it as '5Gi'`),
  redis('shards of one server', { shards: 3 }, "shards: only a cluster has shards, got 3; leave it out, or use mode: 'cluster'"),
  redis(
    'a cluster of two',
    { mode: 'cluster', shards: 2 },
    'shards: a cluster needs at least three, of which a majority decides, got 2; use 3',
  ),
  redis('copies of nothing', { copies: 1 }, "copies: one server has no copies, got 1; leave it out, or use mode: 'replicated'"),
  redis('Sentinels without copies', { mode: 'replicated', copies: 0 }, 'copies: must be a whole number from 1 to 10, got 0; leave it out'),
  redis('half a copy in a cluster', { mode: 'cluster', copies: 0.5 }, 'copies: must be a whole number from 0 to 10, got 0.5; leave it out'),
  redis(
    'copies of a server that forgets',
    { mode: 'replicated', persistence: 'none' },
    `persistence: a server that comes back empty would empty its copies, got "none"; use 'aof'`,
  ),
  redis(
    'users in a list',
    { users: ['worker'] },
    `users: must be users by name, got ["worker"]; write it as { worker: { keys: ['jobs:*'] } }`,
  ),
  redis(
    'a user that the server has',
    { users: { admin: {} } },
    'users: the server has a user of that name, got "admin"; choose another name',
  ),
  redis(
    'a user in capitals',
    { users: { Worker: {} } },
    `users: must be lower case letters, digits and dashes, got "Worker"; choose a name such as 'worker'`,
  ),
  redis(
    'a user in a word',
    { users: { worker: 'jobs:*' } },
    `users.worker: must be an object, got "jobs:*"; write it as { keys: ['jobs:*'] }`,
  ),
  redis(
    'a pattern that would be two',
    { users: { worker: { keys: ['jobs:* +@all'] } } },
    `users.worker: keys and channels must be lists of patterns without spaces, got {"keys":["jobs:* +@all"]}; write it as { keys: ['jobs:*'] }`,
  ),
  redis(
    'commands with keys in them',
    { users: { worker: { commands: '+@read ~*' } } },
    `users.worker.commands: must be rules of commands, got "+@read ~*"; write it as '+@read -@dangerous'`,
  ),
  redis(
    'a password in the settings',
    { settings: { requirepass: 'secret' } },
    'settings.requirepass: is not decided here, got "requirepass"; use passwords',
  ),
  redis(
    'two parameters in one',
    { settings: { 'tcp-keepalive 60\nport': 1 } },
    `settings: is no name of a parameter, got "tcp-keepalive 60\\nport"; write it as 'tcp-keepalive'`,
  ),
  redis(
    'a name that leaves no room',
    { mode: 'cluster', name: `a${'b'.repeat(50)}`, exporter: false },
    `name: leaves no room for the names of its servers, got "a${'b'.repeat(50)}"; give it a shorter one (name)`,
  ),
];
