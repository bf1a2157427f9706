import { displayPath, type Problem } from '../model/problems';
import { trySize } from '../model/values/quantities';
import { type Consent, consentsAt } from './consent';
import type { Identity } from './facts';
import type { Entry, Facts } from './file';
import { formatFix } from './formats';

/** What was found in one stack. */
export interface StackFindings {
  /** What is refused. */
  readonly problems: Problem[];
  /** What should be known. */
  readonly warnings: Problem[];
  /** Consents that were needed. */
  readonly used: Set<Consent>;
  /** What the ledger should hold afterwards, by path. */
  readonly next: Map<string, Entry>;
}

/** What is lost with a name, by kind. */
const LOST: Readonly<Record<string, string>> = {
  volume: 'and what it holds would be left behind',
  workload: 'and whoever knows that name would not find it',
  task: 'and it would run again under another name',
  object: 'and its operator would take down what it made of it',
  secret: 'and its values would be made anew',
};

/** Whose replicas have a volume each, where it is one volume. */
const NOBODY = 'none';

const COPY = 'change it back, or copy the data to a volume of another name';

/** What can never be changed in place: why, and what to do instead. */
const FIXED: Readonly<Record<string, readonly [what: string, fix: string]>> = {
  access: ['how a volume can be mounted cannot be changed', COPY],
  storageClass: ['the storage class of a volume cannot be changed', COPY],
  driver: ['another driver, or one with other options, does not find the data', COPY],
  size: ['a volume cannot become smaller', 'give it the size that it had, or copy the data to a volume of another name'],
  selector: ['the label selector of a workload cannot be changed', 'change it back, or give the workload another name'],
  claims: [
    'the claim templates of a workload cannot be changed',
    'change them back, or change each claim and delete the StatefulSet with --cascade=orphan before the new one is applied',
  ],
  controller: [
    'pods of the one kind would run beside those of the other',
    'change it back, or delete the old one and wait until its pods are gone before the new one is applied',
  ],
  perReplica: ['the data would stay in a volume of another name', COPY],
  format: ['the new program does not read what the old one wrote', ''],
};

/** Compares the identities of one stack with what the ledger holds of it. Linear. */
export function checkStack(
  recorded: ReadonlyMap<string, Entry>,
  identities: readonly Identity[],
  consents: readonly Consent[],
  file: string,
  shown: (path: string) => string,
): StackFindings {
  return new StackCheck(recorded, identities, consents, file, shown).run();
}

class StackCheck {
  private readonly problems: Problem[] = [];
  private readonly warnings: Problem[] = [];
  private readonly used = new Set<Consent>();
  private readonly before = new Map<string, Entry>();
  private readonly candidates = new Map<string, Identity[]>();
  private readonly retired = new Map<string, Consent>();

  constructor(
    private readonly recorded: ReadonlyMap<string, Entry>,
    private readonly identities: readonly Identity[],
    consents: readonly Consent[],
    private readonly file: string,
    private readonly shown: (path: string) => string,
  ) {
    for (const one of consents) if ('retired' in one) this.retired.set(one.retired, one);
    for (const entry of recorded.values()) this.before.set(keyOf(entry.kind, entry.name), entry);
  }

  run(): StackFindings {
    const now = new Set<string>();
    const next = new Map<string, Entry>();
    for (const identity of this.identities) {
      const { part, name, path } = identity;
      const entry = this.before.get(keyOf(part.kind, name));
      now.add(keyOf(part.kind, name));
      if (entry) this.compare(identity, entry);
      else this.offer(identity);
      const place = next.has(path) ? `${path} (${part.kind} ${name})` : path;
      next.set(place, { kind: part.kind, name, facts: nextFacts(identity, entry) });
    }
    for (const [path, entry] of this.recorded) {
      if (!now.has(keyOf(entry.kind, entry.name))) this.gone(path, entry);
    }
    return { problems: this.problems, warnings: this.warnings, used: this.used, next };
  }

  /** A construct that may be what a gone entry has become. */
  private offer(identity: Identity): void {
    for (const sign of signsOf(identity.part.kind, identity.path, identity.facts)) {
      const list = this.candidates.get(sign);
      if (list) list.push(identity);
      else this.candidates.set(sign, [identity]);
    }
  }

