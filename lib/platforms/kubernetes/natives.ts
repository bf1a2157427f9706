import type { Deployment, StatefulSet } from 'kubernetes-types/apps/v1';
import type { HorizontalPodAutoscaler } from 'kubernetes-types/autoscaling/v2';
import type { CronJob, CronJobSpec, Job } from 'kubernetes-types/batch/v1';
import type { ConfigMap, Namespace, PersistentVolumeClaim, Secret, Service, ServiceAccount } from 'kubernetes-types/core/v1';
import type { ObjectMeta } from 'kubernetes-types/meta/v1';
import type { NetworkPolicy } from 'kubernetes-types/networking/v1';
import type { PodDisruptionBudget } from 'kubernetes-types/policy/v1';
import type { Role, RoleBinding } from 'kubernetes-types/rbac/v1';
import type { SecretSpec } from '../../model/kinds/secret';
import type { At } from '../../platform/platform';
import type { ExternalSecretManifest, PasswordManifest, SealedSecretManifest, SecretStoreManifest } from './custom';

/** A typed Kubernetes object in which what every object has is certain, and everything can be edited. */
export type Typed<T extends { apiVersion?: string; kind?: string; metadata?: ObjectMeta }> = T & {
  apiVersion: NonNullable<T['apiVersion']>;
  kind: NonNullable<T['kind']>;
  metadata: ObjectMeta & { name: string; labels: Record<string, string>; annotations?: Record<string, string> };
};

/** Any Kubernetes object as plain data. */
export interface Manifest {
  /** Group and version: `apps/v1`. */
  apiVersion: string;
  /** Kind: `Deployment`. */
  kind: string;
  /** Name, namespace, labels, annotations. */
  metadata: ObjectMeta & { name: string };
}

/** A Deployment whose spec is certain. */
export type DeploymentManifest = Typed<Deployment> & { spec: NonNullable<Deployment['spec']> };

/** A StatefulSet whose spec is certain. */
export type StatefulSetManifest = Typed<StatefulSet> & { spec: NonNullable<StatefulSet['spec']> };

/** A Service whose ports are certain. */
export type ServiceManifest = Typed<Service> & {
  spec: NonNullable<Service['spec']> & { ports: NonNullable<NonNullable<Service['spec']>['ports']> };
};

/** A NetworkPolicy whose spec is certain. */
export type NetworkPolicyManifest = Typed<NetworkPolicy> & { spec: NonNullable<NetworkPolicy['spec']> };

/** A CronJob before it is told what its Jobs are made of. */
export type CronJobManifest = Typed<Omit<CronJob, 'spec'>> & { spec: Omit<CronJobSpec, 'jobTemplate'> };

/** What a workload is on Kubernetes: objects that can be edited, removed with `delete`, and replaced. */
export interface WorkloadNative {
  /**
   * The pods and how they are replaced. A workload of stable identity has a `statefulSet` instead, and asking for this is an
   * error; for either of them: `(native.statefulSet ?? native.deployment).spec.template`.
   */
  deployment: DeploymentManifest;
  /** The pods of a workload of stable identity. Its claim templates are the claims of volumes that are `perReplica`. */
  statefulSet?: StatefulSetManifest;
  /** Gives each pod of a StatefulSet a name of its own in the cluster's DNS, also before it is ready. */
  peers?: ServiceManifest;
  /** The identity of the pods. It has no permissions, and its token is not mounted. */
  serviceAccount: Typed<ServiceAccount>;
  /** The address of the pods within the cluster; absent without ports. */
  service?: ServiceManifest;
  /** Who may connect to the pods, and what they may connect to. */
  networkPolicy: NetworkPolicyManifest;
  /** How many pods may be away in a planned disruption. */
  disruptionBudget?: Typed<PodDisruptionBudget> & { spec: NonNullable<PodDisruptionBudget['spec']> };
  /** Autoscaling. */
  autoscaler?: Typed<HorizontalPodAutoscaler> & { spec: NonNullable<HorizontalPodAutoscaler['spec']> };
}

