/* Waits until others accept connections. */

/* So much of a target is named in a line; it was checked when the command line was read. */
enum { LONGEST_TARGET = LONGEST_NAME + 16 };

static char *append_target(char *end, const char *host, long port) {
  struct address literal;
  int v6 = parse_address(host, &literal) && literal.family == AF_INET6;
  end = append(append(append(end, v6 ? "[" : ""), host), v6 ? "]:" : ":");
  return append_number(end, port);
}

/* What a health check on loopback cannot meet. */
static char *append_wait_reason(char *end, long error) {
  if (error == EHOSTUNREACH) return append(end, "host unreachable");
  if (error == ENETUNREACH) return append(end, "network unreachable");
  return append_reason(end, "while connecting", error);
}

/* 0 if the target accepts, or a negative error. Addresses share the time, so that a silent one does not take it all. */
static long attempt(const char *host, long port, long deadline) {
  struct addresses found;
  long error = resolve(host, deadline, &found);
  if (error) return error;
  deadline = earlier(deadline, now() + 2 * SECOND);
  for (long i = 0; i < found.count; i++) {
    long time = now();
    long fd = dial(&found.list[i], port, time + (deadline - time) / (found.count - i));
    if (fd >= 0) {
      close(fd);
      return 0;
    }
    if (!error) error = fd;
  }
  return error;
}

static void wait_for(const char *host, long port, long timeout, long deadline) {
  char line[LONGEST_TARGET + 160], *end;
  long started = now(), said = 0, reason = 0;
  for (;;) {
    long error = attempt(host, port, deadline), time = now();
    if (!error) break;
    /* An attempt that the deadline cut short knows less than the one before. */
    if (!reason || time < deadline) reason = -error;
    if (time >= deadline) {
      end = append(append_target(append(line, "gave up on "), host, port), " after ");
      end = append(append_number(end, timeout), " ms: ");
      say_line(line, append_wait_reason(end, reason));
      leave(UNHEALTHY);
    }
    if (!said || time - said >= 10 * SECOND) {
      said = time;
      end = append(append_target(append(line, "waiting for "), host, port), ": ");
      say_line(line, append_wait_reason(end, reason));
    }
    sleep_until(earlier(deadline, time + 500 * MILLISECOND));
  }
  if (!said) return;
  end = append(append_target(line, host, port), " is ready after ");
  say_line(line, append(append_number(end, (now() - started) / SECOND), " s"));
}

__attribute__((noreturn)) static void stopped(int signal) {
  leave(128 + signal);
}

/* Targets are triples of the command line, "tcp HOST PORT"; without a command we are done when they are. */
__attribute__((noreturn)) static void wait_for_all(char **target, long timeout, long deadline, char **command, char **env) {
  struct signals before;
  handle_stopping(stopped, &before);
  for (; *target && equal(*target, "tcp"); target += 3) wait_for(target[1], number(target[2], 65535), timeout, deadline);
  restore_stopping(&before);
  if (!command) leave(HEALTHY);
  become(command, env);
}
