/*
 * prober: the smallest thing that can answer "is this container healthy?" from inside an image that has neither a
 * shell nor curl, and the start-up order for engines that have none. It is delivered as a file next to the application,
 * so every byte counts (Swarm config objects are limited in size) and nothing may be assumed about the image: no libc,
 * no resolver, no /etc, no writable file system.
 *
 * Everything lives on the stack. With no writable globals the binary is a single read-only, executable segment: there
 * is no page that is both writable and executable, and no dependency on the page size of the host (4, 16 or 64 KiB).
 *
 * It is one translation unit, so that the compiler sees all of it and keeps only what is used.
 */

#define VERSION "1.2.0"

#include "system.h"
#include "text.h"
#include "connect.h"
#include "reader.h"
#include "probe.h"
#include "heartbeat.h"
#include "addresses.h"
#include "names.h"
#include "command.h"
#include "wait.h"
#include "run.h"

__attribute__((noreturn)) static void usage(void) {
  static const char text[] = "usage: prober http PORT PATH [--timeout MS] [--host HEADER] | "
                             "prober tcp PORT [--timeout MS] | "
                             "prober heartbeat PATH SECONDS | "
                             "prober wait [--timeout MS] tcp HOST PORT [tcp HOST PORT]... [-- COMMAND [ARG]...] | "
                             "prober run PORT -- COMMAND [ARG]... | prober --version\n";
  say(2, text, sizeof text - 1);
  leave(BAD_USAGE);
}

static long parse_timeout(const char *text) {
  long timeout = text ? number(text, 86400000) : -1;
  if (timeout < 0) usage();
  return timeout;
}

/* The kernel ends argv with a null pointer, so the word behind any word may be looked at. */
__attribute__((noreturn)) static void check(long started, char **argv) {
  int http = equal(argv[1], "http");
  long timeout = 5000, port = argv[2] ? number(argv[2], 65535) : -1;
  const char *path = 0, *host = 0;
  if (port < 0) usage();
  char **option = argv + 3;
  if (http) {
    path = *option++;
    /* The request is built on the stack, so its size needs a bound; servers do not take longer request lines anyway. */
    if (!path || *path != '/' || !printable(path) || length(path) > 8192) usage();
  }
  for (; *option; option += 2) {
    if (equal(*option, "--timeout")) {
      timeout = parse_timeout(option[1]);
    } else if (http && equal(*option, "--host")) {
      host = option[1];
      if (!host || !*host || !printable(host) || length(host) > 1024) usage();
    } else {
      usage();
    }
  }
  probe(port, path, host, started + timeout * MILLISECOND);
}

__attribute__((noreturn)) static void check_heartbeat(char **argv) {
  const char *path = argv[2];
  /* The path stands in what is said, on the stack; the kernel takes none that is longer. */
  if (!path || *path != '/' || length(path) > 4095 || !argv[3] || argv[4]) usage();
  long most = number(argv[3], 31536000);
  if (most < 0) usage();
  heartbeat(path, most * SECOND);
}

/* What can never be reached is a mistake, and nothing to wait for. */
static int is_host(const char *text) {
  struct address literal;
  if (parse_address(text, &literal)) return 1;
  for (const char *c = text; *c; c++)
    if (*c == ':') return 0;
  return is_name(text);
}

__attribute__((noreturn)) static void wait_command(long started, char **argv, char **env) {
  char **word = argv + 2;
  long timeout = 0;
  if (*word && equal(*word, "--timeout")) {
    timeout = parse_timeout(word[1]);
    word += 2;
  }
  char **targets = word;
  for (; *word && equal(*word, "tcp"); word += 3)
    if (!word[1] || !is_host(word[1]) || !word[2] || number(word[2], 65535) < 0) usage();
  if (word == targets || (*word && (!equal(*word, "--") || !word[1]))) usage();
  wait_for_all(targets, timeout, timeout ? started + timeout * MILLISECOND : FOREVER, *word ? word + 1 : 0, env);
}

__attribute__((noreturn)) static void run_command(char **argv, char **env) {
  long port = argv[2] ? number(argv[2], 65535) : -1;
  if (port < 0 || !argv[3] || !equal(argv[3], "--") || !argv[4]) usage();
  gate(port, argv + 4, env);
}

__attribute__((noreturn, used)) void start(long *stack) {
  /* Before anything else, so that the timeout covers all that we do. */
  long started = now(), argc = stack[0];
  char **argv = (char **)(stack + 1), **env = argv + argc + 1;
  if (argc == 2 && equal(argv[1], "--version")) {
    say(1, "prober " VERSION "\n", sizeof "prober " VERSION);
    leave(HEALTHY);
  }
  if (argc < 2) usage();
  if (equal(argv[1], "http") || equal(argv[1], "tcp")) check(started, argv);
  if (equal(argv[1], "heartbeat")) check_heartbeat(argv);
  if (equal(argv[1], "wait")) wait_command(started, argv, env);
  if (equal(argv[1], "run")) run_command(argv, env);
  usage();
}
