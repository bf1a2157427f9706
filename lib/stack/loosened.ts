import type { Problem } from '../model/problems';
import type { ContainerSpec } from '../model/workload/spec';

/** What protects a container, as its native says after all edits. */
export interface Protection {
  readonly privileged: unknown;
  readonly devices: unknown;
  readonly user: unknown;
  readonly readOnly: unknown;
  readonly drops: unknown;
  readonly adds: unknown;
  /** Network, processes, and whatever else a container may share with the host. */
  readonly namespaces: readonly unknown[];
  /** Whether a path of the host is mounted. */
  readonly binds: unknown;
  readonly memory: unknown;
  readonly securityOpts: unknown;
}

/** Warns of everything that is less than the spec says. A value that is not known yet is taken for what was asked for. */
export function looser(path: string, spec: ContainerSpec, seen: Protection, where?: string): Problem[] {
  const opts = texts(seen.securityOpts);
  const root = (user: unknown) => user === undefined || (typeof user === 'string' && /^(root|0*)(:|$)/.test(user));
  const lost: readonly (readonly [boolean, string])[] = [
    [seen.privileged === true, 'all isolation (privileged)'],
    [texts(seen.devices).length > 0 || (Array.isArray(seen.devices) && seen.devices.length > 0), 'the isolation from devices of the host'],
    [spec.uid !== 0 && root(seen.user), 'the user that is not root'],
    [spec.readOnlyRoot && (seen.readOnly === undefined || seen.readOnly === false), 'the read-only root file system'],
    [!texts(seen.drops).includes('ALL'), 'the drop of all capabilities'],
    [
      added(seen.adds).some((one) => !spec.capabilities.some((asked) => asked === one)),
      'the limit to the capabilities that were asked for',
    ],
    [!spec.allowPrivilegeEscalation && !opts.some((one) => /^no-new-privileges([:=]true)?$/.test(one)), 'no-new-privileges'],
    [opts.some((one) => /[:=]unconfined$|^label[:=]disable$/.test(one)), 'a security module'],
    [seen.namespaces.includes('host'), 'the isolation from namespaces of the host'],
    [seen.binds === true, 'the isolation from files of the host'],
    [seen.memory === undefined, 'the limit of memory'],
  ];
  return lost.flatMap(([is, what]) =>
    is
      ? [
          {
            path: where ? `${path}: ${where}` : path,
            what: `tune took off ${what}`,
            fix: 'say it in the props if it is meant, where a reason goes with it',
          },
        ]
      : [],
  );
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];
}

function added(value: unknown): string[] {
  return texts(value).map((one) => one.replace(/^CAP_/, ''));
}
