import * as docker from '@pulumi/docker';
import type * as pulumi from '@pulumi/pulumi';
import type { SecretSpec } from '../../model/kinds/secret';
import type { Plan } from '../../platform/platform';
import { type SecretValues, secretVersion } from '../../stack/secrets';
import { secretSpecs } from '../compose/finish';
import { atMost, engineName, secretKey } from '../compose/natives';
import type { SwarmDocument, SwarmNatives } from './natives';
import { MOST_OF_A_FILE_NAME } from './networking';

/**
 * Configs and secrets of a Swarm. Neither can change, nor go while a service has it: another content is another resource,
 * made before the services are updated and removed afterwards.
 */
export class Files {
  /** What was registered, by its name in the document. */
  readonly configs: Record<string, docker.ServiceConfig> = {};
  /** What was registered, by its name in the document. */
  readonly secrets: Record<string, docker.Secret> = {};
  private readonly specs: ReadonlyMap<string, SecretSpec>;

  constructor(
    planned: Plan<SwarmNatives, SwarmDocument>,
    private readonly out: SwarmDocument,
    private readonly scope: string,
    private readonly values: SecretValues,
    private readonly parent: pulumi.Resource,
  ) {
    this.specs = secretSpecs(planned);
  }

  /** The config of a file that a service has. */
  config(source: string): docker.ServiceConfig | undefined {
    const content = this.out.contents.get(source);
    const name = this.out.configs[source]?.name;
    if (content === undefined || name === undefined) return undefined;
    this.configs[source] ??= new docker.ServiceConfig(
      name,
      { name, data: Buffer.from(content as Uint8Array).toString('base64') },
      { parent: this.parent },
    );
    return this.configs[source];
  }

  /** The secret of a file that a service has. */
  secret(source: string): docker.Secret | undefined {
    const dot = source.indexOf('.');
    const spec = this.specs.get(source.slice(0, dot));
    if (!spec) return undefined;
    this.secrets[source] ??= this.makeSecret(spec, source.slice(dot + 1));
    return this.secrets[source];
  }

  private makeSecret(spec: SecretSpec, key: string): docker.Secret {
    const name = atMost(`${engineName(this.scope, secretKey(spec.name, key))}-${secretVersion(spec, [key])}`, MOST_OF_A_FILE_NAME);
    const data = this.values.value(spec, key).apply((value) => Buffer.from(value).toString('base64'));
    return new docker.Secret(name, { name, data }, { parent: this.parent, additionalSecretOutputs: ['data'] });
  }
}
