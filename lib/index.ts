import './stack/cdk8s-host';

export { Celery } from '../constructs/celery/celery';
export type * from '../constructs/celery/props';
export { ConfigFiles, type ConfigFilesProps } from '../constructs/config-files/config-files';
export { HardenedService, type HardenedServiceProps } from '../constructs/hardened-service/hardened-service';
export { HardenedTask, type HardenedTaskProps } from '../constructs/hardened-task/hardened-task';
export { MonitoredWorker } from '../constructs/monitored-worker/monitored-worker';
export type * from '../constructs/monitored-worker/props';
export {
  type AmqpQueueProps,
  type QueueLogin,
  Queues,
  type RedisQueueProps,
  type RedisServer,
  type RedisStreamProps,
  type TemporalQueueProps,
  type TemporalService,
  type WorkerQueue,
} from '../constructs/monitored-worker/queues';
export { ScheduledWorker } from '../constructs/monitored-worker/scheduled-worker';
export { NetworkSegment, type NetworkSegmentProps } from '../constructs/network-segment/network-segment';
export { OperatorObject, type OperatorObjectProps } from '../constructs/operator-object/operator-object';
export { PersistentVolume, type PersistentVolumeProps } from '../constructs/persistent-volume/persistent-volume';
export { type Login, Postgres } from '../constructs/postgres/postgres';
export type * from '../constructs/postgres/props';
export type { Setting } from '../constructs/postgres/settings';
export { CloudNativePg } from '../constructs/postgres-with-backup/cloudnative-pg';
export type * from '../constructs/postgres-with-backup/engine';
export { PostgresWithBackup } from '../constructs/postgres-with-backup/postgres-with-backup';
export type * from '../constructs/postgres-with-backup/props';
export type * from '../constructs/questdb/props';
export { QuestDb } from '../constructs/questdb/questdb';
export type * from '../constructs/redis/engine';
export type * from '../constructs/redis/props';
export { Redis } from '../constructs/redis/redis';
export { ConfigSecret, type ConfigSecretProps } from '../constructs/secrets/config-secret';
export { ExistingSecret, type ExistingSecretProps } from '../constructs/secrets/existing-secret';
export { ExternalSecret, type ExternalSecretProps } from '../constructs/secrets/external-secret';
export { GeneratedSecret, type GeneratedSecretProps, type GeneratedValueProps } from '../constructs/secrets/generated-secret';
export { SealedSecret, type SealedSecretProps } from '../constructs/secrets/sealed-secret';
export { type NamedSecretProps, Secret } from '../constructs/secrets/secret';
export { type AwsStoreProps, SecretStores, type VaultStoreProps } from '../constructs/secrets/secret-stores';
export { VaultSecret, type VaultSecretProps } from '../constructs/secrets/vault-secret';
export type * from '../constructs/temporal/props';
export { Temporal } from '../constructs/temporal/temporal';
export { type Changeable, IdentityLedger, type IdentityLedgerOptions, type LedgerFindings, migrated, moved, retire } from './identity';
export { Composite } from './model/composite';
export { type Edge, type Edges, edgesOf, type Gate, type Joined, type Runner } from './model/edges/edges';
export { type Connectable, type ConnectionProps, ServiceNetwork } from './model/edges/network-facet';
export { type ExternalPeer, Peers } from './model/edges/peers';
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
export type { ConfigFile, ConfigProps, ConfigSpec } from './model/kinds/config';
export type { NetworkProps, NetworkSpec } from './model/kinds/network';
export type {
  ConfigName,
  InsideProps,
  ObjectEndpoint,
  ObjectProps,
  ObjectSpec,
  ObjectValue,
  SecretName,
  ServiceAddress,
} from './model/kinds/object';
export type { RouteProps, RouteSpec } from './model/kinds/route';
export type {
  Alphabet,
  GeneratedValue,
  RemoteValue,
  SecretFile,
  SecretKey,
  SecretSource,
  SecretSpec,
  SecretStoreProvider,
  SecretStoreRef,
  VaultValue,
} from './model/kinds/secret';
export type { VolumeProps, VolumeSpec } from './model/kinds/volume';
export { MAX_NAME, nameOf, pinName } from './model/names';
export { Part, type Resolution, type Resolved, type Tunable } from './model/part';
export { formatProblem, type Problem, ProblemsError } from './model/problems';
export type { ImageSpec } from './model/values/image';
export type { Cpu, Duration, Size } from './model/values/quantities';
export { markSecret } from './model/values/taint';
export { interpolate, Template, type TemplateValue } from './model/values/template';
export type * from './model/workload/props';
export type * from './model/workload/rollout-props';
export type { ScheduleProps, ScheduleSpec } from './model/workload/schedule';
export type * from './model/workload/spec';
export { type DashboardProps, dashboard, dashboardFile, type GrafanaDashboard, type GrafanaRow } from './observability/dashboard';
export type { GrafanaPanel, GrafanaPosition, GrafanaSource, GrafanaTarget } from './observability/grafana';
export {
  type AlertRule,
  type DashboardPanel,
  Monitor,
  type MonitorProps,
  type PanelRange,
  type PanelState,
  type Severity,
} from './observability/monitor';
export { alertGroups, type RuleGroup, ruleFile } from './observability/rules';
export type { ImpliedNetwork, Networking, NetworkView } from './platform/networks';
export type {
  At,
  Cell,
  Difference,
  Drafted,
  EdgeView,
  GateView,
  Inspector,
  Natives,
  Plan,
  PlannedStack,
  Platform,
  StackView,
  Support,
} from './platform/platform';
export { commit, plan, type RenderOptions, render } from './platform/render';
