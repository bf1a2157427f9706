import type * as pulumi from '@pulumi/pulumi';
import type { IConstruct } from 'constructs';
import { Part } from '../../model/part';
import type { At } from '../../platform/platform';
import type { FinishedManifest, Json } from './finish';
import type { KubernetesNatives } from './natives';
import { Registrar, type RegistrarOptions } from './registrar';

/** A finished object, and what it was made for. */
export interface FinishedObject {
  /** The part, or whoever made it. */
  readonly construct: IConstruct;
  /** The object. */
  readonly json: FinishedManifest;
  /** What is known of the part, if it was made for one. */
  readonly at?: At<KubernetesNatives>;
}

/** Registers objects as resources, each after what it needs. */
export class Commit {
  private readonly made = new Map<IConstruct, Map<string, pulumi.Resource>>();
  private readonly namespaces: pulumi.Resource[] = [];
  private readonly registrar: Registrar;
  private readonly keeps: boolean;

  constructor(objects: readonly FinishedObject[], options: RegistrarOptions) {
    this.registrar = new Registrar(options);
    this.keeps = objects.some(isKept);
  }

  /**
   * Registers an object.
   *
   * @param after what it needs beside what is known here
   * @param restore puts Outputs in
   */
  register(
    object: FinishedObject,
    after: readonly pulumi.Resource[] = [],
    restore: (json: Json) => unknown = (json) => json,
  ): pulumi.CustomResource {
    const { construct, json } = object;
    // a deleted namespace takes the claims in it along
    const keep = json.kind === 'Namespace' ? this.keeps : isKept(object);
    const args = restore(json.kind === 'PersistentVolumeClaim' ? withoutAwait(json) : json) as object;
    const resource = this.registrar.register(json, args, {
      dependsOn: [...this.namespaces, ...this.before(object), ...after],
      ...(keep && { retainOnDelete: true }),
    });
    if (json.kind === 'Namespace') this.namespaces.push(resource);
    const made = this.made.get(construct) ?? new Map<string, pulumi.Resource>();
    this.made.set(construct, made.set(json.kind, resource));
    return resource;
  }

  /** What a Deployment of ours needs; not its Service, which waits for the pods itself. */
  private before({ construct, json, at }: FinishedObject): pulumi.Resource[] {
    if (json.kind !== 'Deployment' || !at || !isPart(construct, 'workload')) return [];
    const own = this.made.get(construct);
    const { main, sidecars } = construct.resolve().spec;
    const volumes = [main, ...sidecars].flatMap((container) => container.mounts.map((mount) => mount.volume));
    return [
      own?.get('ServiceAccount'),
      own?.get('NetworkPolicy'),
      ...[...new Set(volumes)].map((volume) => this.made.get(volume)?.get('PersistentVolumeClaim')),
      ...at.startsAfter.map((part) => this.made.get(part)?.get('Deployment')),
    ].filter((resource) => resource !== undefined);
  }
}

function isKept({ construct, json }: FinishedObject): boolean {
  return json.kind === 'PersistentVolumeClaim' && isPart(construct, 'volume') && construct.resolve().spec.keep;
}

function isPart<K extends 'workload' | 'volume'>(construct: IConstruct, kind: K): construct is Part<K> {
  return Part.isPart(construct) && (construct as Part).kind === kind;
}

/** A claim may wait for its first pod, and here the pod's Deployment waits for the claim: Pulumi must not wait for it. */
function withoutAwait(json: FinishedManifest): FinishedManifest {
  const { metadata } = json;
  const annotations = { ...(metadata.annotations as Record<string, Json> | undefined), 'pulumi.com/skipAwait': 'true' };
  return { ...json, metadata: { ...metadata, annotations } };
}
