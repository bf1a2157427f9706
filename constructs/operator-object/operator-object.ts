import type { IConstruct } from 'constructs';
import { Composite } from '../../lib/model/composite';
import { askForEdges } from '../../lib/model/edges/asked';
import { ServiceNetwork } from '../../lib/model/edges/network-facet';
import { type Acknowledgements, acknowledge } from '../../lib/model/features';
import { type ObjectProps, resolveObject } from '../../lib/model/kinds/object';
import { pinName } from '../../lib/model/names';
import { Part } from '../../lib/model/part';
import { snapshot } from '../../lib/model/values/text';

/** What a user may say of an object that an operator acts on. */
export interface OperatorObjectProps extends ObjectProps {
  /** The object's name. @default - made of the ids on the way here */
  readonly name?: string;
  /** Reasons for what a platform lacks. @default - none */
  readonly acknowledge?: Acknowledgements;
}

/**
 * An object that an operator of Kubernetes acts on, such as a Cluster of CloudNativePG. Edges lead to what the operator makes
 * of it and from there, by the labels of its pods; whoever connects waits until its Service answers.
 */
export class OperatorObject extends Composite {
  /** The object as a part. */
  readonly part: Part<'object'>;
  /** Who may connect to its pods, where these may connect, and what whoever connects is told. */
  readonly network: ServiceNetwork;

  constructor(scope: IConstruct, id: string, props: OperatorObjectProps) {
    super(scope, id);
    const { name, acknowledge: reasons, ...said } = snapshot(props ?? {}) as OperatorObjectProps;
    if (name !== undefined) pinName(this, name);
    if (reasons) acknowledge(this, reasons);
    this.part = new Part(this, 'Default', 'object', (r) => {
      askForEdges(this.part, r);
      return resolveObject(said, r);
    });
    this.network = new ServiceNetwork(this.part);
  }
}
