import { ALL_FEATURES, type Feature } from '../../lib/model/features';
import { KINDS, type Kind } from '../../lib/model/kinds';
import type { Networking } from '../../lib/platform/networks';
import type { At, Natives, Platform, Support } from '../../lib/platform/platform';

/** What the recording platform drafts: the name, and the spec as it was given. */
export interface Recorded {
  readonly name: string;
  readonly spec: object;
  label?: string;
}

/** Natives of the recording platform. */
export interface RecordedNatives extends Natives {
  readonly workload: Recorded & { workload?: true };
  readonly task: Recorded & { task?: true };
  readonly volume: Recorded & { volume?: true };
  readonly secret: Recorded;
  readonly config: Recorded;
  readonly object: Recorded;
  readonly network: Recorded;
  readonly route: Recorded;
}

/** A platform that can do everything but what is named, and remembers what was handed over. */
export function recording(unsupported: readonly Feature[] = [], networking?: Networking): Platform<RecordedNatives, Recorded[]> {
  const cell = {
    draft: (spec: object, at: At<RecordedNatives>): Recorded => ({ name: at.name, spec }),
    commit: (native: Recorded, _spec: object, _at: unknown, out: Recorded[]) => {
      out.push(native);
    },
  };
  const support = Object.fromEntries(
    ALL_FEATURES.map((feature): [Feature, Support] => [
      feature,
      unsupported.includes(feature) ? { unsupported: 'the recorder was told so' } : 'native',
    ]),
  ) as Record<Feature, Support>;
  return {
    name: 'recording',
    title: 'Recorder',
    natives: 'recording',
    support,
    ...(networking && { networking }),
    cells: Object.fromEntries(KINDS.map((kind: Kind) => [kind, cell])) as unknown as Platform<RecordedNatives, Recorded[]>['cells'],
  };
}
