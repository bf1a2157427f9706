import * as pulumi from '@pulumi/pulumi';
import type { IConstruct } from 'constructs';
import type { StatefulSetSpec } from 'kubernetes-types/apps/v1';
import { Part } from '../../model/part';
import type { At } from '../../platform/platform';
import { references } from '../../platform/references';
import { guardDestroy } from '../../stack/destroy-guard';
import { SecretValues } from '../../stack/secrets';
import { clusterGuards } from './destroy-guard';
import type { FinishedManifest, Json } from './finish';
import { type LateSecret, withSecrets } from './late-secret';
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

const API_OBJECT = Symbol.for('cdk8s.ApiObject');
/** What runs pods. */
const RUNS = new Set(['Deployment', 'StatefulSet', 'Job', 'CronJob']);
/** Of what a part is made of, what pods of others need: not what stands beside its pods. */
const NEEDED: Readonly<Record<string, ReadonlySet<string> | undefined>> = {
  workload: new Set(['Deployment', 'StatefulSet']),
  task: new Set(['Job']),
  network: new Set(),
};

/** Registers objects as resources, each after what it needs. */
export class Commit {
  private readonly made = new Map<IConstruct, { readonly kind: string; readonly resource: pulumi.Resource }[]>();
  private readonly namespaces: pulumi.Resource[] = [];
  /** ConfigMaps that belong to the stack as a whole: with the prober. */
  private readonly shared: pulumi.Resource[] = [];
  private readonly registrar: Registrar;
  private readonly keeps: boolean;
  private readonly secrets: SecretValues;

  constructor(
    objects: readonly FinishedObject[],
    private readonly options: RegistrarOptions,
  ) {
    this.registrar = new Registrar(options);
    this.keeps = objects.some((one) => isKept(one) || keepsClaims(one));
    this.secrets = new SecretValues(options.parent);
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
    const { construct, json, at } = object;
    // a deleted namespace takes the claims in it along
    const keep = json.kind === 'Namespace' ? this.keeps : isKept(object);
    const filled = withSecrets(json, (late) => this.secret(late));
    const args = restore(json.kind === 'PersistentVolumeClaim' ? withoutAwait(filled) : filled) as object;
    const resource = this.registrar.register(json, args, {
      dependsOn: [...this.namespaces, ...this.before(object), ...after],
      ...(keep && { retainOnDelete: true }),
    });
    if (json.kind === 'Namespace') this.namespaces.push(resource);
    if (json.kind === 'ConfigMap' && !at && !(API_OBJECT in construct)) this.shared.push(resource);
    this.made.set(construct, [...(this.made.get(construct) ?? []), { kind: json.kind, resource }]);
    return resource;
  }

  /** Has guards asked before anything of this is deleted; once everything is registered. */
  guard(objects: readonly FinishedObject[]): void {
    const resources = (construct: IConstruct) => this.made.get(construct) ?? [];
    const all = [...this.made.values()].flat().map(({ resource }) => resource);
    guardDestroy(clusterGuards(objects, resources), this.options.parent, all);
  }

  private secret({ spec, key }: LateSecret): pulumi.Output<string> {
    return pulumi.secret(this.secrets.value(spec, key)).apply((value) => Buffer.from(value).toString('base64'));
  }

  /** What a Deployment, Job or CronJob of ours needs; not the Service of a workload, which waits for the pods itself. */
  private before({ construct, json, at }: FinishedObject): pulumi.Resource[] {
    if (!RUNS.has(json.kind) || !at || !Part.isPart(construct)) return [];
    const own = this.made.get(construct)?.filter(({ kind }) => kind !== 'Service') ?? [];
    const others = [...new Set(references(construct))].flatMap((part) => {
      const needed = NEEDED[part.kind];
      return this.made.get(part)?.filter(({ kind }) => !needed || needed.has(kind)) ?? [];
    });
    return [...this.shared, ...[...own, ...others].map(({ resource }) => resource)];
  }
}

function isKept({ construct, json }: FinishedObject): boolean {
  return json.kind === 'PersistentVolumeClaim' && isVolume(construct) && construct.resolve().spec.keep;
}

/** Whether a StatefulSet leaves its claims behind. */
function keepsClaims({ json }: FinishedObject): boolean {
  const spec = json.kind === 'StatefulSet' ? (json.spec as unknown as StatefulSetSpec) : undefined;
  return (spec?.volumeClaimTemplates ?? []).length > 0 && spec?.persistentVolumeClaimRetentionPolicy?.whenDeleted !== 'Delete';
}

function isVolume(construct: IConstruct): construct is Part<'volume'> {
  return Part.isPart(construct) && construct.kind === 'volume';
}

/** A claim may wait for its first pod, and here the pod's Deployment waits for the claim: Pulumi must not wait for it. */
function withoutAwait(json: FinishedManifest): FinishedManifest {
  const { metadata } = json;
  const annotations = { ...(metadata.annotations as Record<string, Json> | undefined), 'pulumi.com/skipAwait': 'true' };
  return { ...json, metadata: { ...metadata, annotations } };
}
