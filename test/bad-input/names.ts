import type { Construct } from 'constructs';
import { acknowledge, ExistingSecret, PersistentVolume, pinName } from '../../lib';
import { type BadInput, props, service } from './case';

/** Ids, names and acknowledgements. */
export const NAMES: readonly BadInput[] = [
  {
    mistake: 'a pinned name that starts with a digit',
    build: (s) => pinName(s, '1st'),
    message:
      'app/#: name: must be a DNS label of at most 52 characters, got "1st"; start with a letter and use lower case letters, digits and dashes',
  },
  {
    mistake: 'an id that starts with a digit',
    build: (s) => service(s.node.scope as Construct, {}, '1st'),
    message: 'app/1st: the name made of the ids is no DNS label, got "1st"; start the id with a letter and use letters, digits and dashes',
  },
  props(
    'a name in capitals',
    { name: 'My_Name' },
    'name: must be a DNS label of at most 52 characters, got "My_Name"; start with a letter and use lower case letters, digits and dashes',
  ),
  props(
    'a name that is too long',
    { name: 'a'.repeat(53) },
    'name: must be a DNS label of at most 52 characters, got "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"; start with a letter and use lower case letters, digits and dashes',
  ),
  props(
    'an empty name',
    { name: '' },
    'name: must be a DNS label of at most 52 characters, got ""; start with a letter and use lower case letters, digits and dashes',
  ),
  {
    mistake: 'an empty id',
    build: (s) => service(s, {}, ''),
    message: 'app/#: a construct has no id, got ""; give it one, such as its name',
  },
  {
    mistake: 'a missing id',
    build: (s) => new PersistentVolume(s, undefined as never, { size: '1Gi' }),
    message: 'app/#: a construct has no id; give it one, such as its name',
  },
  {
    mistake: 'an id that every object has',
    build: (s) => service(s, {}, 'constructor'),
    message: 'app/#: an id must not be a name that every object of JavaScript has, got "constructor"; choose another',
  },
  {
    mistake: 'two constructs with one id',
    build: (s) => {
      service(s);
      service(s);
    },
    message: 'app/#: two constructs have the same id, got "Web"; give each an id of its own',
  },
  {
    mistake: 'two constructs whose ids make one name',
    build: (s) => {
      service(s, {}, 'WebApi');
      service(s, {}, 'web-api');
    },
    message: 'app/#/web-api: the workload name is taken by app/#/WebApi, got "#-web-api"; choose another id, or give one of them a name',
  },
  {
    mistake: 'two constructs with one pinned name',
    build: (s) => {
      new PersistentVolume(s, 'One', { size: '1Gi', name: 'bad-input-data' });
      new PersistentVolume(s, 'Two', { size: '1Gi', name: 'bad-input-data' });
    },
    message: 'app/#/Two: the volume name is taken by app/#/One, got "bad-input-data"; choose another id, or give one of them a name',
  },
  {
    mistake: 'a secret whose name is none',
    build: (s) => new ExistingSecret(s, 'Secrets', { existing: 'My Secret' }),
    message: `app/#/Secrets: existing: a secret's name must be a DNS label of at most 63 characters, got "My Secret"; use lower case letters, digits and dashes`,
  },
  props(
    'an acknowledgement of nothing',
    { acknowledge: { 'root-users': 'the image needs it' } },
    'acknowledge: nothing of that name can be acknowledged, got "root-users"; see docs/platforms.md for the names',
  ),
  props(
    'an acknowledgement of a method of all objects',
    { acknowledge: { toString: 'the image needs it' } },
    'acknowledge: nothing of that name can be acknowledged, got "toString"; see docs/platforms.md for the names',
  ),
  props(
    'a reason that is too short',
    { user: '0:0', acknowledge: { 'root-user': 'needed' } },
    'acknowledge.root-user: needs a reason of at least ten characters, got "needed"; say why it is acceptable here',
  ),
  props(
    'a reason of blanks',
    { acknowledge: { 'writable-root': '                ' } },
    'acknowledge.writable-root: needs a reason of at least ten characters, got "                "; say why it is acceptable here',
  ),
  {
    mistake: 'a reason that is no text',
    build: (s) => acknowledge(s, { ulimits: 1234567890123 as never }),
    message: 'app/#: acknowledge.ulimits: needs a reason of at least ten characters, got 1234567890123; say why it is acceptable here',
  },
  {
    mistake: 'something that the platform cannot do',
    build: (s) => new PersistentVolume(s, 'Data', { size: '1Gi', shared: true }),
    message:
      "app/#/Data: Recorder cannot do 'volume.shared': the recorder was told so; leave it out, or acknowledge 'volume.shared' with a reason",
  },
];
