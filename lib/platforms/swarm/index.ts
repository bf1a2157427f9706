export { ComposeExpression, ComposeSecretValue } from '../compose/marker';
export { type SwarmStackFileOptions, swarmStackFile } from './file';
export type { SwarmDocument, SwarmNatives, SwarmOptions } from './natives';
export { swarm, swarmFile } from './platform';
