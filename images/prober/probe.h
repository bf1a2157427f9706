/* The probes of a health check. */

/* The status of the final response or a negative error. Reading by byte makes split packets a non-issue. */
static long read_status(struct reader *r) {
  static const char pattern[] = "HTTP/1.# ###";
  for (;;) {
    long status = 0, c;
    /* Reject at the first wrong byte: an SSH or SMTP banner should not look like a slow web server. */
    for (const char *p = pattern; *p; p++) {
      if ((c = next(r)) < 0) return c;
      if (*p == '#' ? c < '0' || c > '9' : c != *p) return -NOT_HTTP;
      /* The digit of the minor version ends up as a thousands digit. */
      if (*p == '#') status = (status * 10 + c - '0') % 1000;
    }
    if ((c = next(r)) < 0) return c;
    if (c != ' ' && c != '\r' && c != '\n') return -NOT_HTTP;
    if (status < 100 || status == 101 || status >= 200) return status;
    /* Interim responses (100 Continue, 103 Early Hints) precede the real one; skip to their empty line. */
    for (int at_line_start = c == '\n';;) {
      if ((c = next(r)) < 0) return c;
      if (c == '\n' && at_line_start) break;
      if (c != '\r') at_line_start = c == '\n';
    }
  }
}

static void send_request(long fd, long port, const char *path, const char *host, long deadline) {
  char request[length(path) + (host ? length(host) : 0) + 160];
  char *from = request, *end = append(append(append(request, "GET "), path), " HTTP/1.1\r\nHost: ");
  /* A name rather than an address is right whichever of 127.0.0.1 and ::1 answered. */
  end = host ? append(end, host) : append_number(append(end, "localhost:"), port);
  end = append(end, "\r\nUser-Agent: ironhull-prober\r\nConnection: close\r\n\r\n");
  while (from < end) {
    long n = await(fd, POLLOUT, deadline);
    if (!n) n = sys6(SYS_sendto, fd, (long)from, end - from, MSG_NOSIGNAL, 0, 0);
    if (n == -EAGAIN || n == -EINTR) continue;
    /* A server may answer without reading everything and hang up; what it said, if anything, is still there to read. */
    if (n == -EPIPE || n == -ECONNRESET) return;
    if (n < 0) unhealthy(port, "while sending the request", -n);
    from += n;
  }
}

/*
 * Closing with unread data sends a reset, which many servers log as an error on every single probe. So take what a
 * health page is likely to send, but never wait for it long enough to matter: the verdict is already known.
 */
static void drain(struct reader *r) {
  long total = 0;
  r->deadline = earlier(r->deadline, now() + 250 * MILLISECOND);
  while (total < 65536) {
    long n = fill(r);
    if (n <= 0) return;
    total += n;
  }
}

__attribute__((noreturn)) static void probe(long port, const char *path, const char *host, long deadline) {
  long fd = dial_loopback(port, deadline);
  if (fd < 0) unhealthy(port, "while connecting", -fd);
  if (!path) leave(HEALTHY);
  send_request(fd, port, path, host, deadline);
  struct reader r;
  start_reader(&r, fd, deadline);
  long status = read_status(&r);
  if (status < 0) unhealthy(port, "while waiting for the status line", -status);
  drain(&r);
  if (status >= 200 && status < 400) leave(HEALTHY);
  char line[64], *end = append_number(append(append_number(append(line, "port "), port), ": HTTP status "), status);
  say_line(line, end);
  leave(UNHEALTHY);
}
