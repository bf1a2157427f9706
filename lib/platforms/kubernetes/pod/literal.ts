/**
 * The kubelet replaces `$(NAME)` in commands, arguments, variables and the commands of probes, no other engine does; doubled
 * dollar signs are how it is told not to.
 */
export function literal(text: string): string {
  return /\$[$(]/.test(text) ? text.replaceAll('$', '$$$$') : text;
}
