import { ExistingSecret, PersistentVolume } from '../../lib';
import { type BadInput, props, service } from './case';

/** Resources. */
export const RESOURCES: readonly BadInput[] = [
  props(
    'a cpu limit below the reservation',
    { resources: { cpu: { limit: '100m', reservation: 1 } } },
    `resources.cpu.limit: the limit is below the reservation, got "100m"; use at least '1000m', or reserve less`,
  ),
  props(
    'a memory limit below the reservation',
    { resources: { memory: { limit: '128Mi', reservation: '1536Mi' } } },
    `resources.memory.limit: the limit is below the reservation, got "128Mi"; use at least '1536Mi', or reserve less`,
  ),
  props(
    'a memory limit in decimal units',
    { resources: { memory: { limit: '4G' } } },
    `resources.memory.limit: must be a size in binary units, got "4G"; write it as '512Mi' or '4Gi': G and M mean different things to Docker and Kubernetes`,
  ),
  props(
    'a memory limit without a unit',
    { resources: { memory: { limit: '268435456' } } },
    `resources.memory.limit: must be a size in binary units, got "268435456"; write it as '512Mi' or '4Gi': G and M mean different things to Docker and Kubernetes`,
  ),
  props(
    "a memory limit below the engine's least",
    { resources: { memory: { limit: '1Mi' } } },
    'resources.memory.limit: must be at least 6Mi, got "1Mi"; give it more',
  ),
  props(
    'writable paths that may take all memory',
    { writable: ['/tmp', { path: '/cache', size: '192Mi' }] },
    'writable: writable paths are memory and must take less than the limit of 256Mi, got "256Mi"; give the paths smaller sizes ([] for none), or set resources.memory.limit above 256Mi',
  ),
  props(
    'a memory reservation in decimal units',
    { resources: { memory: { reservation: '2G' } } },
    `resources.memory.reservation: must be a size in binary units, got "2G"; write it as '512Mi' or '4Gi': G and M mean different things to Docker and Kubernetes`,
  ),
  props(
    'a cpu limit of nothing',
    { resources: { cpu: { limit: 0 } } },
    "resources.cpu.limit: must be an amount of processor time, got 0; write cores as 2 or 0.5, or thousandths as '500m'",
  ),
  props(
    'a cpu limit in words',
    { resources: { cpu: { limit: 'two' } } },
    `resources.cpu.limit: must be an amount of processor time, got "two"; write cores as 2 or 0.5, or thousandths as '500m'`,
  ),
  props(
    'a cpu limit finer than a thousandth',
    { resources: { cpu: { limit: 0.0001 } } },
    "resources.cpu.limit: must be an amount of processor time, got 0.0001; write cores as 2 or 0.5, or thousandths as '500m'",
  ),
  props(
    'a cpu reservation that is none',
    { resources: { cpu: { reservation: Number.NaN } } },
    "resources.cpu.reservation: must be an amount of processor time, got NaN; write cores as 2 or 0.5, or thousandths as '500m'",
  ),
  props(
    'ephemeral storage in decimal units',
    { resources: { ephemeralStorage: '1G' } },
    `resources.ephemeralStorage: must be a size in binary units, got "1G"; write it as '512Mi' or '4Gi': G and M mean different things to Docker and Kubernetes`,
  ),
  props('no processes at all', { pids: 0 }, 'pids: must be a whole number from 1 to 4194304, got 0; use a whole number, such as 100'),
  props('half a process', { pids: 0.5 }, 'pids: must be a whole number from 1 to 4194304, got 0.5; use a whole number, such as 100'),
  props(
    'a limit of processes that does not exist',
    { ulimits: { files: 1024 } },
    'ulimits.files: is no limit of processes, got "files"; use one of core, cpu, data, fsize, locks, memlock, msgqueue, nice, nofile, nproc, rss, rtprio, rttime, sigpending, stack',
  ),
  props(
    'a soft limit above the hard one',
    { ulimits: { nofile: { soft: 2048, hard: 1024 } } },
    'ulimits.nofile: needs whole numbers, the soft limit not above the hard one, got {"soft":2048,"hard":1024}; write { soft: 1024, hard: 2048 }',
  ),
  props(
    'a soft limit without end below a hard one',
    { ulimits: { nofile: { soft: -1, hard: 1024 } } },
    'ulimits.nofile: needs whole numbers, the soft limit not above the hard one, got {"soft":-1,"hard":1024}; write { soft: 1024, hard: 2048 }',
  ),
];

