import { Construct } from 'constructs';
import { type AttachmentProps, NetworkSegment } from '../../lib';

const NAMES = ['frontend', 'backend', 'database', 'monitoring'] as const;
type Name = (typeof NAMES)[number];

/** The four networks; only the first leads out, and only the gateway is published there. */
export class Segments extends Construct {
  private readonly segments: ReadonlyMap<Name, NetworkSegment>;

  constructor(scope: Construct) {
    super(scope, 'Network');
    this.segments = new Map(NAMES.map((name) => [name, new NetworkSegment(this, name, { internal: name !== 'frontend' })] as const));
  }

  /** What a service says that is in some of them. */
  of(...names: Name[]): AttachmentProps[] {
    return names.map((name) => ({ network: this.segments.get(name) as NetworkSegment }));
  }
}
