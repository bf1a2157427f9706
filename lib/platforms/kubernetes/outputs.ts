import * as pulumi from '@pulumi/pulumi';
import type { IResolver, ResolutionContext } from 'cdk8s';
import { type Json, OUTPUT_PREFIX } from './finish';

const TOKEN = new RegExp(`${OUTPUT_PREFIX}(\\d+)__`, 'g');

const outputs: pulumi.Output<unknown>[] = [];
const tokens = new WeakMap<object, string>();

/**
 * Lets Pulumi Outputs stand in the props of any cdk8s construct: `new App({ resolvers: [new PulumiOutputResolver()] })`.
 * `deployChart` puts them back; text output refuses them.
 */
export class PulumiOutputResolver implements IResolver {
  /** Called by cdk8s for every value. */
  resolve(context: ResolutionContext): void {
    if (pulumi.Output.isInstance(context.value)) context.replaceValue(tokenOf(context.value));
  }
}

function tokenOf(output: pulumi.Output<unknown>): string {
  let token = tokens.get(output);
  if (token === undefined) {
    token = `${OUTPUT_PREFIX}${outputs.length}__`;
    outputs.push(output);
    tokens.set(output, token);
  }
  return token;
}

/** Puts Outputs back where their tokens stand, also within longer text. */
export function restoreOutputs(value: Json): unknown {
  if (typeof value === 'string') return value.includes(OUTPUT_PREFIX) ? restoreText(value) : value;
  if (Array.isArray(value)) return value.map(restoreOutputs);
  if (typeof value !== 'object' || pulumi.Output.isInstance(value) || value instanceof Promise) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, restoreOutputs(one)]));
}

function restoreText(text: string): unknown {
  const parts = text.split(TOKEN);
  // split leaves text at even places, and the numbers of Outputs between
  const output = (index: string): pulumi.Output<unknown> => outputs[Number(index)] as pulumi.Output<unknown>;
  if (parts.length === 3 && parts[0] === '' && parts[2] === '') return output(parts[1] as string);
  return pulumi.all(parts.map((part, i) => (i % 2 === 0 ? part : output(part)))).apply((all) => all.join(''));
}
