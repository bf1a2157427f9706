import type { GeneratedValue, SecretKey, SecretSpec } from '../../model/kinds/secret';
import { kebab, shorten } from '../../model/names';
import type { Part } from '../../model/part';
import type { At, Cell } from '../../platform/platform';
import { hashOf } from './config';
import type { ExternalSecretManifest, PasswordManifest, SealedSecretManifest } from './custom';
import { LateSecret } from './late-secret';
import { labelsOf, metadataOf } from './metadata';
import type { KubernetesNatives, KubernetesOptions, ManifestSink, SecretNative } from './natives';
import { secretStore } from './secret-store';

type Place = At<KubernetesNatives>;
type Of<S extends SecretSpec['source']> = SecretSpec & { readonly source: S };

/** Put before the annotations of ours. */
export const ANNOTATION = 'ironhull.io/';

/** The cell of secrets. */
export function secretCell(options: KubernetesOptions): Cell<'secret', KubernetesNatives, ManifestSink> {
  return {
    draft(spec, at) {
      const place = at as unknown as Place;
      switch (spec.source) {
        case 'config':
          return { secret: secret(spec, place, options) };
        case 'generated':
          return options.live
            ? { secret: secret(spec, place, options) }
            : { generated: generated(spec as Of<'generated'>, place, options) };
        case 'external': {
          const store = secretStore((spec as Of<'external'>).store, place, options);
          return { ...(store && { secretStore: store }), externalSecret: external(spec as Of<'external'>, place, options) };
        }
        case 'sealed':
          return { sealedSecret: sealed(spec as Of<'sealed'>, place, options) };
        default:
          // made by others, or never an object of the cluster
          return {};
      }
    },
    commit({ secret, secretStore: store, externalSecret, generated = {}, sealedSecret }, _spec, at, out) {
      if (secret) out.add(secret, at);
      if (store) out.add(store, at);
      if (externalSecret) out.add(externalSecret, at);
      for (const one of Object.values(generated)) {
        out.add(one.generator, at);
        out.add(one.externalSecret, at);
      }
      if (sealedSecret) out.add(sealedSecret, at);
    },
  };
}

/** The Secret in the cluster that holds a value, after all edits; none where Vault's agent brings it. */
export function secretRef({ secret, key }: SecretKey, at: Place): { name: string; key: string } | undefined {
  const spec = at.spec(secret);
  if (spec.source === 'vault') return undefined;
  const name = spec.source === 'existing' ? spec.name : nameIn(at.native(secret), key);
  return { name: name ?? spec.name, key };
}

function nameIn(native: SecretNative, key: string): string | undefined {
  const made = native.externalSecret ?? native.generated?.[key]?.externalSecret;
  return made?.spec.target.name ?? native.secret?.metadata.name ?? native.sealedSecret?.metadata.name;
}

/** Rolls the pods that use a secret whose name does not tell when its values changed. */
export function versionAnnotations(secrets: Iterable<Part<'secret'>>, at: Place): Record<string, string> {
  const annotations: Record<string, string> = {};
  for (const secret of secrets) {
    const { source, name, version } = at.spec(secret);
    if (source === 'config' || source === 'generated' || version === undefined) continue;
    annotations[`${ANNOTATION}secret-${shorten(name)}`] = version;
  }
  return annotations;
}

/** A Secret whose values come from Pulumi, under a name that changes with them. */
function secret(spec: SecretSpec, at: Place, options: KubernetesOptions): NonNullable<SecretNative['secret']> {
  const keys = [...(spec.keys ?? [])].sort();
  const version = options.live?.secretVersion(spec, keys);
  return {
    apiVersion: 'v1',
    // text output refuses what only Pulumi knows
    data: {
      ...Object.fromEntries(Object.entries(textsOf(spec)).map(([key, text]) => [key, Buffer.from(text).toString('base64')] as const)),
      ...Object.fromEntries(keys.map((key) => [key, new LateSecret(spec, key) as unknown as string] as const)),
    },
    immutable: true,
    kind: 'Secret',
    metadata: metadataOf(version === undefined ? spec.name : `${spec.name}-${version}`, labelsOf(at, shorten(spec.name)), options),
    type: typeOf(textsOf(spec), keys),
  };
}

