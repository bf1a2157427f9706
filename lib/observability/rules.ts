import type { IConstruct } from 'constructs';
import { dump } from 'js-yaml';
import { YAML_OPTIONS } from '../stack/yaml';
import { refuseSecrets } from './check';
import { type AlertRule, byTitle } from './monitor';

/** A group of rules as Prometheus reads it. */
export interface RuleGroup {
  /** The title of its monitors. */
  readonly name: string;
  /** The rules, in the order of the tree. */
  readonly rules: readonly {
    readonly alert: string;
    readonly expr: string;
    readonly for?: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations: Readonly<Record<string, string>>;
  }[];
}

/**
 * The rules of everything at and below a construct, a group for each monitor; two monitors with one title share a group.
 *
 * @throws ProblemsError if a rule has the value of a secret
 */
export function alertGroups(root: IConstruct): RuleGroup[] {
  const groups = byTitle(root, ({ alerts }) => alerts).map(([name, rules]) => ({ name, rules: rules.map(asRule) }));
  refuseSecrets(root, 'alertGroups', groups, 'whoever may ask Prometheus would see it: leave it out');
  return groups;
}

function asRule({ alert, expr, for: time, severity, labels, summary, description }: AlertRule): RuleGroup['rules'][number] {
  return { alert, expr, ...(time !== undefined && { for: time }), labels: { severity, ...labels }, annotations: { summary, description } };
}

/**
 * A file of rules.
 *
 * @throws ProblemsError as `alertGroups` does
 * @see https://prometheus.io/docs/prometheus/latest/configuration/recording_rules/
 */
export function ruleFile(root: IConstruct): string {
  return dump({ groups: alertGroups(root) }, YAML_OPTIONS);
}
