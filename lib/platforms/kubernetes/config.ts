import { createHash } from 'node:crypto';
import type { ConfigMap } from 'kubernetes-types/core/v1';
import type { Cell } from '../../platform/platform';
import { labelsOf, metadataOf } from './metadata';
import type { KubernetesNatives, KubernetesOptions, ManifestSink, Typed } from './natives';

/** The cell of configuration files. */
export function configCell(options: KubernetesOptions): Cell<'config', KubernetesNatives, ManifestSink> {
  return {
    draft(spec, at) {
      const data: Record<string, string> = {};
      const binaryData: Record<string, string> = {};
      for (const [name, content] of Object.entries(spec.files)) {
        const text = typeof content === 'string' ? content : textOf(content);
        if (text === undefined) binaryData[name] = Buffer.from(content as Uint8Array).toString('base64');
        else data[name] = text;
      }
      return {
        configMap: {
          apiVersion: 'v1',
          ...(Object.keys(binaryData).length > 0 && { binaryData }),
          ...(Object.keys(data).length > 0 && { data }),
          // nobody changes what running pods have; nodes need not watch it
          immutable: true,
          kind: 'ConfigMap',
          metadata: metadataOf(at.name, labelsOf(at, at.name), options),
        },
      };
    },
    commit(native, _spec, at, out) {
      settleConfig(native.configMap, at.name);
      out.add(native.configMap, at);
    },
  };
}

/** Gives a ConfigMap the name of its version, after all edits, and answers with it. */
export function settleConfig(configMap: Typed<ConfigMap>, name: string): string {
  if (configMap.metadata.name === name) configMap.metadata.name = `${name}-${hashOf([configMap.data, configMap.binaryData])}`;
  return configMap.metadata.name;
}

/** Eight hexadecimal digits of plain data; what is not known yet counts as nothing. */
export function hashOf(data: unknown): string {
  return createHash('sha256').update(canonical(data)).digest('hex').slice(0, 8);
}

/** JSON with sorted keys. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  if ('apply' in value && typeof value.apply === 'function') return 'null';
  const entries = Object.entries(value).filter(([, one]) => one !== undefined);
  return `{${entries
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, one]) => `${JSON.stringify(key)}:${canonical(one)}`)
    .join()}}`;
}

/** Bytes as text, if they are text. */
function textOf(bytes: Uint8Array): string | undefined {
  try {
    // a byte order mark would be lost
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
