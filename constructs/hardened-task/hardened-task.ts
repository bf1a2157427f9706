import type { IConstruct } from 'constructs';
import { Composite } from '../../lib/model/composite';
import { askForEdges } from '../../lib/model/edges/asked';
import { withHanded } from '../../lib/model/edges/handed';
import { ServiceNetwork, waitForTasks } from '../../lib/model/edges/network-facet';
import { type Acknowledgements, acknowledge } from '../../lib/model/features';
import type { Kind } from '../../lib/model/kinds';
import { nameOf, pinName } from '../../lib/model/names';
import { Part, type Tunable } from '../../lib/model/part';
import { snapshot } from '../../lib/model/values/text';
import type { TaskProps } from '../../lib/model/workload/props';
import { resolveTask } from '../../lib/model/workload/task';

/** What a user may say of a hardened task. */
export interface HardenedTaskProps extends TaskProps {
  /** The resource's name on every platform. @default - made of the ids on the way here */
  readonly name?: string;
  /** Reasons for what a platform lacks or what takes security off. @default - none */
  readonly acknowledge?: Acknowledgements;
}

/**
 * Something that has to run to its end, once for each version of it: a migration, a seed. It is hardened as a service is.
 * What starts after it does not start if it fails, and an older version keeps serving where the platform can. With a
 * `schedule` it runs again and again, and nothing may wait for it.
 */
export class HardenedTask extends Composite {
  /** The task as a part. */
  readonly part: Part<'task'>;
  /** What it may connect to. */
  readonly network: ServiceNetwork;

  constructor(scope: IConstruct, id: string, props: HardenedTaskProps) {
    super(scope, id);
    const { name, acknowledge: reasons, ...task } = snapshot(props ?? {});
    if (name !== undefined) pinName(this, name);
    if (reasons) acknowledge(this, reasons);
    this.part = new Part(this, 'Default', 'task', (r) => {
      askForEdges(this.part, r);
      const env = withHanded(this.part, task.env, r);
      return resolveTask(nameOf(this), env ? { ...task, env } : task, r);
    });
    this.network = new ServiceNetwork(this.part);
  }

  /** Starts only after other tasks have ended without an error. */
  startAfter(...tasks: HardenedTask[]): void {
    waitForTasks(this.part, tasks);
  }

  /** Edits the native object of one platform: the typed way to anything that is not foreseen here. */
  tune<N extends { readonly [K in Kind]: object }>(platform: Tunable<N>, edit: (native: N['task']) => void): void {
    this.part.tune(platform, edit);
  }
}
