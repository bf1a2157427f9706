/** Says that an object is an expression, also one of another copy of this package. */
export const EXPRESSION = Symbol.for('ironhull.ComposeExpression');
/** Says that an object is a reference to a secret value, also one of another copy of this package. */
export const SECRET_VALUE = Symbol.for('ironhull.ComposeSecretValue');

// the signs stand on the prototypes: no data that a user gives, such as variables named `secret` and `key`, has them

/**
 * Text in which Compose replaces `${VARIABLE}`. All other text is literal.
 *
 * @example native.image = new ComposeExpression('app:${TAG:-1.0}');
 */
export class ComposeExpression {
  constructor(
    /** The text, written as it is. */
    readonly expression: string,
  ) {}

  /** What makes it one. */
  get [EXPRESSION](): true {
    return true;
  }
}

/** A secret value by reference: a variable in a file, a value of the stack's secret config through Pulumi. */
export class ComposeSecretValue {
  constructor(
    /** The secret's name. */
    readonly secret: string,
    /** The key of the value within it. */
    readonly key: string,
  ) {}

  /** What makes it one. */
  get [SECRET_VALUE](): true {
    return true;
  }
}

/** Whether a value is text in which Compose replaces variables. */
export function isExpression(value: unknown): value is ComposeExpression {
  return typeof value === 'object' && value !== null && EXPRESSION in value;
}

/** Whether a value refers to a secret value. */
export function isSecretValue(value: unknown): value is ComposeSecretValue {
  return typeof value === 'object' && value !== null && SECRET_VALUE in value;
}
