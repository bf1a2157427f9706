import type { IConstruct } from 'constructs';
import { Composite } from '../../lib/model/composite';
import { type NetworkProps, resolveNetwork } from '../../lib/model/kinds/network';
import { pinName } from '../../lib/model/names';
import { Part } from '../../lib/model/part';
import { snapshot } from '../../lib/model/values/text';

/** What a user may say of a network segment. */
export interface NetworkSegmentProps extends NetworkProps {
  /** The resource's name on every platform. @default - made of the ids on the way here */
  readonly name?: string;
}

/** A network segment: a bridge network of Docker, an overlay network of Swarm. On Kubernetes edges do this work. */
export class NetworkSegment extends Composite {
  /** The segment as a part. */
  readonly part: Part<'network'>;

  constructor(scope: IConstruct, id: string, props: NetworkSegmentProps = {}) {
    super(scope, id);
    if (props?.name !== undefined) pinName(this, props.name);
    const said = snapshot(props ?? {});
    this.part = new Part(this, 'Default', 'network', (r) => resolveNetwork(said, r));
  }
}