/** Environment variables and other text. */
export const TEXTS: readonly BadInput[] = [
  props(
    'a name with a dash',
    { env: { 'LOG-LEVEL': 'info' } },
    'env.LOG-LEVEL: is no name of an environment variable, got "LOG-LEVEL"; use letters, digits and underscores',
  ),
  props(
    'a name that starts with a digit',
    { env: { '1ST': 'info' } },
    'env.1ST: is no name of an environment variable, got "1ST"; use letters, digits and underscores',
  ),
  props('a NUL character', { env: { TEXT: 'a\0b' } }, 'env.TEXT: must not hold a NUL character, got "a\\u0000b"; remove it'),
  props(
    'an Output turned to text',
    { env: { URL: `http://${outputText()}/` } },
    'env.URL: is text that was made of a value not yet known, got "http://Calling [toString] on an [Output<T>] is not supported.\\n\\nTo get the value of an Output<T> as an Output<strin...; pass the value itself, or use pulumi.interpolate',
  ),
  props(
    'an object turned to text',
    { env: { URL: `http://${String({})}/` } },
    'env.URL: is text that was made of a value not yet known, got "http://[object Object]/"; pass the value itself, or use pulumi.interpolate',
  ),
  props(
    'an object',
    { env: { CONFIG: { a: 1 } } },
    'env.CONFIG: must be text, a number, a boolean, a secret or a late-bound value, got "an object"; turn it into text',
  ),
  props(
    'a number that is none',
    { env: { PORT: Number.NaN } },
    'env.PORT: must be text, a number, a boolean, a secret or a late-bound value, got NaN; turn it into text',
  ),
  props(
    'nothing',
    { env: { EMPTY: null } },
    'env.EMPTY: must be text, a number, a boolean, a secret or a late-bound value, got null; turn it into text',
  ),
  props(
    'an Output turned to text in an argument',
    { args: ['--url', outputText()] },
    'args.1: is text that was made of a value not yet known, got "Calling [toString] on an [Output<T>] is not supported.\\n\\nTo get the value of an Output<T> as an Output<string> cons...; pass the value itself, or use pulumi.interpolate',
  ),
  props(
    'an object turned to text in an annotation',
    { annotations: { 'example.com/owner': String({}) } },
    'annotations.example.com/owner: is text that was made of a value not yet known, got "[object Object]"; pass the value itself, or use pulumi.interpolate',
  ),
  props(
    'a NUL character in a command',
    { command: ['/bin/app', '\0'] },
    'command.1: must not hold a NUL character, got "\\u0000"; remove it',
  ),
  props(
    'a password in the environment, whose value no message shows',
    { env: { DB_PASSWORD: 'hunter2' } },
    "env.DB_PASSWORD: looks like a secret that is written down; use `secret.file('…')` or `secret.key('…')` of a secret, or acknowledge 'plain-secret' with a reason",
  ),
  props(
    'a URL with a password',
    { env: { DATABASE_URL: 'postgres://app:hunter2@db/app' } },
    "env.DATABASE_URL: looks like a secret that is written down; use `secret.file('…')` or `secret.key('…')` of a secret, or acknowledge 'plain-secret' with a reason",
  ),
  props(
    'a password beside an object turned to text',
    { env: { URL: `postgres://app:hunter2@${String({})}/` } },
    'env.URL: is text that was made of a value not yet known, got "postgres://app:…@[object Object]/"; pass the value itself, or use pulumi.interpolate',
  ),
  {
    mistake: 'a folder of the host as a volume',
    build: (s) => new PersistentVolume(s, 'Host', { size: '1Gi', driverOptions: { type: 'none', o: 'bind', device: '/var/run' } }),
    message: `app/#/Host: driverOptions: mounts a folder of the host, got "/var/run"; leave it out, or acknowledge 'host-path' with a reason`,
  },
  {
    mistake: 'a key of a secret that is none',
    build: (s) => service(s, { env: { PASSWORD: new ExistingSecret(s, 'Secrets', { existing: 'secrets' }).key('pass word') } }),
    message: 'app/#/Web: env.PASSWORD: is no key of a secret, got "pass word"; use letters, digits, dashes, dots and underscores',
  },
];

/** What Pulumi makes of an Output in a template string. */
function outputText(): string {
  return 'Calling [toString] on an [Output<T>] is not supported.\n\nTo get the value of an Output<T> as an Output<string> consider either:';
}
