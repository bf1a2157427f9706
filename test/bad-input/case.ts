import { type Construct, RootConstruct } from 'constructs';
import {
  HardenedService,
  type HardenedServiceProps,
  HardenedTask,
  type HardenedTaskProps,
  NetworkSegment,
  type NetworkSegmentProps,
} from '../../lib';

/** One mistake of a user, and the one message that it gets. */
export interface BadInput {
  /** What is wrong, in words. */
  readonly mistake: string;
  /** Builds it below a construct whose path is `app/<number of the case>`; the number stands as `#` in the message. */
  readonly build: (scope: Construct) => void;
  /** The whole message. */
  readonly message: string;
}

export const IMAGE = 'registry.example/team/app:1.2.3@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef';

/** A service that is right but for these props. They are not typed: JavaScript and casts exist. */
export function service(scope: Construct, props: object = {}, id = 'Web'): HardenedService {
  return new HardenedService(scope, id, { image: IMAGE, replicas: 1, ...props } as HardenedServiceProps);
}

/** A task that is right but for these props. */
export function task(scope: Construct, props: object = {}, id = 'Migrate'): HardenedTask {
  return new HardenedTask(scope, id, { image: IMAGE, ...props } as HardenedTaskProps);
}

/** A segment that is right but for these props. */
export function segment(scope: Construct, props: object = {}, id = 'Net'): NetworkSegment {
  return new NetworkSegment(scope, id, props as NetworkSegmentProps);
}

/** A case of a service with some wrong props. */
export function props(mistake: string, wrong: object, message: string): BadInput {
  return { mistake, build: (scope) => service(scope, wrong), message: `app/#/Web: ${message}` };
}

/** The root of a tree; the compiler's class has no public name for a root with an id. */
export function root(id = 'app'): Construct {
  return new RootConstruct(id);
}
