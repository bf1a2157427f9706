import { PersistentVolume } from '../../lib';
import { type BadInput, props, service } from './case';

const DIGEST = `sha256:${'0'.repeat(64)}`;

/** Images. */
export const IMAGES: readonly BadInput[] = [
  props('no image', { image: undefined }, "image: an image reference is needed; write it as 'registry.example/team/app:1.2.3@sha256:...'"),
  props(
    'an empty image',
    { image: '' },
    `image: an image reference is needed, got ""; write it as 'registry.example/team/app:1.2.3@sha256:...'`,
  ),
  props(
    'an image without a tag',
    { image: 'registry.example/team/app' },
    'image: an image needs a tag that says which version it is, got "registry.example/team/app"; add a tag other than latest, and a digest',
  ),
  props(
    'an image with the tag latest',
    { image: 'nginx:latest' },
    'image: an image needs a tag that says which version it is, got "nginx:latest"; add a tag other than latest, and a digest',
  ),
  props(
    'an image in capitals',
    { image: 'Team/App:1.0.0' },
    `image: the repository must be lower case letters, digits and separators, got "Team/App:1.0.0"; write it as 'registry.example/team/app:1.2.3@sha256:...'`,
  ),
  props(
    'an image with a blank',
    { image: 'team/my app:1.0.0' },
    `image: the repository must be lower case letters, digits and separators, got "team/my app:1.0.0"; write it as 'registry.example/team/app:1.2.3@sha256:...'`,
  ),
  props(
    'an image with an empty tag',
    { image: 'team/app:' },
    `image: the tag is not valid, got "team/app:"; write it as 'registry.example/team/app:1.2.3@sha256:...'`,
  ),
  props(
    'an image with a tag that starts with a dash',
    { image: 'team/app:-1' },
    `image: the tag is not valid, got "team/app:-1"; write it as 'registry.example/team/app:1.2.3@sha256:...'`,
  ),
  props(
    'an image with a digest that is too short',
    { image: 'team/app:1@sha256:abc' },
    `image: the digest must be sha256: and 64 hex digits, got "team/app:1@sha256:abc"; write it as 'registry.example/team/app:1.2.3@sha256:...'`,
  ),
  props(
    'an image with another kind of digest',
    { image: `team/app:1@md5:${'0'.repeat(32)}` },
    `image: the digest must be sha256: and 64 hex digits, got "team/app:1@md5:00000000000000000000000000000000"; write it as 'registry.example/team/app:1.2.3@sha256:...'`,
  ),
  props(
    'an image with two digests',
    { image: `team/app:1@${DIGEST}@${DIGEST}` },
    `image: more than one @ in the image reference, got "team/app:1@sha256:0000000000000000000000000000000000000000000000000000000000000000@sha256:00000000000000000000000000...; write it as 'registry.example/team/app:1.2.3@sha256:...'`,
  ),
  props(
    'an image with an empty part',
    { image: 'team//app:1' },
    `image: the repository must be lower case letters, digits and separators, got "team//app:1"; write it as 'registry.example/team/app:1.2.3@sha256:...'`,
  ),
  props(
    'an image with a scheme',
    { image: 'https://registry.example/team/app:1' },
    `image: the registry host is not valid, got "https://registry.example/team/app:1"; write it as 'registry.example/team/app:1.2.3@sha256:...'`,
  ),
  props(
    'an image with a host that is none',
    { image: 'registry_1.example/team/app:1' },
    `image: the registry host is not valid, got "registry_1.example/team/app:1"; write it as 'registry.example/team/app:1.2.3@sha256:...'`,
  ),
  props(
    'an image that is a number',
    { image: 15 },
    "image: an image reference is needed, got 15; write it as 'registry.example/team/app:1.2.3@sha256:...'",
  ),
];

