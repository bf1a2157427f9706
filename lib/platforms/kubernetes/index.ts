import '../../stack/cdk8s-host';

export { IronhullChart, type IronhullChartProps } from './chart';
export type { CustomMetadata, ExternalSecretManifest, PasswordManifest, SealedSecretManifest, SecretStoreManifest } from './custom';
export type { FinishedManifest, Json } from './finish';
export * from './natives';
export { kubernetes, kubernetesWith } from './platform';
export { type Synthesized, type SynthOptions, synthApp, synthesize } from './synth';
