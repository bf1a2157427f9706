import type { IConstruct } from 'constructs';
import { Secret } from './secret';

/** What a user may say of a secret that exists already: where it is, never what it is. */
export interface ExistingSecretProps {
  /**
   * The name of a Kubernetes Secret in the same namespace. Elsewhere name and key say which Pulumi config secret
   * (`secrets:<name>.<key>`), or which file or variable beside a Compose or stack file, holds the value.
   */
  readonly existing: string;
  /**
   * Any text that you change together with the values: whoever uses the secret is rolled then. Files of a running pod
   * follow the Kubernetes Secret without it, within a minute or two.
   * @default - none: nobody is rolled
   */
  readonly version?: string;
}

/** A secret that somebody else made. */
export class ExistingSecret extends Secret {
  constructor(scope: IConstruct, id: string, props: ExistingSecretProps) {
    const { existing, version } = props ?? {};
    super(scope, id, existing, (name) => ({ source: 'existing', name, ...(version !== undefined && { version }) }), 'existing');
  }
}
