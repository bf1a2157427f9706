import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { load } from 'js-yaml';

/** A schema as a definition of a custom resource has it. */
interface Schema {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema | boolean;
  readonly items?: Schema;
  readonly required?: readonly string[];
  readonly enum?: readonly unknown[];
  readonly pattern?: string;
  readonly 'x-kubernetes-preserve-unknown-fields'?: boolean;
  readonly 'x-kubernetes-int-or-string'?: boolean;
}

interface Definition {
  readonly spec: { readonly versions: readonly { readonly name: string; readonly schema: { readonly openAPIV3Schema: Schema } }[] };
}

const FOLDER = join(__dirname, '..', 'e2e', 'kubernetes', 'crds');

/** What is wrong with an object by the operator's own definition, as a strict API server would say it. */
export function mistakes(plural: string, version: string, object: unknown): string[] {
  const { spec } = load(readFileSync(join(FOLDER, `${plural}.yaml`), 'utf8')) as Definition;
  const found = spec.versions.find(({ name }) => name === version);
  if (!found) return [`there is no version ${version} of ${plural}`];
  return check(found.schema.openAPIV3Schema, object, '');
}

function check(schema: Schema, value: unknown, at: string): string[] {
  if (schema['x-kubernetes-int-or-string']) return ['number', 'string'].includes(typeof value) ? [] : [`${at}: ${value}`];
  if (schema.enum && !schema.enum.includes(value)) return [`${at}: ${value} is none of ${schema.enum.join(', ')}`];
  if (schema.type !== undefined && typeOf(value, schema.type) !== schema.type) return [`${at}: ${typeof value} is no ${schema.type}`];
  if (schema.pattern !== undefined && !new RegExp(schema.pattern).test(String(value))) return [`${at}: ${value} is not ${schema.pattern}`];
  if (Array.isArray(value)) return value.flatMap((one, i) => check(schema.items ?? {}, one, `${at}[${i}]`));
  if (typeof value !== 'object' || value === null) return [];
  const missing = (schema.required ?? []).filter((name) => !(name in value)).map((name) => `${at}.${name} is missing`);
  const inside = Object.entries(value).flatMap(([name, one]) => {
    const known = schema.properties?.[name] ?? (typeof schema.additionalProperties === 'object' ? schema.additionalProperties : undefined);
    if (known) return check(known, one, `${at}.${name}`);
    const open = schema['x-kubernetes-preserve-unknown-fields'] || !schema.properties;
    return open ? [] : [`${at}.${name} is not known`];
  });
  return [...missing, ...inside];
}

function typeOf(value: unknown, wanted: string): string {
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number') return Number.isInteger(value) && wanted === 'integer' ? 'integer' : 'number';
  return typeof value;
}
