import { type ConnectionProps, type HardenedTask, Peers } from '../../lib';
import { type BadInput, service, task } from './case';

const DB = { ports: { postgres: 5432 } };
const WEB = { ports: { http: 8080 } };

/** A connection of a service to a database that offers its host, with something wrong. */
function connection(mistake: string, wrong: unknown, message: string): BadInput {
  return {
    mistake,
    build: (s) => {
      const db = service(s, DB, 'Db');
      db.network.offer({ DATABASE_HOST: db.endpoint('postgres') });
      service(s).network.allowTo(db, wrong as ConnectionProps);
    },
    message: `app/#/Web: ${message}`,
  };
}

/** Edges with a gate and variables, tasks and their order. */
export const CONNECTIONS: readonly BadInput[] = [
  connection(
    'a gate that there is not',
    { gate: 'started' },
    `network.allowTo.gate: must be 'ready' or 'none', got "started"; use 'ready'`,
  ),
  connection(
    'a gate of a task towards a service',
    { gate: 'completed' },
    `network.allowTo.gate: must be 'ready' or 'none', got "completed"; use 'ready'`,
  ),
  connection(
    'one text for a list of ports',
    { ports: 'postgres' },
    `network.allowTo.ports: must be a list of texts, got "postgres"; write it as ['http']`,
  ),
  connection('numbers of ports', { ports: [5432] }, `network.allowTo.ports: must be a list of texts, got [5432]; write it as ['http']`),
  connection(
    'a list of variables',
    { env: ['DATABASE_HOST'] },
    `network.allowTo.env: must be false or names by names, got ["DATABASE_HOST"]; write it as { DATABASE_URL: 'ORDERS_URL' }`,
  ),
  connection(
    'yes instead of variables',
    { env: true },
    `network.allowTo.env: must be false or names by names, got true; write it as { DATABASE_URL: 'ORDERS_URL' }`,
  ),
  connection(
    'nothing where a connection is said',
    undefined,
    `network.allowTo: needs names of ports or one object, got [null]; write it as ('http') or ({ ports: ['http'] })`,
  ),
  connection(
    'a number of a port',
    5432,
    `network.allowTo: needs names of ports or one object, got [5432]; write it as ('http') or ({ ports: ['http'] })`,
  ),
  connection(
    'a variable that the other does not offer',
    { env: { DATABASE_URL: 'ORDERS_URL' } },
    'network.allowTo: app/#/Db offers no variable of that name, got "DATABASE_URL"; use one of DATABASE_HOST',
  ),
  connection(
    'a new name that no variable can have',
    { env: { DATABASE_HOST: 'orders-host' } },
    'env.orders-host: is no name of an environment variable, got "orders-host"; use letters, digits and underscores',
  ),
  {
    mistake: 'a variable of one that offers nothing',
    build: (s) => service(s).network.allowTo(service(s, DB, 'Db'), { env: { DATABASE_URL: 'ORDERS_URL' } }),
    message: 'app/#/Web: network.allowTo: app/#/Db offers no variable of that name, got "DATABASE_URL"; leave env out',
  },
  {
    mistake: 'one variable of two others',
    build: (s) => {
      const web = service(s);
      for (const id of ['Orders', 'Users']) {
        const db = service(s, DB, id);
        db.network.offer({ DATABASE_HOST: db.endpoint('postgres') });
        web.network.allowTo(db);
      }
    },
    message:
      'app/#/Web: network.allowTo: app/#/Orders and app/#/Users both hand over a variable of that name, got "DATABASE_HOST"; call one of them otherwise: allowTo(other, { env: { DATABASE_HOST: \'OTHER_DATABASE_HOST\' } })',
  },
  {
    mistake: 'one name for two variables of another',
    build: (s) => {
      const db = service(s, DB, 'Db');
      db.network.offer({ HOST: 'db', PORT: 5432 });
      service(s).network.allowTo(db, { env: { HOST: 'ADDRESS', PORT: 'ADDRESS' } });
    },
    message:
      'app/#/Web: network.allowTo: app/#/Db hands over two variables under that name, got "ADDRESS"; call one of them otherwise: allowTo(other, { env: { PORT: \'OTHER_ADDRESS\' } })',
  },
  {
    mistake: 'variables that are text, beside those that are handed over',
    build: (s) => {
      const db = service(s, DB, 'Db');
      db.network.offer({ DATABASE_HOST: 'db' });
      service(s, { env: 'LEVEL=info' }).network.allowTo(db);
    },
    message: `app/#/Web: env: must be an object, got "LEVEL=info"; write it as { LOG_LEVEL: 'info' }`,
  },
  {
    mistake: 'an offer of a text',
    build: (s) => service(s).network.offer('DATABASE_HOST=db' as never),
    message: `app/#/Web: network.offer: must be variables by name, got "DATABASE_HOST=db"; write it as { DATABASE_HOST: 'database:5432' }`,
  },
  {
    mistake: 'a written password that is offered',
    build: (s) => {
      const db = service(s, DB, 'Db');
      db.network.offer({ DATABASE_PASSWORD: 'hunter2' });
      service(s).network.allowTo(db);
    },
    message:
      "app/#/Web: env.DATABASE_PASSWORD: looks like a secret that is written down; use `secret.file('…')` or `secret.key('…')` of a secret, or acknowledge 'plain-secret' with a reason",
  },
  {
    mistake: 'an edge to nothing',
    build: (s) => service(s).network.allowTo(undefined as never),
    message: 'app/#/Web: network.allowTo: needs a service or a peer outside; pass a service, or one of Peers',
  },
  {
    mistake: 'an edge from a name',
    build: (s) => service(s, WEB).network.allowFrom('db' as never),
    message: 'app/#/Web: network.allowFrom: needs a service or a peer outside, got "db"; pass a service, or one of Peers',
  },
  {
    mistake: 'an edge from a name of the DNS',
    build: (s) => service(s, WEB).network.allowFrom(Peers.dnsName('office.example.com')),
    message:
      'app/#/Web: network.allowFrom: nobody can tell by a DNS name who connects, got "office.example.com"; use Peers.cidr with the addresses, or Peers.internet',
  },
  {
    mistake: 'an edge to all names below one',
    build: (s) => service(s).network.allowTo(Peers.dnsName('*.example.com', 443)),
    message: `app/#/Web: an edge leads to what is no DNS name, got "*.example.com"; write it as 'api.example.com', without a wildcard`,
  },
  {
    mistake: 'an edge to a name without a dot',
    build: (s) => service(s).network.allowTo(Peers.dnsName('localhost', 443)),
    message: `app/#/Web: an edge leads to what is no DNS name, got "localhost"; write it as 'api.example.com', without a wildcard`,
  },
  {
    mistake: 'an edge to an address and a name',
    build: (s) => service(s).network.allowTo({ cidr: '203.0.113.0/24', dnsName: 'api.example.com', ports: [] }),
    message:
      'app/#/Web: an edge needs either addresses, a DNS name or labels of a peer, got {"cidr":"203.0.113.0/24","dnsName":"api.example.com","ports":[]}; use one of Peers',
  },
  {
    mistake: 'an edge to nobody',
    build: (s) => service(s).network.allowTo({ ports: [443] }),
    message: 'app/#/Web: an edge needs either addresses, a DNS name or labels of a peer, got {"ports":[443]}; use one of Peers',
  },
  {
    mistake: 'an edge to a task',
    build: (s) => service(s).network.allowTo(task(s)),
    message: 'app/#/Web: network.allowTo: a task has no ports to connect to; use startAfter to wait for it',
  },
  {
    mistake: 'an edge from a service to a task, said by the task',
    build: (s) => task(s).network.allowFrom(service(s)),
    message: 'app/#/Migrate: network.allowFrom: a task has no ports to connect to; call startAfter of what waits for it',
  },
  {
    mistake: 'a start after a service',
    build: (s) => service(s).startAfter(service(s, {}, 'Db') as unknown as HardenedTask),
    message: 'app/#/Web: startAfter: needs a task, got "a service"; pass a HardenedTask; an edge to a service waits for it',
  },
  {
    mistake: 'a start after nothing',
    build: (s) => service(s).startAfter(undefined as never),
    message: 'app/#/Web: startAfter: needs a task; pass a HardenedTask; an edge to a service waits for it',
  },
  {
    mistake: 'two services that wait for each other',
    build: (s) => {
      const [one, two] = [service(s, WEB, 'One'), service(s, WEB, 'Two')];
      one.network.allowTo(two);
      two.network.allowTo(one);
    },
    message:
      "app/#/Two: would wait for itself to start: app/#/One → app/#/Two → app/#/One; say of one of these edges that nothing waits: network.allowTo(other, { gate: 'none' })",
  },
  {
    mistake: 'a task that waits for itself',
    build: (s) => {
      const migrate = task(s);
      migrate.startAfter(migrate);
    },
    message:
      "app/#/Migrate: would wait for itself to start: app/#/Migrate → app/#/Migrate; say of one of these edges that nothing waits: network.allowTo(other, { gate: 'none' }), or leave out a startAfter",
  },
  {
    mistake: 'a task that needs what waits for it',
    build: (s) => {
      const [migrate, api] = [task(s), service(s, WEB)];
      api.startAfter(migrate);
      migrate.network.allowTo(api);
    },
    message:
      "app/#/Web: would wait for itself to start: app/#/Migrate → app/#/Web → app/#/Migrate; say of one of these edges that nothing waits: network.allowTo(other, { gate: 'none' }), or leave out a startAfter",
  },
  {
    mistake: 'a task and a service of one name',
    build: (s) => {
      task(s, { name: 'bad-input-same' }, 'One');
      service(s, { name: 'bad-input-same' }, 'Two');
    },
    message: 'app/#/Two: the workload name is taken by app/#/One, got "bad-input-same"; choose another id, or give one of them a name',
  },
  ...(['ports', 'health', 'sidecars'] as const).map((what) => ({
    mistake: `${what} of a task`,
    build: (s: Parameters<BadInput['build']>[0]) => task(s, { [what]: {} }),
    message: `app/#/Migrate: ${what}: is nothing that a task has; leave it out, or make it a service`,
  })),
  {
    mistake: 'a task that is never tried',
    build: (s) => task(s, { attempts: 0 }),
    message: 'app/#/Migrate: attempts: must be a whole number from 1 to 100, got 0; use a whole number, such as 3',
  },
  {
    mistake: 'a task with a timeout below a second',
    build: (s) => task(s, { timeout: '100ms' }),
    message: 'app/#/Migrate: timeout: must be at least 1s, got "100ms"; give it more time',
  },
  {
    mistake: 'a task with a timeout without a unit',
    build: (s) => task(s, { timeout: 600 }),
    message: "app/#/Migrate: timeout: must be a duration, got 600; write it as '30s', '5m' or '1h'",
  },
];
