export { type ComposeFile, type ComposeFileOptions, composeFile } from './file';
export { ComposeExpression, ComposeSecretValue } from './marker';
export type { ComposeDocument, ComposeNatives, ComposeWorkload } from './natives';
export { compose } from './platform';
export type * from './schema';
