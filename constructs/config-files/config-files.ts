import type { IConstruct } from 'constructs';
import { Composite } from '../../lib/model/composite';
import { type ConfigFile, type ConfigProps, resolveConfig } from '../../lib/model/kinds/config';
import { pinName } from '../../lib/model/names';
import { Part } from '../../lib/model/part';
import { snapshot } from '../../lib/model/values/text';

/** What a user may say of configuration files. */
export interface ConfigFilesProps extends ConfigProps {
  /** The resource's name on every platform, before its version. @default - made of the ids on the way here */
  readonly name?: string;
}

/**
 * Configuration files. Their contents decide their version: changing a byte rolls exactly those who have one of them, and
 * the old version stays as long as something uses it.
 */
export class ConfigFiles extends Composite {
  /** The files as a part. */
  readonly part: Part<'config'>;
  private readonly names: readonly string[];

  constructor(scope: IConstruct, id: string, props: ConfigFilesProps) {
    super(scope, id);
    if (props?.name !== undefined) pinName(this, props.name);
    const said = snapshot(props ?? {});
    this.names = Object.keys(said.files ?? {}).sort();
    this.part = new Part(this, 'Default', 'config', (r) => resolveConfig(said, r));
  }

  /** One of the files, to be mounted at a path: `files: { '/etc/app.conf': config.file('app.conf') }`. */
  file(key: string, options: { /** @default false */ readonly executable?: boolean } = {}): ConfigFile {
    return { config: this.part, key, executable: options.executable ?? false };
  }

  /** All of the files, each at its name in a directory: `files: config.filesIn('/etc/nginx/conf.d')`. */
  filesIn(directory: string): Record<string, ConfigFile> {
    return Object.fromEntries(this.names.map((name) => [`${directory.replace(/\/$/, '')}/${name}`, this.file(name)] as const));
  }
}
