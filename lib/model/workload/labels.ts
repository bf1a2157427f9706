import type { Reading } from './reading';

type Labels = Readonly<Record<string, string>>;

/** Whether a text is a label key of Kubernetes: `name` or `dns.example/name`. */
export function isLabelKey(key: string): boolean {
  const [name, prefix, more] = key.split('/').reverse() as [string, string | undefined, string | undefined];
  return (
    more === undefined &&
    /^[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/.test(name) &&
    (prefix === undefined || (prefix.length <= 253 && /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/.test(prefix)))
  );
}

/** A copy of labels; reports those that Kubernetes would refuse. */
export function checkLabels(said: Labels | undefined, read: Reading): Labels {
  const labels = read.record('labels', said, "{ team: 'shop' }");
  for (const [key, value] of Object.entries(labels)) {
    checkKey(`labels.${key}`, 'is no label key', key, read);
    if (typeof value !== 'string' || !/^([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$/.test(value)) {
      read.problem(`labels.${key}`, 'is no label value', value, "use at most 63 letters, digits, '-', '_' and '.'");
    }
  }
  return { ...labels };
}

/** A copy of annotations; reports those that Kubernetes would refuse. */
export function checkAnnotations(said: Labels | undefined, read: Reading): Labels {
  const annotations = read.record('annotations', said, "{ 'example.com/owner': 'team' }");
  if (Object.keys(annotations).length > 0) read.r.feature('annotations');
  for (const [key, value] of Object.entries(annotations)) {
    checkKey(`annotations.${key}`, 'is no annotation key', key, read);
    if (typeof value !== 'string') read.problem(`annotations.${key}`, 'must be text', value, 'put it in quotes');
  }
  return { ...annotations };
}

function checkKey(where: string, what: string, key: string, read: Reading): void {
  if (isLabelKey(key)) return;
  read.problem(where, what, key, "use letters, digits, '-', '_' and '.', after a DNS name and a slash if it needs one");
}