  private gone(path: string, { kind, name, facts }: Entry): void {
    const consent = this.retired.get(name);
    if (consent) this.used.add(consent);
    if (consent || facts.keep !== 'yes') return;
    const likely = signsOf(kind, path, facts)
      .map((sign) => this.candidates.get(sign)?.[0])
      .find((one) => one !== undefined);
    const giveUp = `retire(scope, { '${name}': 'why' })`;
    this.problems.push({
      path: this.shown(path),
      what: `the ${kind} '${name}' of ${this.file} is not made any more, ${LOST[kind] ?? 'and its name would be lost'}`,
      fix: likely
        ? `if ${displayPath(likely.part)} ('${likely.name}') is what it has become, moved(construct, '${name}') there keeps the name; to give it up, ${giveUp}`
        : `bring it back, or pin the name where it is now by moved(construct, '${name}'); to give it up, ${giveUp}`,
    });
  }

  private compare(identity: Identity, { facts }: Entry): void {
    const path = displayPath(identity.part);
    const known = identity.part.kind === 'volume' ? { perReplica: NOBODY, ...facts } : facts;
    for (const [what, before] of Object.entries(known)) {
      const value = what === 'perReplica' ? (identity.facts[what] ?? NOBODY) : identity.facts[what];
      if (value === undefined || value === before) continue;
      if (identity.part.kind === 'network') this.warnNetwork(path, what, before, value);
      else this.compareFact(identity, path, what, before, value, facts.keep === 'yes');
    }
    if (identity.unknownFormat && identity.facts.format === undefined && facts.format !== undefined && facts.keep === 'yes') {
      const what = `the image does not say whether it reads what is on the volume, which is of ${facts.format}`;
      this.warnings.push({ path, what, fix: 'use an image with the version in its tag' });
    }
  }

  private compareFact(identity: Identity, path: string, what: string, before: string, value: string, kept: boolean): void {
    const fixed = FIXED[what];
    if (!fixed || !kept || (what === 'size' && (trySize(value) ?? 0) >= (trySize(before) ?? 0))) return;
    const format = what === 'format' ? formatFix(before, value) : undefined;
    if (what === 'format' && format === undefined) return;
    const consent = consentTo(identity, what, value);
    if (consent) this.used.add(consent);
    else {
      const done = `migrated(construct, { ${what}: '${value}' }, 'how it was done')`;
      this.problems.push({
        path: `${path}: ${what}`,
        what: `${fixed[0]}: it was '${before}'`,
        value,
        fix: `${format ?? fixed[1]}; once that is done, say so for this change: ${done}`,
      });
    }
  }

  private warnNetwork(path: string, what: string, before: string, value: string): void {
    this.warnings.push({
      path: `${path}: ${what}`,
      what: `the network is made anew for this, and its members stop for that time: it was '${before}'`,
      value,
      fix: 'deploy it when an interruption is acceptable',
    });
  }
}

/** By what a gone entry and a new construct look alike, the best first. */
function signsOf(kind: string, path: string, facts: Facts): string[] {
  const elements = path.split('/');
  const last = [elements[elements.length - 1] as string, elements[elements.length - 2] ?? ''];
  return [
    `${kind} at ${path}`,
    `${kind} ends ${last.join(' ')}`,
    `${kind} ends ${last[0]}`,
    ...(facts.mounts !== undefined ? [`${kind} mounted ${facts.mounts}`] : []),
    ...(facts.format !== undefined ? [`${kind} holds ${facts.format}`] : []),
    ...(kind === 'network' || kind === 'volume' ? [] : [`${kind} below ${last[1]}`]),
  ];
}

function consentTo({ part }: Identity, what: string, value: string): Consent | undefined {
  for (let at: Identity['part']['node']['scope'] = part; at; at = at.node.scope) {
    const found = consentsAt(at).find((one) => 'changed' in one && one.changed === what && one.to === value);
    if (found) return found;
  }
  return undefined;
}

/** What this platform does not know stays as it was. */
function nextFacts({ facts, keep }: Identity, before: Entry | undefined): Facts {
  const { keep: _, mounts: _mounts, perReplica: _perReplica, ...kept } = before?.facts ?? {};
  return { ...kept, ...facts, ...(keep && { keep: 'yes' }) };
}

function keyOf(kind: string, name: string): string {
  return `${kind}\0${name}`;
}
