import { QuestDb } from '../../lib';
import { type BadInput, IMAGE } from './case';

/** A server that is right but for these props. */
function server(mistake: string, wrong: object, message: string): BadInput {
  const build: BadInput['build'] = (scope) => new QuestDb(scope, 'Series', { size: '20Gi', image: IMAGE, ...wrong } as never);
  return { mistake, build, message: `app/#/Series: ${message}` };
}

/** What may be wrong with a QuestDB server. */
export const QUESTDB: readonly BadInput[] = [
  server(
    'QuestDB on a volume that is too small',
    { size: '100Mi' },
    `size: a database needs a volume of at least 512Mi in binary units, got "100Mi"; write it as '20Gi'`,
  ),
  server(
    'QuestDB with too little memory',
    { resources: { memory: { limit: '256Mi' } } },
    `resources.memory.limit: QuestDB needs at least 512Mi of memory, got "256Mi"; write it as '2Gi'`,
  ),
  server(
    'a user of QuestDB whose name is none',
    { admin: 'a b' },
    `admin: must be 1 to 63 letters, digits, dashes and underscores, got "a b"; choose a name such as 'analyst'`,
  ),
  server(
    'a reader of QuestDB who may do everything',
    { reader: 'admin' },
    'reader: is the user who may do everything, got "admin"; choose another name, or leave it out',
  ),
  server('a flag in quotes', { lineTcp: 'no' }, 'lineTcp: must be true or false, got "no"; use true, without quotes'),
  server(
    'parameters of QuestDB in a list',
    { settings: ['a'] },
    'settings: must be values by name, got ["a"]; write it as { \'cairo.max.uncommitted.rows\': 100000 }',
  ),
  server(
    'a parameter of QuestDB as a variable',
    { settings: { QDB_METRICS_ENABLED: true } },
    `settings.QDB_METRICS_ENABLED: is no parameter of QuestDB, got "QDB_METRICS_ENABLED"; write it as server.conf does, such as 'cairo.max.uncommitted.rows'`,
  ),
  server(
    'a password of QuestDB as text',
    { settings: { 'pg.password': 'quest' } },
    'settings.pg.password: would stand in the environment as text; use passwords',
  ),
  server(
    'a user of QuestDB as a parameter',
    { settings: { 'pg.user': 'me' } },
    'settings.pg.user: is decided by a property, got "me"; use admin',
  ),
  server(
    'another port of QuestDB',
    { settings: { 'http.min.net.bind.to': '0.0.0.0:1' } },
    'settings.http.min.net.bind.to: is where edges, checks and metrics look for it, got "0.0.0.0:1"; leave it out',
  ),
  server(
    'a parameter of QuestDB that is a list',
    { settings: { 'cairo.root': [] } },
    'settings.cairo.root: must be a text, a number, true or false, got []; leave it out',
  ),
];
