import { MAX_NAME } from '../../model/names';
import { displayPath, type Problem } from '../../model/problems';
import { isLabelKey } from '../../model/workload/labels';
import { isLateBound } from '../../model/workload/references';
import type { Placed } from './chart-plan';
import { type FinishedManifest, finish, type Json } from './finish';
import { holdsSecrets } from './late-secret';
import { taintProblems } from './taint';

type Fields = { readonly [key: string]: Json };

const LABEL_VALUE = /^([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$/;
const DNS_LABEL = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;
/** A Service's name becomes a name of the cluster's DNS, which must start with a letter. */
const SERVICE_NAME = /^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/;
const DNS_NAME = /^(?=.{1,253}$)[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

/**
 * Finishes an object of ours and checks what `tune` may have broken: what an API server would refuse, or what would
 * leave pods without their Deployment. What others made is theirs.
 *
 * @param late whether values that are not known yet may stand in it
 */
export function finishOurs({ construct, manifest, at }: Placed, problems: Problem[], late = false): FinishedManifest {
  const path = displayPath(construct);
  const before = problems.length;
  if (!late && holdsSecrets(manifest)) {
    const what = "values of a Pulumi stack's config exist only through Pulumi, so no file can hold them";
    problems.push({ path, what, value: manifest.metadata.name, fix: 'deploy with Pulumi, or use another kind of secret here' });
    return { ...manifest, metadata: { ...manifest.metadata } } as unknown as FinishedManifest;
  }
  const json = finish(manifest, path, problems, late);
  // one mistake, one message; what belongs to a part was searched with it
  if (problems.length === before && !at) problems.push(...taintProblems(json, construct));
  if (problems.length === before) new Check(path, problems).manifest(json);
  return json;
}

class Check {
  constructor(
    private readonly path: string,
    private readonly problems: Problem[],
  ) {}

  manifest({ kind, metadata, spec }: FinishedManifest): void {
    const service = kind === 'Service';
    this.text('metadata.name', metadata.name, service ? SERVICE_NAME : DNS_NAME, `no name of a ${kind}`, 'use a DNS name in lower case');
    this.metadata('metadata', metadata);
    if (kind === 'Deployment' || kind === 'StatefulSet') this.deployment(fieldsOf(spec));
    if (kind === 'Job') this.template(fieldsOf(fieldsOf(spec).template));
    if (kind === 'CronJob') this.cronJob(metadata.name, fieldsOf(spec));
  }

  private deployment(spec: Fields): void {
    const template = fieldsOf(spec.template);
    this.template(template);
    this.selector(fieldsOf(fieldsOf(spec.selector).matchLabels), fieldsOf(fieldsOf(template.metadata).labels));
  }

  /** Its controller adds eleven characters to the name. */
  private cronJob(name: string, spec: Fields): void {
    if (name.length > MAX_NAME) this.problem('metadata.name', 'is no name of a CronJob', name, `use at most ${MAX_NAME} characters`);
    this.template(fieldsOf(fieldsOf(fieldsOf(spec.jobTemplate).spec).template));
  }

  private template(template: Fields): void {
    this.metadata('spec.template.metadata', fieldsOf(template.metadata));
    this.containers(fieldsOf(template.spec));
  }

  private metadata(where: string, { labels, annotations }: Fields): void {
    for (const [key, value] of Object.entries(fieldsOf(labels))) {
      this.key(`${where}.labels.${key}`, key);
      this.text(`${where}.labels.${key}`, value, LABEL_VALUE, 'no label value', "use at most 63 letters, digits, '-', '_' and '.'");
    }
    for (const [key, value] of Object.entries(fieldsOf(annotations))) {
      this.key(`${where}.annotations.${key}`, key);
      this.text(`${where}.annotations.${key}`, value, undefined, '', '');
    }
  }

  private selector(wanted: Fields, labels: Fields): void {
    const where = 'spec.selector.matchLabels';
    if (Object.keys(wanted).length === 0) this.problem(where, 'selects no pods', undefined, 'leave the selector as it was');
    for (const [key, value] of Object.entries(wanted)) {
      if (labels[key] === value) continue;
      this.problem(`${where}.${key}`, 'is no label of the pod template', value, 'give both the same label and value');
    }
  }

  private containers(spec: Fields): void {
    const names = new Set<Json | undefined>();
    for (const list of ['initContainers', 'containers']) {
      const containers = spec[list];
      for (const [i, one] of (Array.isArray(containers) ? containers : []).entries()) {
        const where = `spec.template.spec.${list}[${i}].name`;
        const { name } = fieldsOf(one);
        if (names.has(name)) this.problem(where, 'another container of the pod has the same name', name, 'choose another');
        else this.text(where, name, DNS_LABEL, 'no name of a container', 'use at most 63 lower case letters, digits and dashes');
        names.add(name);
      }
    }
  }

  private key(where: string, key: string): void {
    if (isKey(key)) return;
    this.problem(where, 'is no key of a label or annotation', key, "use letters, digits, '-', '_' and '.', after a DNS name and a slash");
  }

  /** Text of a form; of any form if none is given. A value that is not known yet is Pulumi's to check, but names are needed now. */
  private text(where: string, value: Json | undefined, form: RegExp | undefined, what: string, fix: string): void {
    if (typeof value === 'string') {
      if (form && !form.test(value)) this.problem(where, `is ${what}`, value, fix);
    } else if (!isLateBound(value) || where.endsWith('.name')) this.problem(where, 'must be text', value, 'put it in quotes');
  }

  private problem(where: string, what: string, value: unknown, fix: string): void {
    this.problems.push({ path: `${this.path}: ${where}`, what, ...(value !== undefined && { value }), fix });
  }
}

function fieldsOf(value: Json | undefined): Fields {
  return typeof value === 'object' && !Array.isArray(value) && !isLateBound(value) ? value : {};
}

/** The same few keys stand on every object. */
const keys = new Set<string>();

function isKey(key: string): boolean {
  if (keys.has(key)) return true;
  if (!isLabelKey(key)) return false;
  if (keys.size < 1000) keys.add(key);
  return true;
}
