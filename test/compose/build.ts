import { Construct } from 'constructs';
import { Environment, Environments, HardenedService, type HardenedServiceProps } from '../../lib';
import { formatProblem, ProblemsError } from '../../lib/model/problems';

/** An empty tree in an environment. */
export function tree(environment: Environment = Environments.development): Construct {
  const root = new Construct(undefined as unknown as Construct, '');
  Environment.set(root, environment);
  return root;
}

/** A service with an image. */
export function service(root: Construct, id: string, props: Partial<HardenedServiceProps> = {}): HardenedService {
  return new HardenedService(root, id, { image: 'example/app:1.2.3', ...props });
}

/** The sentences that a render fails with. */
export function sentences(render: () => unknown): string[] {
  try {
    render();
  } catch (error) {
    if (error instanceof ProblemsError) return error.problems.map(formatProblem);
    throw error;
  }
  throw new Error('the render was expected to fail');
}
