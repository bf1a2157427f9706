import './stack/cdk8s-host';

export { ExistingSecret } from '../constructs/existing-secret/existing-secret';
export {
  type Connectable,
  HardenedService,
  type HardenedServiceProps,
  type ServiceNetwork,
} from '../constructs/hardened-service/hardened-service';
export { NetworkSegment, type NetworkSegmentProps } from '../constructs/network-segment/network-segment';
export { PersistentVolume, type PersistentVolumeProps } from '../constructs/persistent-volume/persistent-volume';
export { Composite } from './model/composite';
export { type Edge, type Edges, type ExternalPeer, edgesOf, Peers } from './model/edges';
export { Environment, type EnvironmentProps, Environments } from './model/environment';
export {
  type Acknowledgeable,
  type Acknowledgements,
  acknowledge,
  FEATURES,
  type Feature,
  WEAKNESSES,
  type Weakness,
} from './model/features';
export type { Kind, Kinds } from './model/kinds';
export type { NetworkProps, NetworkSpec } from './model/kinds/network';
export type { RouteProps, RouteSpec } from './model/kinds/route';
export type { SecretKey, SecretProps, SecretSpec } from './model/kinds/secret';
export type { VolumeProps, VolumeSpec } from './model/kinds/volume';
export { MAX_NAME, nameOf, pinName } from './model/names';
export { Part, type Resolution, type Resolved, type Tunable } from './model/part';
export { formatProblem, type Problem, ProblemsError } from './model/problems';
export type { ImageSpec } from './model/values/image';
export type { Cpu, Duration, Size } from './model/values/quantities';
export type * from './model/workload/props';
export type * from './model/workload/spec';
export type { At, Cell, Difference, Drafted, EdgeView, Natives, Plan, Platform, StackView, Support } from './platform/platform';
export { commit, plan, type RenderOptions, render } from './platform/render';
