import { Part, type Resolution } from '../part';
import { displayPath } from '../problems';
import type { EnvValue } from '../workload/props';
import { isObject } from '../workload/reading';
import { edgesOf, type Joined, offeredBy, type Runner } from './edges';

interface Handed {
  /** What the target calls it. */
  readonly name: string;
  readonly value: EnvValue;
  readonly from: Joined;
}

/**
 * The variables that a workload or task gets from those it may connect to, and its own, which count where both say one.
 * Two connections that hand over one variable are a problem.
 */
export function withHanded(
  part: Runner,
  own: Readonly<Record<string, EnvValue>> | undefined,
  r: Resolution,
): Readonly<Record<string, EnvValue>> | undefined {
  const handed = new Map<string, Handed>();
  const isOwn = (name: string) => isObject(own) && Object.hasOwn(own, name);
  for (const { peer, env } of edgesOf(part).outgoing) {
    if (!Part.isPart(peer) || env === false) continue;
    const from = peer as unknown as Joined;
    const offered = offeredBy(from);
    for (const name of Object.keys(env)) {
      if (offered.has(name)) continue;
      const fix = offered.size > 0 ? `use one of ${[...offered.keys()].join(', ')}` : 'leave env out';
      r.problem('network.allowTo', `${displayPath(from)} offers no variable of that name`, name, fix);
    }
    for (const [name, value] of offered) {
      const called = Object.hasOwn(env, name) ? (env[name] as string) : name;
      const other = handed.get(called);
      if (other && (other.from !== from || other.name !== name) && !isOwn(called)) {
        const what =
          other.from === from
            ? `${displayPath(from)} hands over two variables under that name`
            : `${displayPath(other.from)} and ${displayPath(from)} both hand over a variable of that name`;
        r.problem('network.allowTo', what, called, `call one of them otherwise: allowTo(other, { env: { ${name}: 'OTHER_${called}' } })`);
      }
      handed.set(called, { name, value, from });
    }
  }
  // what is no object is reported where it is read
  if (handed.size === 0 || (own !== undefined && !isObject(own))) return own;
  return { ...Object.fromEntries([...handed].map(([name, { value }]) => [name, value])), ...own };
}
