import type { IConstruct } from 'constructs';
import { trySize } from '../../lib/model/values/quantities';
import { isObject } from '../../lib/model/workload/reading';
import { type Say, sayAt } from '../postgres/check';
import type { QuestDbProps, QuestDbSetting } from './props';

const USER = /^[A-Za-z_][A-Za-z0-9_-]{0,62}$/;
const SETTING = /^[a-z][a-z0-9]*(\.[a-z0-9]+)+$/;

/** Parameters that the construct decides, and the property that says them. */
const OURS: Readonly<Record<string, string>> = {
  'http.user': 'admin',
  'pg.user': 'admin',
  'pg.readonly.user': 'reader',
  'pg.readonly.user.enabled': 'reader',
  'line.tcp.enabled': 'lineTcp',
};

/** Ports that the rest of the construct counts on. */
const PORTS = ['http.bind.to', 'http.net.bind.to', 'http.min.bind.to', 'http.min.net.bind.to', 'pg.net.bind.to', 'line.tcp.net.bind.to'];

/** Reports everything that is wrong, and answers with props that can be worked on. */
export function checkQuestDb(scope: IConstruct, props: Partial<QuestDbProps>): QuestDbProps {
  const say = sayAt(scope);
  if ((trySize(props.size) ?? 0) < 2 ** 29)
    say('size', 'a database needs a volume of at least 512Mi in binary units', props.size, "write it as '20Gi'");
  const limit = props.resources?.memory?.limit;
  if (limit !== undefined && (trySize(limit) ?? 2 ** 40) < 2 ** 29)
    say('resources.memory.limit', 'QuestDB needs at least 512Mi of memory', limit, "write it as '2Gi'");
  const admin = userOf('admin', props.admin, say);
  const reader = userOf('reader', props.reader, say);
  if (reader !== undefined && reader === (admin ?? 'admin'))
    say('reader', 'is the user who may do everything', reader, 'choose another name, or leave it out');
  if (props.lineTcp !== undefined && typeof props.lineTcp !== 'boolean')
    say('lineTcp', 'must be true or false', props.lineTcp, 'use true, without quotes');
  const { admin: _admin, reader: _reader, settings, ...rest } = props;
  return {
    ...rest,
    size: props.size ?? '1Gi',
    settings: settingsOf(settings, say),
    ...(admin !== undefined && { admin }),
    ...(reader !== undefined && { reader }),
  };
}

function userOf(where: string, name: unknown, say: Say): string | undefined {
  if (name === undefined || (typeof name === 'string' && USER.test(name))) return name;
  say(where, 'must be 1 to 63 letters, digits, dashes and underscores', name, "choose a name such as 'analyst'");
  return undefined;
}

function settingsOf(said: unknown, say: Say): Record<string, QuestDbSetting> {
  if (said !== undefined && !isObject(said)) {
    say('settings', 'must be values by name', said, "write it as { 'cairo.max.uncommitted.rows': 100000 }");
    return {};
  }
  const right = Object.entries((said ?? {}) as Record<string, QuestDbSetting>).filter(([name, value]) => {
    const where = `settings.${name}`;
    if (!SETTING.test(name))
      say(where, 'is no parameter of QuestDB', name, "write it as server.conf does, such as 'cairo.max.uncommitted.rows'");
    else if (name.endsWith('.password')) say(where, 'would stand in the environment as text', undefined, 'use passwords');
    else if (OURS[name] !== undefined) say(where, 'is decided by a property', value, `use ${OURS[name]}`);
    else if (PORTS.includes(name)) say(where, 'is where edges, checks and metrics look for it', value, 'leave it out');
    else if (!['string', 'number', 'boolean'].includes(typeof value))
      say(where, 'must be a text, a number, true or false', value, 'leave it out');
    else return true;
    return false;
  });
  return Object.fromEntries(right);
}
