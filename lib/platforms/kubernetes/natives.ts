import type { Deployment } from 'kubernetes-types/apps/v1';
import type { HorizontalPodAutoscaler } from 'kubernetes-types/autoscaling/v2';
import type { Namespace, PersistentVolumeClaim, Service, ServiceAccount } from 'kubernetes-types/core/v1';
import type { ObjectMeta } from 'kubernetes-types/meta/v1';
import type { NetworkPolicy } from 'kubernetes-types/networking/v1';
import type { PodDisruptionBudget } from 'kubernetes-types/policy/v1';
import type { At } from '../../platform/platform';

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

/** A Service whose ports are certain. */
export type ServiceManifest = Typed<Service> & {
  spec: NonNullable<Service['spec']> & { ports: NonNullable<NonNullable<Service['spec']>['ports']> };
};

/** What a workload is on Kubernetes: objects that can be edited, removed with `delete`, and replaced. */
export interface WorkloadNative {
  /** The pods and how they are replaced. */
  deployment: DeploymentManifest;
  /** The identity of the pods. It has no permissions, and its token is not mounted. */
  serviceAccount: Typed<ServiceAccount>;
  /** The address of the pods within the cluster; absent without ports. */
  service?: ServiceManifest;
  /** Who may connect to the pods, and what they may connect to. */
  networkPolicy: Typed<NetworkPolicy> & { spec: NonNullable<NetworkPolicy['spec']> };
  /** How many pods may be away in a planned disruption. */
  disruptionBudget?: Typed<PodDisruptionBudget> & { spec: NonNullable<PodDisruptionBudget['spec']> };
  /** Autoscaling. */
  autoscaler?: Typed<HorizontalPodAutoscaler> & { spec: NonNullable<HorizontalPodAutoscaler['spec']> };
}

/** The native objects of the Kubernetes platform: plain manifests. */
export interface KubernetesNatives {
  /** A Deployment and what belongs to it. */
  readonly workload: WorkloadNative;
  /** A claim. */
  readonly volume: { claim: Typed<PersistentVolumeClaim> & { spec: NonNullable<PersistentVolumeClaim['spec']> } };
  /** Nothing: a Secret is referred to by name. */
  readonly secret: object;
  /** Nothing: what segments separate elsewhere, edges separate here. */
  readonly network: object;
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
}
