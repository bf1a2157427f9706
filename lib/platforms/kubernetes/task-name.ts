import { hashOf } from './config';
import type { TaskNative } from './natives';

/**
 * Gives a Job the name of its version, after all edits, and answers with it: its pod template cannot be changed, and
 * another one has to run again. The mark has the name of its Job.
 */
export function settleTask(native: TaskNative, name: string): string {
  const { metadata, spec } = native.job;
  if (metadata.name === name) metadata.name = `${name}-${hashOf(spec.template)}`;
  if (native.mark) native.mark.metadata.name = metadata.name;
  for (const rule of native.role?.rules ?? []) if (rule.resources?.includes('configmaps')) rule.resourceNames = [metadata.name];
  return metadata.name;
}
