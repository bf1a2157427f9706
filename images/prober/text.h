/* Text and numbers, and what is said about a failure. */

/* Without a library there still have to be these two: the compiler calls them to set and to copy structures. */
void *memset(void *to, int value, unsigned long count) {
  for (u8 *end = to; count--;) *end++ = value;
  return to;
}

void *memcpy(void *to, const void *from, unsigned long count) {
  const u8 *next = from;
  for (u8 *end = to; count--;) *end++ = *next++;
  return to;
}

static long length(const char *text) {
  long n = 0;
  while (text[n]) n++;
  return n;
}

static int equal(const char *a, const char *b) {
  while (*a && *a == *b) a++, b++;
  return *a == *b;
}

static char *append(char *to, const char *text) {
  while (*text) *to++ = *text++;
  return to;
}

static char *append_number(char *to, long value) {
  if (value > 9) to = append_number(to, value / 10);
  *to++ = '0' + value % 10;
  return to;
}

static void say(int fd, const char *text, long count) {
  sys(SYS_write, fd, (long)text, count, 0);
}

/* One line in one write, because others may write to the same place. There has to be room for the end of the line. */
static void say_line(char *line, char *end) {
  *end++ = '\n';
  say(2, line, end - line);
}

/* Digits only and 1..max, or -1: "80x" or "-1" in a health check is a mistake that should not pass for a number. */
static long number(const char *text, long max) {
  long value = 0;
  if (!*text) return -1;
  for (; *text; text++) {
    if (*text < '0' || *text > '9') return -1;
    value = value * 10 + (*text - '0');
    if (value > max) return -1;
  }
  return value ? value : -1;
}

/* A blank or control character would end the request line or smuggle a header in. */
static int printable(const char *text) {
  for (; *text; text++)
    if (*text <= ' ' || *text > '~') return 0;
  return 1;
}

static char *append_reason(char *end, const char *doing, long error) {
  switch (error) {
  case ETIMEDOUT: return append(append(end, "timed out "), doing);
  case ECONNREFUSED: return append(end, "connection refused");
  case ECONNRESET: return append(append(end, "connection reset "), doing);
  case EPERM:
  case EACCES: return append(append(end, "not permitted "), doing);
  case CLOSED_EARLY: return append(end, "connection closed before a complete status line");
  case NOT_HTTP: return append(end, "the reply is not HTTP/1");
  case UNKNOWN_NAME: return append(end, "no such host");
  case NO_ANSWER: return append(end, "no nameserver answers");
  case NAMESERVER_FAILED: return append(end, "the nameserver cannot tell");
  }
  return append(append(append_number(append(end, "errno "), error), " "), doing);
}

/* One line, because Docker keeps it in the health log of the container. */
__attribute__((noreturn)) static void unhealthy(long port, const char *doing, long error) {
  char line[160], *end = append(append_number(append(line, "port "), port), ": ");
  say_line(line, append_reason(end, doing, error));
  leave(UNHEALTHY);
}
