import type { NeededSecret } from './secrets';

/** What whoever deploys a file has to know. */
export interface Notes {
  /** The lines that are always there. */
  readonly always: readonly string[];
  /** Lines for files with secret values. */
  readonly aboutFiles: readonly string[];
  /** Lines for variables with secret values. */
  readonly aboutVariables: readonly string[];
  /** Lines for tasks. */
  readonly aboutTasks: readonly string[];
}

/** The comment on top of a file. No value of a secret stands in it. */
export function header(notes: Notes, secrets: readonly NeededSecret[], tasks: readonly string[]): string {
  const inFiles = secrets.filter(({ path }) => path !== undefined);
  const inVariables = secrets.filter(({ variable }) => variable !== undefined);
  const made = secrets.flatMap(({ command }) => (command === undefined ? [] : [`  ${command}`]));
  const lines = [
    ...notes.always,
    ...(tasks.length > 0 ? notes.aboutTasks : []),
    ...(inFiles.length > 0 ? ['', ...notes.aboutFiles, ...inFiles.map(fileLine)] : []),
    ...(inVariables.length > 0 ? ['', ...notes.aboutVariables, ...inVariables.map(({ variable }) => `  ${variable}`)] : []),
    ...(made.length > 0 ? ['', 'Nobody needs to know these: make each of them once, and keep it.', ...made] : []),
  ];
  return lines.map((line) => `${`# ${line}`.trimEnd()}\n`).join('');
}

function fileLine({ path, users, version }: NeededSecret): string {
  return `  ${path}: read by ${users.join(', ') || "the image's user"}; version ${version}`;
}
