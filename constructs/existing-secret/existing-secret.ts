import type { IConstruct } from 'constructs';
import { Composite } from '../../lib/model/composite';
import { resolveSecret, type SecretKey, type SecretProps } from '../../lib/model/kinds/secret';
import { Part } from '../../lib/model/part';
import { snapshot } from '../../lib/model/values/text';

/** A secret that somebody else made: its values are referred to and never seen. */
export class ExistingSecret extends Composite {
  /** The secret as a part. */
  readonly part: Part<'secret'>;

  constructor(scope: IConstruct, id: string, props: SecretProps) {
    super(scope, id);
    const said = snapshot(props ?? {});
    this.part = new Part(this, 'Default', 'secret', (r) => resolveSecret(said, r));
  }

  /** A reference to one value. */
  key(key: string): SecretKey {
    return { secret: this.part, key };
  }
}
