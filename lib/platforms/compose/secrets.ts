import { type SecretSpec, secretVariable } from '../../model/kinds/secret';
import { makingCommand } from './generated';
import { ComposeExpression, type ComposeSecretValue, isSecretValue } from './marker';
import { atMost, type ComposeDocument, type ComposeSecretSource, secretKey } from './natives';
import type { ComposeService } from './schema';

/** A secret value that a file needs, and where it is put. Nothing holds the value itself. */
export interface NeededSecret {
  /** The secret's name. */
  readonly secret: string;
  /** The key of the value within it. */
  readonly key: string;
  /** The file that holds it, from the Compose file; absent where nobody reads it from a file. */
  readonly path?: string;
  /** The users, `uid:gid`, of the containers that read the file. */
  readonly users: readonly string[];
  /** The variable that has to be set to another text together with the file; absent where there is no file. */
  readonly version?: string;
  /** The variable that holds it; absent where nobody has it in its environment. */
  readonly variable?: string;
  /** A command that makes a value, and puts it there; absent where somebody knows the value. */
  readonly command?: string;
}

/** More would not fit into the name of a Swarm's secret beside everything else. */
const LONGEST_VERSION = 14;

/** The variable whose value has to change with that of a secret file. */
export function versionVariable(name: string, key: string): string {
  return `${secretVariable({ name }, key)}_VERSION`;
}

/** The version of a secret file, as Compose puts it in. */
export function versionOf({ name, version }: ComposeSecretSource, key: string): ComposeExpression {
  return new ComposeExpression(`\${${versionVariable(name, key)}:-${atMost(version ?? '1', LONGEST_VERSION)}}`);
}

/** The path of the file with a secret value, from the Compose file. */
export function secretPath(name: string, key: string): string {
  return `secrets/${name}/${key}`;
}

/** The values in the environment of a service, also those within longer texts. */
export function valuesIn(service: ComposeService): ComposeSecretValue[] {
  return Object.values(service.environment ?? {})
    .flat()
    .filter(isSecretValue);
}

/** Declares the secrets that services have as files. */
export function declareSecrets(
  out: ComposeDocument,
  sources: ReadonlyMap<string, ComposeSecretSource>,
  nameOf?: (source: ComposeSecretSource, key: string) => ComposeExpression,
): void {
  for (const [id, { source, key }] of filesIn(out, sources)) {
    out.secrets[id] = { ...(nameOf && { name: nameOf(source, key) }), file: `./${secretPath(source.name, key)}` };
  }
}

/** What has to be there before a file is deployed, sorted by secret and key. */
export function neededSecrets(
  out: ComposeDocument,
  sources: ReadonlyMap<string, ComposeSecretSource>,
  specs: ReadonlyMap<string, SecretSpec>,
): NeededSecret[] {
  const files = filesIn(out, sources);
  const values = Object.values(out.services).flatMap(valuesIn);
  const variables = new Map(values.map(({ secret, key }) => [secretKey(secret, key), secretVariable({ name: secret }, key)]));
  return [...new Set([...files.keys(), ...variables.keys()])].sort().map((id) => {
    const secret = id.slice(0, id.indexOf('.'));
    const key = id.slice(secret.length + 1);
    const file = files.get(id);
    const path = file && secretPath(secret, key);
    const variable = variables.get(id);
    const command = makingCommand(specs.get(secret), key, path, variable);
    return {
      secret,
      key,
      ...(path !== undefined && { path, version: versionVariable(secret, key) }),
      users: [...(file?.users ?? [])].sort(),
      ...(variable !== undefined && { variable }),
      ...(command !== undefined && { command }),
    };
  });
}

/** A secret value that services have as a file. */
interface FileOfSecret {
  readonly source: ComposeSecretSource;
  readonly key: string;
  readonly users: Set<string>;
}

/** Secret values that services have as files, by their key in the document. */
function filesIn(out: ComposeDocument, sources: ReadonlyMap<string, ComposeSecretSource>): Map<string, FileOfSecret> {
  const found = new Map<string, FileOfSecret>();
  for (const { secrets = [], user } of Object.values(out.services)) {
    for (const { source: id } of secrets) {
      const dot = id.indexOf('.');
      const source = sources.get(id.slice(0, dot));
      // what an edit refers to it has to declare as well
      if (dot < 0 || !source) continue;
      const known = found.get(id) ?? { source, key: id.slice(dot + 1), users: new Set<string>() };
      if (user !== undefined) known.users.add(user);
      found.set(id, known);
    }
  }
  return found;
}