/** What a task is on Kubernetes. */
export interface TaskNative {
  /**
   * The pod that runs to its end. Unless `tune` gives it another name, a hash of its pod template is added to the name. On a
   * schedule it is what the CronJob makes its Jobs of, without a name.
   */
  job: Typed<Job> & { spec: NonNullable<Job['spec']> };
  /** When Jobs are made; absent without a schedule. */
  cronJob?: CronJobManifest;
  /** The identity of its pods. */
  serviceAccount: Typed<ServiceAccount>;
  /** What its pods may connect to. */
  networkPolicy: NetworkPolicyManifest;
  /** Where the finished Job leaves its mark, under the Job's name, for those that wait in the cluster; absent where nobody does. */
  mark?: Typed<ConfigMap>;
  /** Lets the Job's pod write the mark, and nothing else. */
  role?: Typed<Role> & { rules: Role['rules'] };
  /** Gives the role to the Job's identity. */
  roleBinding?: Typed<RoleBinding>;
}

/** What a secret is on Kubernetes, by where its values come from; nothing of one that somebody else made. */
export interface SecretNative {
  /** A Secret whose values come from Pulumi. */
  secret?: Typed<Secret> & { data: Record<string, string> };
  /** The store that the External Secrets Operator reads, with the first secret that uses it, if it is ours to make. */
  secretStore?: SecretStoreManifest;
  /** What the External Secrets Operator makes a Secret of. */
  externalSecret?: ExternalSecretManifest;
  /** Values that the External Secrets Operator generates, by key. */
  generated?: Record<string, { generator: PasswordManifest; externalSecret: ExternalSecretManifest }>;
  /** What the Sealed Secrets controller makes a Secret of. */
  sealedSecret?: SealedSecretManifest;
}

/** What an operator's object is on Kubernetes. */
export interface ObjectNative {
  /** The object. */
  object: Manifest & { spec: Record<string, unknown> };
  /** Who may connect to the pods that the operator makes of it, and where these may connect; absent without labels of pods. */
  networkPolicy?: NetworkPolicyManifest;
}

/** The native objects of the Kubernetes platform: plain manifests. */
export interface KubernetesNatives {
  /** A Deployment or StatefulSet and what belongs to it. */
  readonly workload: WorkloadNative;
  /** A claim; of a volume `perReplica` the template that each replica's claim is made of. */
  readonly volume: { claim: Typed<PersistentVolumeClaim> & { spec: NonNullable<PersistentVolumeClaim['spec']> } };
  /** A Job or CronJob and what belongs to it. */
  readonly task: TaskNative;
  /** What a Secret is made of. */
  readonly secret: SecretNative;
  /** A ConfigMap. Unless `tune` gives it another name, a hash of its data is added to the name. */
  readonly config: { configMap: Typed<ConfigMap> };
  /** Nothing: what segments separate elsewhere, edges separate here. */
  readonly network: object;
  /** An operator's object and its policy. */
  readonly object: ObjectNative;
  /** A Service of type LoadBalancer; one for all routes of a workload that let the same clients in. */
  readonly route: { service: ServiceManifest };
}

/** A Namespace that Pod Security admission guards. */
export type NamespaceManifest = Typed<Namespace>;

/** Where finished manifests go. */
export interface ManifestSink {
  /**
   * Takes an object.
   *
   * @param at what is known of the part that the object was made for
   */
  add(manifest: Manifest, at: At<KubernetesNatives>): void;
}

/** What is decided when a stack is rendered for Kubernetes, and not in its constructs. */
export interface KubernetesOptions {
  /** The namespace of every object. @default - none is written: that of the client */
  readonly namespace?: string;
  /**
   * When the kubelet asks the registry for the image. `IfNotPresent` suits images that were imported into the node.
   * @default 'Always'
   */
  readonly imagePullPolicy?: 'Always' | 'IfNotPresent' | 'Never';
  /** Labels of every object, not of its pods. @default - none */
  readonly labels?: Readonly<Record<string, string>>;
  /** Architecture of the nodes on which pods wait for others with the prober. @default 'amd64' */
  readonly architecture?: 'amd64' | 'arm64';
  /**
   * Image of kubectl, with which a finished task leaves its mark where others wait for it in the cluster.
   * @default 'registry.k8s.io/kubectl:v1.34.1'
   */
  readonly kubectlImage?: string;
  /** Addresses of the API server in CIDR notation, to which such a task may connect. @default - any, on ports 443 and 6443 */
  readonly apiServer?: readonly string[];
  /** What only a deployment by Pulumi has. @default - none: manifests are written, and everything has to happen in the cluster */
  readonly live?: Live;
}

/** What only a deployment by Pulumi has: it knows values, and it waits. */
export interface Live {
  /** Eight hexadecimal digits that change with the values of a secret. */
  secretVersion(spec: SecretSpec, keys: readonly string[]): string;
}
