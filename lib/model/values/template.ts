import type { SecretKey } from '../kinds/secret';
import { Part } from '../part';
import type { LateBound } from '../workload/props';

const TEMPLATE = Symbol.for('ironhull.Template');

/** What stands in a template beside its text. */
export type TemplateValue = string | number | SecretKey | LateBound | Template;

/**
 * Text with secret or late-bound values in it, such as a connection string. The values are put in by the platform, in the
 * container or when it is made; nothing that is written holds them. Made by {@link interpolate}.
 */
export class Template {
  /** Whether something is a template, also one of another copy of this package. */
  static isTemplate(value: unknown): value is Template {
    return typeof value === 'object' && value !== null && TEMPLATE in value;
  }

  /** Texts and references, in order; no two texts follow each other. */
  readonly parts: readonly (string | SecretKey | LateBound)[];

  /** Values that are none, such as `undefined`: an error wherever the template is used. */
  readonly missing: readonly unknown[];

  /** @internal */
  constructor(parts: readonly TemplateValue[]) {
    const flat: (string | SecretKey | LateBound)[] = [];
    for (const part of parts.flatMap((one): readonly TemplateValue[] => (Template.isTemplate(one) ? one.parts : [one]))) {
      const last = flat.length - 1;
      const text = isReference(part) ? undefined : String(part);
      if (text === undefined) flat.push(part as SecretKey | LateBound);
      else if (typeof flat[last] === 'string') flat[last] += text;
      else if (text !== '') flat.push(text);
    }
    this.parts = flat;
    this.missing = parts.flatMap((one) => (Template.isTemplate(one) ? one.missing : isNone(one) ? [one] : []));
  }

  /** What makes it one. */
  get [TEMPLATE](): true {
    return true;
  }

  /** A template within text would be lost: the text says so, and is refused wherever it is written. */
  toString(): string {
    return '[object Template]';
  }
}

function isReference(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return 'apply' in value || ('secret' in value && Part.isPart(value.secret));
}

function isNone(value: unknown): boolean {
  return value === undefined || value === null || (typeof value === 'number' && !Number.isFinite(value));
}

/**
 * Text with secret or late-bound values in it.
 *
 * Passwords are put in as they are: one that is part of a URL needs characters that a URL takes (generated ones have them).
 *
 * @example interpolate`postgresql://app:${secrets.key('password')}@${database.endpoint('postgres')}/app`
 */
export function interpolate(texts: TemplateStringsArray, ...values: TemplateValue[]): Template {
  return new Template(texts.flatMap((text, i) => (i < values.length ? [text, values[i] as TemplateValue] : [text])));
}

/** The secrets in a template. */
export function secretsIn(template: Template): SecretKey[] {
  return template.parts.filter((part): part is SecretKey => typeof part === 'object' && 'secret' in part && Part.isPart(part.secret));
}