/** Users, capabilities and the file system. */
export const HARDENING: readonly BadInput[] = [
  props('a user by name', { user: 'app:app' }, `user: must be a numeric user and group, got "app:app"; write it as '10001:10001'`),
  props('a user without a group', { user: '1001' }, `user: must be a numeric user and group, got "1001"; write it as '10001:10001'`),
  props(
    'a user beyond 31 bits',
    { user: '4294967295:1' },
    `user: must be a numeric user and group, got "4294967295:1"; write it as '10001:10001'`,
  ),
  props(
    'root without an acknowledgement',
    { user: '0:0' },
    `user: runs as root, got "0:0"; leave it out, or acknowledge 'root-user' with a reason`,
  ),
  props(
    'the group root without an acknowledgement',
    { user: '10001:0' },
    `user: runs in the group root, got "10001:0"; leave it out, or acknowledge 'root-user' with a reason`,
  ),
  props(
    'a writable root file system',
    { readOnlyRoot: false },
    "readOnlyRoot: the root file system is writable, got false; leave it out, or acknowledge 'writable-root' with a reason",
  ),
  props(
    'privileges to be gained',
    { allowPrivilegeEscalation: true },
    "allowPrivilegeEscalation: processes may gain privileges, got true; leave it out, or acknowledge 'privilege-escalation' with a reason",
  ),
  props(
    'a capability that does not exist',
    { capabilities: ['NET_BIND'] },
    `capabilities: is no Linux capability, got "NET_BIND"; write it in capitals without CAP_, such as 'NET_BIND_SERVICE'`,
  ),
  props(
    'a capability with its prefix',
    { capabilities: ['CAP_NET_BIND_SERVICE'] },
    `capabilities: is no Linux capability, got "CAP_NET_BIND_SERVICE"; write it in capitals without CAP_, such as 'NET_BIND_SERVICE'`,
  ),
  props(
    'all capabilities',
    { capabilities: ['ALL'] },
    `capabilities: is no Linux capability, got "ALL"; write it in capitals without CAP_, such as 'NET_BIND_SERVICE'`,
  ),
  props(
    'a capability without an acknowledgement, twice',
    { capabilities: ['SYS_ADMIN', 'SYS_ADMIN'] },
    `capabilities: adds a capability, got "SYS_ADMIN"; leave it out, or acknowledge 'added-capabilities' with a reason`,
  ),
  props(
    'programs in a writable path',
    { writable: [{ path: '/tmp', exec: true }] },
    `writable: programs can be run from a writable path, got "/tmp"; leave it out, or acknowledge 'executable-scratch' with a reason`,
  ),
  props(
    'a relative path',
    { writable: ['tmp'] },
    `writable: must be an absolute path below /, got "tmp"; write it as '/var/lib/app', without colons, commas or '..'`,
  ),
  props(
    'a path with ..',
    { writable: ['/var/../etc'] },
    `writable: must be an absolute path below /, got "/var/../etc"; write it as '/var/lib/app', without colons, commas or '..'`,
  ),
  props(
    'a path with .',
    { writable: ['/var/./lib'] },
    `writable: must be an absolute path below /, got "/var/./lib"; write it as '/var/lib/app', without colons, commas or '..'`,
  ),
  props(
    'the root as a path',
    { writable: ['/'] },
    `writable: must be an absolute path below /, got "/"; write it as '/var/lib/app', without colons, commas or '..'`,
  ),
  props(
    'a path with a colon',
    { writable: ['/data:ro'] },
    `writable: must be an absolute path below /, got "/data:ro"; write it as '/var/lib/app', without colons, commas or '..'`,
  ),
  props(
    'a path that is writable twice',
    { writable: ['/tmp', { path: '/tmp/' }] },
    'writable: is writable twice, got "/tmp"; name each path once',
  ),
  props(
    'two relative paths',
    { writable: ['tmp', 'tmp'] },
    `writable: must be an absolute path below /, got "tmp"; write it as '/var/lib/app', without colons, commas or '..'`,
  ),
  props(
    'a relative working directory',
    { workingDirectory: 'app' },
    `workingDirectory: must be an absolute path below /, got "app"; write it as '/var/lib/app', without colons, commas or '..'`,
  ),
  props(
    'a size in decimal units',
    { writable: [{ path: '/tmp', size: '4G' }] },
    `writable /tmp: must be a size in binary units, got "4G"; write it as '512Mi' or '4Gi': G and M mean different things to Docker and Kubernetes`,
  ),
  props(
    'a size that is too small',
    { writable: [{ path: '/tmp', size: '4Ki' }] },
    'writable /tmp: must be at least 1Mi, got "4Ki"; give it more',
  ),
  {
    mistake: 'two mounts at one path',
    build: (s) => {
      const volume = new PersistentVolume(s, 'Data', { size: '1Gi' });
      service(s, {
        mounts: [
          { volume, path: '/data' },
          { volume, path: '/data/' },
        ],
      });
    },
    message: 'app/#/Web: mounts: two things are mounted at the same path, got "/data"; give each a path of its own',
  },
  {
    mistake: 'a mount where a writable path is',
    build: (s) => {
      const volume = new PersistentVolume(s, 'Data', { size: '1Gi' });
      service(s, { writable: ['/data/'], mounts: [{ volume, path: '/data' }] });
    },
    message: 'app/#/Web: mounts: two things are mounted at the same path, got "/data"; give each a path of its own',
  },
  {
    mistake: 'a mount at a relative path',
    build: (s) => service(s, { mounts: [{ volume: new PersistentVolume(s, 'Data', { size: '1Gi' }), path: 'data' }] }),
    message: `app/#/Web: mounts: must be an absolute path below /, got "data"; write it as '/var/lib/app', without colons, commas or '..'`,
  },
  {
    mistake: 'a volume in decimal units',
    build: (s) => new PersistentVolume(s, 'Data', { size: '10G' as never }),
    message: `app/#/Data: size: a volume needs a size of at least 1Mi in binary units, got "10G"; write it as '10Gi'`,
  },
  {
    mistake: 'a volume without a size',
    build: (s) => new PersistentVolume(s, 'Data', {} as never),
    message: "app/#/Data: size: a volume needs a size of at least 1Mi in binary units; write it as '10Gi'",
  },
  {
    mistake: 'a volume of nothing',
    build: (s) => new PersistentVolume(s, 'Data', { size: '0Gi' }),
    message: `app/#/Data: size: a volume needs a size of at least 1Mi in binary units, got "0Gi"; write it as '10Gi'`,
  },
];
