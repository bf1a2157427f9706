import * as pulumi from '@pulumi/pulumi';
import { type Construct, RootConstruct } from 'constructs';
import { Environment, Environments } from '../../lib';

/** A parent of resources. */
export class Parent extends pulumi.ComponentResource {
  constructor(name = 'parent') {
    super('test:index:Parent', name);
  }
}

/** The root of a stack called `shop`. */
export function rootOf(build: (root: Construct) => void, environment: Environment = Environments.production): Construct {
  const root = new RootConstruct('shop');
  Environment.set(root, environment);
  build(root);
  return root;
}
