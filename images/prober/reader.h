/* Bytes one at a time, from a connection or from a file, which is always ready. */

struct reader {
  long fd, deadline, used, filled;
  u8 bytes[4096];
};

static void start_reader(struct reader *r, long fd, long deadline) {
  r->fd = fd;
  r->deadline = deadline;
  r->used = r->filled = 0;
}

static long fill(struct reader *r) {
  for (;;) {
    long n = await(r->fd, POLLIN, r->deadline);
    if (!n) n = sys(SYS_read, r->fd, (long)r->bytes, sizeof r->bytes, 0);
    if (n == -EAGAIN || n == -EINTR) continue;
    r->used = 0;
    r->filled = n > 0 ? n : 0;
    return n;
  }
}

static long next(struct reader *r) {
  if (r->used == r->filled) {
    long n = fill(r);
    if (n <= 0) return n ? n : -CLOSED_EARLY;
  }
  return r->bytes[r->used++];
}
