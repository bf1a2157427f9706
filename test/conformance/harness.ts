import { Construct } from 'constructs';
import {
  acknowledge,
  type Feature,
  HardenedService,
  type ImpliedNetwork,
  type Natives,
  NetworkSegment,
  type Part,
  PersistentVolume,
  type Plan,
  type Platform,
} from '../../lib';
import { type ConformanceCase, PROMISES, type Subject, Testing } from '../../lib/testing';

/** The natives of what a case built. */
export interface Seen<N extends Natives> {
  readonly workload: N['workload'];
  /** The service that the first one connects to. */
  readonly other: N['workload'];
  readonly volume: N['volume'];
  readonly network: N['network'];
  readonly route: N['route'];
  readonly secret: N['secret'];
  readonly config: N['config'];
  readonly task: N['task'];
  readonly object: N['object'];
  /** Networks that nobody declared. */
  readonly implied: readonly ImpliedNetwork[];
}

/** Finds a feature in the natives, or fails with what is there instead. */
export type Observe<N extends Natives> = (seen: Seen<N>) => void;

/**
 * How each feature is found: by looking; `elsewhere` if it is emulated by something that no native shows, such as what the
 * engine does anyway; `refused` if the platform does not have it.
 */
export type Observers<N extends Natives> = Readonly<Record<Feature, Observe<N> | 'elsewhere' | 'refused'>>;

const REASON = 'this is a test of something else';

/** Builds a case and plans it. What belongs to it and what every service promises is acknowledged; more only if said. */
export function planCase<N extends Natives, O>(one: ConformanceCase, platform: Platform<N, O>, more: readonly Feature[] = []) {
  const root = Testing.root('conformance');
  const scope = new Construct(root, 'Case');
  const accepted = new Set([...PROMISES, ...one.also].filter((feature) => feature !== one.feature));
  for (const feature of more) accepted.add(feature);
  acknowledge(root, Object.fromEntries([...accepted].map((feature) => [feature, REASON])));
  const subject = one.build(scope);
  return { subject, planned: Testing.plan(root, platform) };
}

/** The control: one part of each kind, with nothing asked for. What is found here was not found because of its case. */
export const PLAIN: ConformanceCase = {
  feature: 'service-account',
  also: [],
  build: plainSubject,
};

function plainSubject(scope: Construct): Subject {
  const image = `registry.example/team/app:1.2.3@sha256:${'0'.repeat(64)}`;
  const segment = new NetworkSegment(scope, 'Segment');
  const volume = new PersistentVolume(scope, 'Data', { size: '1Gi' });
  const web = new HardenedService(scope, 'Web', { image, ports: { http: 8080 }, networks: [{ network: segment }] });
  const other = new HardenedService(scope, 'Db', { image, ports: { postgres: 5432 } });
  return { segment, volume, other, service: web, route: web.publish({ port: 'http', listen: 9999 }) };
}

/** The natives of what a case built. */
export function see<N extends Natives, O>(subject: Subject, planned: Plan<N, O>): Seen<N> {
  const native = (part: Part | undefined) => planned.drafted.find((one) => one.part === part)?.native as never;
  return {
    workload: native(subject.service.part as Part),
    other: native(subject.other?.part as Part),
    volume: native(subject.volume?.part as Part),
    network: native(subject.segment?.part as Part),
    route: native(subject.route as Part),
    secret: native(subject.secret?.part as Part),
    config: native(subject.config?.part as Part),
    task: native(subject.task?.part as Part),
    object: native(subject.object?.part as Part),
    implied: planned.networks,
  };
}
