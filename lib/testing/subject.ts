import type { Construct } from 'constructs';
import type { ConfigFiles } from '../../constructs/config-files/config-files';
import { HardenedService, type HardenedServiceProps } from '../../constructs/hardened-service/hardened-service';
import type { HardenedTask } from '../../constructs/hardened-task/hardened-task';
import { NetworkSegment } from '../../constructs/network-segment/network-segment';
import type { OperatorObject } from '../../constructs/operator-object/operator-object';
import type { PersistentVolume } from '../../constructs/persistent-volume/persistent-volume';
import type { Secret } from '../../constructs/secrets/secret';
import type { Feature } from '../model/features';
import type { Part } from '../model/part';

/** What a case built. */
export interface Subject {
  /** The service that uses the feature, or that what uses it belongs to. */
  readonly service: HardenedService;
  /** A service that the first one connects to. */
  readonly other?: HardenedService;
  /** A volume that it mounts. */
  readonly volume?: PersistentVolume;
  /** A segment that it is in. */
  readonly segment?: NetworkSegment;
  /** Its published entrance. */
  readonly route?: Part<'route'>;
  /** A secret that it refers to. */
  readonly secret?: Secret;
  /** A task that it waits for. */
  readonly task?: HardenedTask;
  /** An operator's object that it connects to. */
  readonly object?: OperatorObject;
  /** Configuration files that it has. */
  readonly config?: ConfigFiles;
}

/** The use of one feature, for every platform to be tried with. */
export interface ConformanceCase {
  /** What is used. */
  readonly feature: Feature;
  /** What cannot be left out when the feature is used. What every service asks for is in {@link PROMISES}. */
  readonly also: readonly Feature[];
  /** Uses the feature. */
  build(scope: Construct): Subject;
}

/** A reference with a digest; nothing is pulled. */
export const IMAGE = 'registry.example/team/app:1.2.3@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef';
/** A service with as little as it needs. */
export function service(scope: Construct, props: Partial<HardenedServiceProps> = {}, id = 'Web'): HardenedService {
  return new HardenedService(scope, id, { image: IMAGE, ...props });
}

/** A case of a feature that stands in the props of a service. */
export function of(feature: Feature, props: Partial<HardenedServiceProps> = {}, ...also: Feature[]): ConformanceCase {
  return { feature, also, build: (scope) => ({ service: service(scope, props) }) };
}

/** A case of a feature of a segment. */
export function segmentCase(feature: Feature, props: ConstructorParameters<typeof NetworkSegment>[2]): ConformanceCase {
  return {
    feature,
    also: [],
    build(scope) {
      const segment = new NetworkSegment(scope, 'Segment', props);
      return { segment, service: service(scope, { networks: [{ network: segment }] }) };
    },
  };
}
