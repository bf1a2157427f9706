import type { IConstruct } from 'constructs';
import { snapshot } from '../../lib/model/values/text';
import { Reading } from '../../lib/model/workload/reading';
import { type NamedSecretProps, Secret } from './secret';

/** What a user may say of a secret whose values stand in the config of a Pulumi stack. */
export interface ConfigSecretProps extends NamedSecretProps {
  /** The keys: `['password']`. Set each by `pulumi config set --secret secrets:<name>.<key>`. */
  readonly keys: readonly string[];
}

/**
 * A secret whose values stand encrypted in the config of a Pulumi stack. On Kubernetes a Secret is made of them, under a
 * name that changes with the values; other ways to Kubernetes have no such config.
 */
export class ConfigSecret extends Secret {
  constructor(scope: IConstruct, id: string, props: ConfigSecretProps) {
    const said = snapshot(props?.keys);
    super(scope, id, props?.name, (name, r) => {
      const keys = [...new Set(new Reading(r).textList('keys', said))].sort();
      // a list that is none was reported already
      return { source: 'config', name, ...((said === undefined || Array.isArray(said)) && { keys }) };
    });
  }
}
