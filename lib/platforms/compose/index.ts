export type { OutputFile } from '../../stack/write';
export { type ComposeFile, type ComposeFileOptions, composeFile } from './file';
export { ComposeExpression, ComposeSecretValue } from './marker';
export type { ComposeConfigFiles, ComposeDocument, ComposeNatives, ComposeSecretSource, ComposeWorkload } from './natives';
export type * from './objects';
export { compose } from './platform';
export type * from './schema';
export type { NeededSecret } from './secrets';
export { writeComposeFile } from './write';
