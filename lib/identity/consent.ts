import type { IConstruct } from 'constructs';
import { pinName } from '../model/names';
import { report } from '../model/problems';
import { isReason } from '../model/values/text';

/** What of an identity can be changed with consent. */
export type Changeable = 'access' | 'claims' | 'controller' | 'driver' | 'format' | 'perReplica' | 'selector' | 'size' | 'storageClass';

/** A consent to one change: it is used up when the ledger holds the change. */
export type Consent =
  | { readonly scope: IConstruct; readonly moved: string }
  | { readonly scope: IConstruct; readonly retired: string }
  | { readonly scope: IConstruct; readonly changed: Changeable; readonly to: string };

const CONSENTS = Symbol.for('ironhull.Consents');
const CHANGEABLE: ReadonlySet<string> = new Set<Changeable>([
  'access',
  'claims',
  'controller',
  'driver',
  'format',
  'perReplica',
  'selector',
  'size',
  'storageClass',
]);

/** What was consented to at exactly this construct. */
export function consentsAt(construct: IConstruct): readonly Consent[] {
  return (construct as { [CONSENTS]?: Consent[] })[CONSENTS] ?? [];
}

/**
 * Says that a construct was moved in the tree, or got another id, and keeps the name that it had: names below it continue
 * from there. The identity ledger, where there is one, must know the name.
 *
 * @param name its name before, as the ledger holds it
 *
 * @example moved(new PersistentVolume(storage, 'Data', { size: '10Gi' }), 'shop-data');
 */
export function moved<C extends IConstruct>(construct: C, name: string): C {
  pinName(construct, name);
  add(construct, { scope: construct, moved: name });
  return construct;
}

/**
 * Gives up what the identity ledger holds: volumes with what is in them, or the names of workloads, tasks and generated
 * secrets. Once the ledger is written without them the call is of no use any more, and a warning says so.
 *
 * @param scope anything in the stack, or above it
 * @param reasons reasons of at least ten characters, by name
 *
 * @example retire(this, { 'shop-data': 'moved to the managed database' });
 */
export function retire(scope: IConstruct, reasons: Readonly<Record<string, string>>): void {
  for (const [name, reason] of Object.entries(reasons)) {
    checkReason(scope, `retire.${name}`, reason);
    // also where the reason is bad: one mistake, one message
    add(scope, { scope, retired: name });
  }
}

/**
 * Says that what cannot be changed in place was changed by hand: data was dumped and restored, or a volume made anew. It
 * counts for the change to exactly these values, for a construct and all below it, until the ledger holds them.
 *
 * @param to the new values, as the error names them
 * @param reason how it was done, at least ten characters
 *
 * @example migrated(database, { format: 'postgres 16' }, 'dumped and restored on the first of May');
 */
export function migrated(scope: IConstruct, to: { readonly [C in Changeable]?: string }, reason: string): void {
  checkReason(scope, 'migrated', reason);
  for (const [what, value] of Object.entries(to)) {
    if (CHANGEABLE.has(what)) add(scope, { scope, changed: what as Changeable, to: value });
    else report(scope, 'migrated', 'nothing of that name is kept in the ledger', what, `use one of ${[...CHANGEABLE].join(', ')}`);
  }
}

function checkReason(scope: IConstruct, where: string, reason: unknown): void {
  if (isReason(reason)) return;
  report(scope, where, 'needs a reason of at least ten characters', reason, 'say why it is acceptable here');
}

function add(construct: IConstruct, consent: Consent): void {
  const holder = construct as { [CONSENTS]?: Consent[] };
  if (!holder[CONSENTS]) Object.defineProperty(construct, CONSENTS, { value: [] });
  holder[CONSENTS]?.push(consent);
}
