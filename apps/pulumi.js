// Where Pulumi starts: loads the TypeScript program through tsx, which is several times faster than Pulumi's own ts-node.
require('tsx/cjs');
require('./deploy.ts');
