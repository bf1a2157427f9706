import { createHash } from 'node:crypto';
import type * as docker from '@pulumi/docker';
import type * as pulumi from '@pulumi/pulumi';
import { isConfigFile } from '../../model/workload/references';
import type { ContainerSpec, FileSpec } from '../../model/workload/spec';
import { fillVolume } from './carrier';
import type { GroupAt } from './container';
import type { DockerContainer, DockerFile, DockerFolder, DockerOut, Filled } from './natives';

/** Makes a directory at which something else can be mounted; nobody sees it then. */
const PLACEHOLDER = '.mount-point';

/** Drafts the folders of a container: as few as hold all its files, with no other mount in between. */
export function foldersOf(spec: ContainerSpec, where: string, at: GroupAt): DockerFolder[] {
  const mounted = [...spec.mounts, ...spec.writable].map(({ path }) => path);
  const folders: DockerFolder[] = [];
  const files = [...spec.files].sort((a, b) => directoryOf(a.path).length - directoryOf(b.path).length);
  for (const file of files) {
    const directory = directoryOf(file.path);
    checkDirectory(file, directory, spec, where, at);
    const hidden = (root: string) => mounted.some((path) => path !== root && within(root, path) && within(path, directory));
    const known = folders.find((folder) => within(folder.directory, directory) && !hidden(folder.directory));
    if (known) known.files.push(draftFile(file, at));
    else folders.push({ directory, files: [draftFile(file, at)], mountPoints: [] });
  }
  for (const { directory, mountPoints } of folders) {
    mountPoints.push(...mounted.filter((path) => path !== directory && within(directory, path)).sort());
  }
  return folders;
}

function checkDirectory({ path }: FileSpec, directory: string, { mounts, writable }: ContainerSpec, where: string, at: GroupAt): void {
  const say = (what: string, fix: string) => at.problem(`${where}files.${path}`, what, path, fix);
  if (directory === '/') {
    const what = 'a file directly below / has no directory that Docker could mount';
    say(what, `put it into a directory, such as /etc${path}`);
    return;
  }
  const other = 'put it into a directory of its own';
  if (mounts.some((mount) => mount.path === directory)) say('lies in the root of a volume, which cannot hold it too', other);
  else if (writable.some((one) => one.path === directory)) say('lies in a writable path, which cannot hold it too', other);
  else if (mounts.some((mount) => mount.readOnly && within(mount.path, directory)))
    say('lies in a volume that is mounted read-only, where no directory can be made for it', other);
}

function draftFile({ path, from }: FileSpec, at: GroupAt): DockerFile {
  if (!isConfigFile(from)) return { path, permissions: '0444', secret: { spec: at.spec(from.secret), key: from.key } };
  // a file that the config does not have is a problem of its own
  const content = at.native(from.config).files[from.key] ?? { content: '' };
  return { path, permissions: from.executable ? '0555' : '0444', ...content };
}

function directoryOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/')) || '/';
}

/** Whether a path is a directory or lies below it. */
function within(directory: string, path: string): boolean {
  return path === directory || path.startsWith(`${directory}/`);
}

/**
 * Makes the volumes of a container's folders. Their names hold a hash of image, paths and contents: another version is
 * another volume, which is there before the container is replaced, and the old one goes when nothing has it any more.
 * Replicas share theirs.
 */
export function deliverFolders(container: DockerContainer, at: GroupAt, out: DockerOut): readonly Delivered[] {
  const base = container.role === 'main' ? at.name : `${at.name}-${container.role}`;
  return container.folders.map((folder) => {
    const name = `${base}-files-${versionOf(folder, base, container.args.image, out)}`;
    const known = out.folders.get(name);
    const filled = known ?? fill(name, folder, container.args.image, at, out);
    out.folders.set(name, filled);
    return { ...filled, directory: folder.directory };
  });
}

/** A folder that is there. */
export interface Delivered extends Filled {
  /** Where it belongs. */
  readonly directory: string;
}

function fill(name: string, folder: DockerFolder, image: pulumi.Input<string>, at: GroupAt, out: DockerOut): Filled {
  const { directory, files, mountPoints } = folder;
  const uploads = [...files.map((file) => upload(file, out)), ...mountPoints.map((path) => place(`${path}/${PLACEHOLDER}`))];
  const secret = files.some((file) => 'secret' in file);
  return fillVolume({ name, stack: at.stack.name, label: 'files', image, directory, uploads, secret }, out);
}

function place(file: string): docker.types.input.ContainerUpload {
  return { file, content: '\n', permissions: '0444' };
}

function upload(file: DockerFile, out: DockerOut): docker.types.input.ContainerUpload {
  const { path, permissions } = file;
  if ('content' in file && file.content !== '') return { file: path, permissions, content: file.content };
  if ('contentBase64' in file) return { file: path, permissions, contentBase64: file.contentBase64 || NOTHING };
  if (!('secret' in file)) return { file: path, permissions, contentBase64: NOTHING };
  const contentBase64 = out.secret(file.secret).apply((value) => Buffer.from(value).toString('base64') || NOTHING);
  return { file: path, permissions, contentBase64 };
}

/** Base64 of nothing: the provider takes an empty text for one that is missing, and line ends count for nothing. */
const NOTHING = '\n';

function versionOf({ directory, files, mountPoints }: DockerFolder, base: string, image: unknown, out: DockerOut): string {
  const keys = new Map<string, { readonly file: Extract<DockerFile, { secret: unknown }>['secret']; readonly keys: string[] }>();
  const seen = files.map((file) => {
    if (!('secret' in file)) return file;
    const { spec, key } = file.secret;
    const known = keys.get(spec.name) ?? { file: file.secret, keys: [] };
    known.keys.push(key);
    keys.set(spec.name, known);
    return { path: file.path, permissions: file.permissions, secret: [spec.name, key] };
  });
  const versions = [...keys.values()].map(({ file: { spec }, keys }) => out.secretVersion(spec, keys));
  const what = [base, typeof image === 'string' ? image : '', directory, seen, mountPoints, versions];
  return createHash('sha256').update(JSON.stringify(what)).digest('hex').slice(0, 8);
}
