import { Part } from '../../model/part';
import type { Problem } from '../../model/problems';
import { Template } from '../../model/values/template';
import type { GroupSpec } from '../../model/workload/spec';
import type { At, Drafted, Plan } from '../../platform/platform';
import { namespaceOf } from './metadata';
import type { KubernetesNatives } from './natives';

/**
 * Edges into another namespace, where the name that `endpoint` gives is not found.
 *
 * Only a warning: a Service of type ExternalName, which is not seen here, may lend the name to this namespace. Quiet where
 * a variable or an argument holds the name with its namespace.
 */
export function namespaceWarnings(planned: Pick<Plan<KubernetesNatives, never>, 'drafted'>): Problem[] {
  return planned.drafted.flatMap((one) =>
    one.part.kind === 'workload' || one.part.kind === 'task' ? warningsOf(one as unknown as Drafted<KubernetesNatives, Either>) : [],
  );
}

type Either = 'workload' | 'task';

function warningsOf({ part, at }: Drafted<KubernetesNatives, Either>): Problem[] {
  const own = namespaceOf(part as Part);
  const peers = new Set(
    at.outgoing.flatMap(({ peer }) => (Part.isPart(peer) && namespaceOf(peer) !== own ? [peer as Part<'workload'>] : [])),
  );
  return [...peers].flatMap((peer) => warningOf(at, peer, namespaceOf(peer as Part)));
}

function warningOf(at: At<KubernetesNatives, Either>, peer: Part<'workload'>, theirs: string | undefined): Problem[] {
  const name = at.nameOf(peer as Part);
  if (theirs === undefined) {
    const what = `an edge leads to ${name} in a chart without a namespace, so nothing says where it is`;
    return [{ path: at.path, what, fix: 'give that chart a namespace' }];
  }
  // not `name.namespace.svc`: with `ndots: 2` musl takes that for a whole name, and never looks in the search domains
  const full = `${name}.${theirs}`;
  const { ports } = at.spec(peer);
  if (ports.length === 0 || textsOf(at.spec(at.part)).some((text) => text.includes(full))) return [];
  const addresses = ports.map(({ port }) => `'${full}:${port}'`).join(' or ');
  const what = 'an edge leads into another namespace, in which a name alone is not found';
  return [{ path: at.path, what, value: name, fix: `use ${addresses}` }];
}

/** What a workload's programs are told. */
function textsOf(spec: GroupSpec): string[] {
  return [spec.main, ...spec.sidecars].flatMap((one) => [
    ...one.env.flatMap(({ value }) => {
      if (Template.isTemplate(value)) return value.parts.filter((one) => typeof one === 'string');
      return typeof value === 'string' ? [value] : [];
    }),
    ...(one.command ?? []),
    ...(one.args ?? []),
  ]);
}
