import { type Construct, RootConstruct } from 'constructs';
import { Environment, Environments, HardenedService, type HardenedServiceProps, type Plan, plan } from '../../lib';
import { type DockerContainer, type DockerNatives, type DockerOut, docker } from '../../lib/platforms/docker';

/** A stack in the test environment, planned for Docker. */
export function planned(build: (root: Construct) => void, environment = Environments.test): Plan<DockerNatives, DockerOut> {
  const root = new RootConstruct('veogen');
  Environment.set(root, environment);
  build(root);
  return plan(root, docker, { name: 'veogen' });
}

/** What is wrong with a stack, as text. */
export function problems(build: (root: Construct) => void): string[] {
  return planned(build).problems.map(({ path, what, fix }) => `${path}: ${what}; ${fix}`);
}

/** The containers of a single service; `then` may do more with it. */
export function containersOf(props: Partial<HardenedServiceProps>, then?: (service: HardenedService) => void): readonly DockerContainer[] {
  const { drafted, problems } = planned((root) => {
    const service = new HardenedService(root, 'Backend', { image: 'veogen/backend:1.0.0', ...props });
    then?.(service);
  });
  expect(problems).toEqual([]);
  const [workload] = drafted.filter(({ part }) => part.kind === 'workload');
  return (workload?.native as DockerNatives['workload'] | undefined)?.containers ?? [];
}
