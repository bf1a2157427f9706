export type { OutputFile } from '../../stack/write';
export type { ComposeFile } from '../compose/finish';
export { ComposeExpression, ComposeSecretValue } from '../compose/marker';
export { writeComposeFile } from '../compose/write';
export { type SwarmStackFileOptions, swarmStackFile } from './file';
export type { SwarmDocument, SwarmNatives, SwarmOptions } from './natives';
export { swarm, swarmFile } from './platform';
