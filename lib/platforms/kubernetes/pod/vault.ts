import { createHash } from 'node:crypto';
import { posix } from 'node:path';
import type { SecretKey, SecretSpec } from '../../../model/kinds/secret';
import { kebab } from '../../../model/names';
import { isSecretKey } from '../../../model/workload/references';
import type { GroupSpec } from '../../../model/workload/spec';
import type { At } from '../../../platform/platform';
import type { KubernetesNatives } from '../natives';
import type { PodVolumes } from './volumes';

type Place = At<KubernetesNatives>;
type VaultSpec = SecretSpec & { readonly source: 'vault' };

interface VaultFile {
  readonly container: string;
  readonly path: string;
  readonly from: SecretKey;
  readonly spec: VaultSpec;
}

const TOKEN = 'vault-token';
const PREFIX = 'vault.hashicorp.com/';

/** The token with which Vault's agent logs in, in a volume that no other container mounts. */
export function tokenForVault(spec: GroupSpec, at: Place, volumes: PodVolumes): void {
  if (filesOf(spec, at).length === 0) return;
  volumes.add(TOKEN, (name) => ({
    name,
    projected: { defaultMode: 0o440, sources: [{ serviceAccountToken: { expirationSeconds: 7200, path: 'token' } }] },
  }));
}

/**
 * The annotations by which Vault's injector adds its agent to a pod; none where nothing comes from Vault.
 *
 * @param ends whether the pod ends by itself: an agent beside it would go on for ever
 * @see https://developer.hashicorp.com/vault/docs/platform/k8s/injector/annotations
 */
export function vaultAnnotations(spec: GroupSpec, at: Place, ends: boolean): Record<string, string> {
  const files = filesOf(spec, at);
  const [first] = files;
  if (!first) return {};
  const { role, address } = first.spec;
  for (const { path, spec: other } of files) {
    if (other.role === role && other.address === address) continue;
    const fix = 'give them one role and one address, or put one of them into another service';
    at.problem(`files.${path}`, 'a pod has one Vault agent, and another secret of it has another role or address', other.role, fix);
  }
  for (const [i, { path, from }] of files.entries()) {
    const before = files[i - 1];
    if (before?.path !== path || (before.from.secret === from.secret && before.from.key === from.key)) continue;
    at.problem(
      `files.${path}`,
      'the Vault agent writes one file at a path, and two containers want different ones',
      path,
      'choose another path',
    );
  }
  const annotations: Record<string, string> = {
    'agent-inject': 'true',
    'agent-inject-containers': [...new Set(files.map((one) => one.container))].join(','),
    // before the containers that read the files, init containers among them
    'agent-init-first': 'true',
    'agent-limits-cpu': '100m',
    'agent-limits-ephemeral': '64Mi',
    'agent-limits-mem': '64Mi',
    'agent-pre-populate': 'true',
    ...(ends && { 'agent-pre-populate-only': 'true' }),
    'agent-requests-cpu': '10m',
    'agent-requests-ephemeral': '64Mi',
    'agent-requests-mem': '64Mi',
    'agent-run-as-group': String(spec.main.gid),
    'agent-run-as-user': String(spec.main.uid),
    'agent-service-account-token-volume-name': TOKEN,
    'agent-set-security-context': 'true',
    role,
    ...(address !== undefined && { service: address }),
  };
  for (const { path, from, spec: secret } of files) Object.assign(annotations, fileAnnotations(path, from, secret));
  return Object.fromEntries(
    Object.entries(annotations)
      .map(([key, value]) => [PREFIX + key, value] as const)
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}

function fileAnnotations(path: string, { key }: SecretKey, secret: VaultSpec): Record<string, string> {
  const id = idOf(path);
  const value = secret.values[key] as VaultSpec['values'][string];
  const field = JSON.stringify(value.field);
  // the second version of Vault's key-value engine has one more level than the first
  const read = `{{ with .Data.data }}{{ index . ${field} }}{{ else }}{{ index .Data ${field} }}{{ end }}`;
  return {
    [`agent-inject-file-${id}`]: posix.basename(path),
    [`agent-inject-perms-${id}`]: '0440',
    [`agent-inject-secret-${id}`]: value.path,
    [`agent-inject-template-${id}`]: `{{ with secret ${JSON.stringify(value.path)} }}${read}{{ end }}`,
    [`secret-volume-path-${id}`]: posix.dirname(path),
  };
}

/** What the annotations of a file have in common; keys of annotations are short. */
function idOf(path: string): string {
  const id = kebab(path);
  return id.length <= 38 ? id : `${id.slice(-29).replace(/^-+/, '')}-${createHash('sha256').update(path).digest('hex').slice(0, 8)}`;
}

function filesOf(spec: GroupSpec, at: Place): VaultFile[] {
  const files = [spec.main, ...spec.sidecars].flatMap((container) =>
    container.files.flatMap(({ path, from }): VaultFile[] => {
      if (!isSecretKey(from)) return [];
      const secret = at.spec(from.secret);
      return secret.source === 'vault' ? [{ container: container.name, path, from, spec: secret as VaultSpec }] : [];
    }),
  );
  return files.sort((a, b) => (a.path < b.path ? -1 : 1));
}
