import type { IConstruct } from 'constructs';
import { Environment } from '../../model/environment';
import { displayPath, type Problem } from '../../model/problems';

/** What a cluster has once, whatever namespace cdk8s writes on it. */
const CLUSTER_WIDE = new Set(
  (
    'APIService ClusterRole ClusterRoleBinding CSIDriver CustomResourceDefinition IngressClass MutatingWebhookConfiguration Namespace ' +
    'PersistentVolume PriorityClass RuntimeClass StorageClass ValidatingAdmissionPolicy ValidatingWebhookConfiguration VolumeSnapshotClass'
  ).split(' '),
);

/** What tells objects apart. */
export interface Identity {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace?: string | undefined;
  readonly name: string;
}

interface Maker {
  readonly construct: IConstruct;
  readonly chart: IConstruct;
}

interface Clash {
  readonly first: Maker;
  readonly second: Maker;
  readonly kinds: Set<string>;
  readonly name: string;
}

/** Who makes which object, also over several charts: of two with one name, the later would overwrite the earlier. */
export class Ledger {
  private readonly makers = new Map<string, Maker>();
  private readonly certain = new Map<string, Clash>();
  private readonly possible = new Map<string, Clash>();

  /**
   * Writes down an object. Charts of different environments are deployed to different places, so they do not clash.
   *
   * @param chart the chart, or the root of the stack
   */
  add({ apiVersion, kind, namespace, name }: Identity, construct: IConstruct, chart: IConstruct): void {
    const group = apiVersion.includes('/') ? apiVersion.split('/')[0] : '';
    const wide = CLUSTER_WIDE.has(kind);
    const key = [group, kind, wide ? '' : namespace, name, Environment.of(chart).name].join('\0');
    const first = this.makers.get(key);
    const second = { construct, chart };
    if (first === undefined) this.makers.set(key, second);
    else if (wide || namespace !== undefined || first.chart === chart)
      note(this.certain, [first, second], [construct, first.construct], kind, name);
    // without a namespace only whoever applies the files knows whether they meet
    else note(this.possible, [first, second], [chart, first.chart], kind, name);
  }

  /** Objects of one name, one problem for each two constructs. */
  problems(): Problem[] {
    return [...this.certain.values()].map(({ first, second, kinds, name }) => {
      const other = displayPath(first.construct);
      const list = [...kinds];
      const what =
        list.length === 1 ? `a ${list[0]} of the same name is made by ${other}` : `the ${list.join(', ')} are made by ${other} too`;
      const pods = kinds.has('Deployment') || kinds.has('StatefulSet') ? ', and each would take the pods of the other for its own' : '';
      const fix = kinds.has('Namespace')
        ? 'let one of them make it: createNamespace: false'
        : 'choose another id, or give one of them a name';
      return { path: displayPath(second.construct), what: what + pods, value: name, fix };
    });
  }

  /** Charts without a namespace that hold objects of the same names. */
  warnings(): Problem[] {
    return [...this.possible.values()].map(({ first, second, kinds, name }) => ({
      path: displayPath(second.chart),
      what: `holds objects of the same kind and name as ${displayPath(first.chart)}, and neither has a namespace`,
      value: `${[...kinds][0]}/${name}`,
      fix: 'give them namespaces, or apply them to different ones',
    }));
  }
}

const ids = new WeakMap<IConstruct, number>();
let next = 0;

function idOf(construct: IConstruct): number {
  const id = ids.get(construct) ?? next++;
  ids.set(construct, id);
  return id;
}

function note(clashes: Map<string, Clash>, [first, second]: [Maker, Maker], pair: IConstruct[], kind: string, name: string): void {
  const key = pair.map(idOf).join();
  const known = clashes.get(key);
  if (known) known.kinds.add(kind);
  else clashes.set(key, { first, second, kinds: new Set([kind]), name });
}
