/** A container image reference, taken apart. */
export interface ImageSpec {
  /** The reference as it was written. */
  readonly reference: string;
  /** Registry host, `docker.io` where none is written. */
  readonly registry: string;
  /** Path in the registry: `library/postgres`, `veogen/backend`. */
  readonly repository: string;
  /** Tag, if one is written. */
  readonly tag?: string;
  /** `sha256:<64 hex digits>`, if one is written. */
  readonly digest?: string;
}

const HOST = /^(?:localhost|[a-zA-Z0-9-]+(?:\.[a-zA-Z0-9-]+)+|[a-zA-Z0-9.-]+(?=:))(?::\d{1,5})?$/;
const PATH = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/;
const TAG = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/;
const DIGEST = /^sha256:[0-9a-f]{64}$/;

/**
 * Takes a reference apart, or says what is wrong with it.
 *
 * @see https://github.com/distribution/reference
 */
export function parseImage(reference: unknown): ImageSpec | string {
  if (typeof reference !== 'string' || reference === '') return 'an image reference is needed';
  const [beforeDigest, digest, more] = reference.split('@') as [string, string | undefined, string | undefined];
  if (more !== undefined) return 'more than one @ in the image reference';
  if (digest !== undefined && !DIGEST.test(digest)) return 'the digest must be sha256: and 64 hex digits';
  const slash = beforeDigest.lastIndexOf('/');
  const colon = beforeDigest.indexOf(':', slash + 1);
  const name = colon < 0 ? beforeDigest : beforeDigest.slice(0, colon);
  const tag = colon < 0 ? undefined : beforeDigest.slice(colon + 1);
  if (tag !== undefined && !TAG.test(tag)) return 'the tag is not valid';
  const first = name.split('/')[0] as string;
  const hasHost = name.includes('/') && (first === 'localhost' || first.includes('.') || first.includes(':'));
  if (hasHost && !HOST.test(first)) return 'the registry host is not valid';
  const path = hasHost ? name.slice(first.length + 1) : name;
  if (!PATH.test(path)) return 'the repository must be lower case letters, digits and separators';
  const registry = hasHost ? first : 'docker.io';
  const repository = registry === 'docker.io' && !path.includes('/') ? `library/${path}` : path;
  return { reference, registry, repository, ...(tag !== undefined && { tag }), ...(digest !== undefined && { digest }) };
}