function external(spec: Of<'external'>, at: Place, options: KubernetesOptions): ExternalSecretManifest {
  return {
    apiVersion: 'external-secrets.io/v1',
    kind: 'ExternalSecret',
    metadata: metadataOf(spec.name, labelsOf(at, shorten(spec.name)), options),
    spec: {
      data: Object.entries(spec.values)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([secretKey, { remote, property, version }]) => ({
          remoteRef: { key: remote, ...(property !== undefined && { property }), ...(version !== undefined && { version }) },
          secretKey,
        })),
      refreshInterval: `${spec.refresh}s`,
      secretStoreRef: { kind: spec.store.kind, name: spec.store.name },
      target: { creationPolicy: 'Owner', name: spec.name },
    },
  };
}

/** A generator and a Secret for each value, so that another value, or the loss of one, changes none of the others. */
function generated(spec: Of<'generated'>, at: Place, options: KubernetesOptions): NonNullable<SecretNative['generated']> {
  const entries = Object.entries(spec.values).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(
    entries.map(([key, value]) => {
      // what is made once stays as it is; what shall be another is made under another name
      const name = `${shorten(`${spec.name}-${kebab(key)}`)}-${hashOf([key, value, spec.rotation, ...(spec.texts ? [spec.texts] : [])])}`;
      const metadata = () => metadataOf(name, labelsOf(at, shorten(spec.name)), options);
      const data = { ...spec.texts, [key]: template(value) };
      const generator: PasswordManifest = {
        apiVersion: 'generators.external-secrets.io/v1alpha1',
        kind: 'Password',
        metadata: metadata(),
        spec: password(value),
      };
      const externalSecret: ExternalSecretManifest = {
        apiVersion: 'external-secrets.io/v1',
        kind: 'ExternalSecret',
        metadata: metadata(),
        spec: {
          dataFrom: [{ sourceRef: { generatorRef: { apiVersion: generator.apiVersion, kind: 'Password', name } } }],
          refreshInterval: '0s',
          refreshPolicy: 'CreatedOnce',
          target: {
            creationPolicy: 'Owner',
            immutable: true,
            name,
            template: { data, engineVersion: 'v2', type: typeOf(textsOf(spec), [key]) },
          },
        },
      };
      return [key, { generator, externalSecret }] as const;
    }),
  );
}

function textsOf(spec: SecretSpec): Readonly<Record<string, string>> {
  return (spec.source === 'generated' && spec.texts) || {};
}

/** Operators look for a user and a password by this type. */
function typeOf(texts: Readonly<Record<string, string>>, keys: readonly string[]): string {
  return 'username' in texts && keys.includes('password') ? 'kubernetes.io/basic-auth' : 'Opaque';
}

function password({ length, alphabet }: GeneratedValue): PasswordManifest['spec'] {
  // hexadecimal digits are those of hashes of a password: only newer operators can encode one
  const made = alphabet === 'hex' ? 64 : length;
  const quarter = Math.floor(made / 4);
  return {
    allowRepeat: true,
    digits: quarter,
    length: made,
    noUpper: false,
    ...(alphabet === 'symbols' ? { symbolCharacters: '-._~', symbols: Math.floor(made / 8) } : { symbols: 0 }),
  };
}

/** How the operator makes the value of the password: a template of its own, with functions of sprig. */
function template({ length, alphabet }: GeneratedValue): string {
  if (alphabet !== 'hex') return '{{ .password }}';
  const hashes = Array.from({ length: Math.ceil(length / 64) }, (_, i) => `(printf "${i}.%s" .password | sha256sum)`);
  return `{{ print ${hashes.join(' ')} | trunc ${length} }}`;
}

function sealed(spec: Of<'sealed'>, at: Place, options: KubernetesOptions): SealedSecretManifest {
  const scope: Record<string, string> = spec.scope === 'strict' ? {} : { [`sealedsecrets.bitnami.com/${spec.scope}`]: 'true' };
  const metadata = () => metadataOf(spec.name, labelsOf(at, shorten(spec.name)), options, scope);
  return {
    apiVersion: 'bitnami.com/v1alpha1',
    kind: 'SealedSecret',
    metadata: metadata(),
    spec: { encryptedData: { ...spec.values }, template: { metadata: metadata(), type: 'Opaque' } },
  };
}
