import type { IConstruct } from 'constructs';
import { Composite } from '../../lib/model/composite';
import { resolveVolume, type VolumeProps } from '../../lib/model/kinds/volume';
import { pinName } from '../../lib/model/names';
import { Part } from '../../lib/model/part';
import { snapshot } from '../../lib/model/values/text';

/** What a user may say of a persistent volume. */
export interface PersistentVolumeProps extends VolumeProps {
  /** The resource's name on every platform. @default - made of the ids on the way here */
  readonly name?: string;
}

/** Storage that outlives a container: a PersistentVolumeClaim, or a named volume of Docker. */
export class PersistentVolume extends Composite {
  /** The volume as a part. */
  readonly part: Part<'volume'>;

  constructor(scope: IConstruct, id: string, props: PersistentVolumeProps) {
    super(scope, id);
    if (props?.name !== undefined) pinName(this, props.name);
    const said = snapshot(props ?? {});
    this.part = new Part(this, 'Default', 'volume', (r) => resolveVolume(said, r));
  }
}
