import type { GeneratedValue, SecretSpec } from '../../model/kinds/secret';

const CHARACTERS: Readonly<Record<GeneratedValue['alphabet'], string>> = {
  alphanumeric: 'A-Za-z0-9',
  symbols: 'A-Za-z0-9._~-',
  hex: '0-9a-f',
};

/**
 * The command that makes a value that nobody has to know, and puts it where a file reads it: a file of its own without a
 * line break, or a line of `.env`. Where it has to be in both, the variable takes it from the file.
 */
export function makingCommand(spec: SecretSpec | undefined, key: string, path?: string, variable?: string): string | undefined {
  if (spec?.source !== 'generated') return undefined;
  const { length, alphabet } = spec.values[key] ?? { length: 32, alphabet: 'alphanumeric' };
  const value = `LC_ALL=C tr -dc '${CHARACTERS[alphabet]}' < /dev/urandom | head -c ${length}`;
  const toVariable = (from: string) => `echo "${variable}='$(${from})'" >> .env`;
  if (path === undefined) return variable === undefined ? undefined : toVariable(value);
  const folder = path.slice(0, path.lastIndexOf('/'));
  const toFile = `mkdir -p ${folder} && ${value} > ${path}`;
  return variable === undefined ? toFile : `${toFile} && ${toVariable(`cat ${path}`)}`;
}
