import type { EnvVar } from 'kubernetes-types/core/v1';
import type { SecretKey } from '../../../model/kinds/secret';
import { secretsIn, Template } from '../../../model/values/template';
import type { LateBound } from '../../../model/workload/props';
import { isLateBound, isSecretKey } from '../../../model/workload/references';
import type { EnvSpec } from '../../../model/workload/spec';
import type { At } from '../../../platform/platform';
import type { KubernetesNatives } from '../natives';
import { secretRef } from '../secret';
import { literal } from './literal';

/**
 * The variables of a container. The kubelet puts variables into those that come later, so a text with secret values in it
 * refers to variables that hold them: those that the container has anyway, or else some of their own.
 *
 * @param where the property of the container, for messages: '' or `sidecars.proxy.`
 */
export function variables(env: readonly EnvSpec[], at: At<KubernetesNatives>, where: string): EnvVar[] {
  return new Variables(env, at, where).all();
}

class Variables {
  private readonly first: EnvVar[] = [];
  private readonly dependent: EnvVar[] = [];
  private readonly names: Set<string>;
  /** Variables that hold a value of a secret, by secret and key. */
  private readonly holders = new Map<unknown, Map<string, string>>();

  constructor(
    private readonly env: readonly EnvSpec[],
    private readonly at: At<KubernetesNatives>,
    private readonly where: string,
  ) {
    this.names = new Set(env.map((one) => one.name));
  }

  all(): EnvVar[] {
    for (const { name, value } of this.env) {
      if (isSecretKey(value)) this.hold(name, value, name);
      else if (!Template.isTemplate(value)) this.first.push({ name, value: typeof value === 'string' ? literal(value) : late(value) });
    }
    for (const { name, value } of this.env) if (Template.isTemplate(value)) this.text(name, value);
    this.first.sort((a, b) => (a.name < b.name ? -1 : 1));
    return [...this.first, ...this.dependent];
  }

  private text(name: string, template: Template): void {
    const value = join(
      template.parts.map((part) => {
        if (typeof part === 'string') return dollars(part);
        return isSecretKey(part) ? `$(${this.holder(name, part)})` : part;
      }),
    );
    (secretsIn(template).length > 0 ? this.dependent : this.first).push({ name, value: late(value) });
  }

  /** The name of the variable that holds a value of a secret. */
  private holder(name: string, value: SecretKey): string {
    const known = this.holders.get(value.secret)?.get(value.key);
    if (known !== undefined) return known;
    const wanted = `${name}__${value.key.toUpperCase().replace(/[^A-Z0-9]+/g, '_')}`;
    let free = wanted;
    for (let n = 2; this.names.has(free); n++) free = `${wanted}_${n}`;
    this.names.add(free);
    this.hold(free, value, name);
    return free;
  }

  private hold(name: string, value: SecretKey, said: string): void {
    const keys = this.holders.get(value.secret) ?? new Map<string, string>();
    if (!keys.has(value.key)) keys.set(value.key, name);
    this.holders.set(value.secret, keys);
    const secretKeyRef = secretRef(value, this.at);
    if (secretKeyRef) this.first.push({ name, valueFrom: { secretKeyRef } });
    else {
      const what = "no Kubernetes Secret holds a value that Vault's agent brings, so it cannot be had in the environment";
      this.at.problem(`${this.where}env.${said}`, what, value.key, "use secret.file('…'), or an ExternalSecret");
    }
  }
}

/** A late-bound value stays as it is: Pulumi waits for it, and text output refuses it. */
function late(value: unknown): string {
  return value as string;
}

/** Text that may stand beside references: each dollar sign is doubled, also one that the next part would make a reference. */
function dollars(text: string): string {
  return text.replaceAll('$', '$$$$');
}

/** Texts and late-bound values as one text, late-bound if one of them is. */
function join(parts: readonly (string | LateBound)[]): string | LateBound {
  const index = parts.findIndex((part) => isLateBound(part));
  if (index < 0) return parts.join('');
  const before = parts.slice(0, index).join('');
  const after = join(parts.slice(index + 1));
  return (parts[index] as LateBound).apply((value) => {
    const text = before + dollars(String(value));
    return isLateBound(after) ? after.apply((rest) => text + String(rest)) : text + after;
  }) as LateBound;
}
