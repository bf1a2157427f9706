/*
 * Names become addresses as a libc would do it: /etc/hosts, then the nameservers of /etc/resolv.conf with its search
 * list. Both files are read each time, because an engine may write them while the container already runs.
 */

enum { TYPE_A = 1, TYPE_AAAA = 28, CLASS_IN = 1, HEADER = 12, LONGEST_NAME = 253, MOST_NAMESERVERS = 3 };
enum { RESPONSE = 0x80, OPCODE = 0x78, TRUNCATED = 2, NO_SUCH_NAME = 3 };

/* Not of interest: somebody else's reply, or none at all. */
enum { IGNORED = 1 };

struct resolver {
  long deadline;
  /* The nameserver that answered last comes first until the name is found, so that a dead one costs a second once. */
  long first, count;
  struct address nameservers[MOST_NAMESERVERS];
  long dots_needed;
  char search[4096];
};

/* ------------------------------------------------------------------------------------------------- text of files ---- */

static long open_file(const char *path) {
  return sys(SYS_openat, AT_FDCWD, (long)path, O_CLOEXEC, 0);
}

/* One line without its comment, or 0 at the end of the file. What does not fit is lost. */
static int read_line(struct reader *r, char *line, long size) {
  long n = 0, c, comment = 0;
  while ((c = next(r)) >= 0 && c != '\n') {
    if (c == '#') comment = 1;
    if (!comment && n < size - 1) line[n++] = c;
  }
  line[n] = 0;
  return c >= 0 || n > 0;
}

/* The next word, which is cut out of the text, or 0. */
static char *next_word(char **text) {
  char *word = *text;
  while (*word && (u8)*word <= ' ') word++;
  if (!*word) return 0;
  char *end = word;
  while ((u8)*end > ' ') end++;
  *text = *end ? end + 1 : end;
  *end = 0;
  return word;
}

static char lower(char c) {
  return c >= 'A' && c <= 'Z' ? c | 32 : c;
}

static int same_name(const char *a, const char *b) {
  while (*a && lower(*a) == lower(*b)) a++, b++;
  return *a == *b;
}

static void search_hosts(const char *name, struct addresses *found) {
  long fd = open_file("/etc/hosts");
  if (fd < 0) return;
  struct reader r;
  char line[4096];
  start_reader(&r, fd, FOREVER);
  while (read_line(&r, line, sizeof line)) {
    char *rest = line, *word = next_word(&rest);
    struct address address;
    if (!word || !parse_address(word, &address)) continue;
    while ((word = next_word(&rest)))
      if (same_name(word, name)) {
        add_address(found, &address);
        break;
      }
  }
  close(fd);
}

/* Like OpenBSD also [ADDRESS]:PORT, for a nameserver that may not have the usual port. */
static void add_nameserver(struct resolver *r, char *word) {
  long port = 53;
  if (*word == '[') {
    char *end = ++word;
    while (*end && *end != ']') end++;
    if (*end) *end++ = 0;
    port = *end == ':' ? number(end + 1, 65535) : -1;
  }
  struct address *to = &r->nameservers[r->count];
  if (port < 0 || r->count == MOST_NAMESERVERS || !parse_address(word, to)) return;
  to->port[0] = port >> 8;
  to->port[1] = port;
  r->count++;
}

static void read_configuration(struct resolver *r) {
  long fd = open_file("/etc/resolv.conf");
  struct reader file;
  char line[sizeof r->search];
  start_reader(&file, fd, FOREVER);
  while (fd >= 0 && read_line(&file, line, sizeof line)) {
    char *rest = line, *word = next_word(&rest);
    if (!word) continue;
    if (equal(word, "nameserver")) {
      if ((word = next_word(&rest))) add_nameserver(r, word);
    } else if (equal(word, "search") || equal(word, "domain")) {
      /* The last of them counts. */
      *append(r->search, rest) = 0;
    } else if (equal(word, "options")) {
      while ((word = next_word(&rest))) {
        static const char ndots[] = "ndots:";
        const char *n = ndots;
        while (*n && *n == *word) n++, word++;
        /* number() knows no zero. */
        long dots = equal(word, "0") ? 0 : number(word, 255);
        if (!*n && dots >= 0) r->dots_needed = dots;
      }
    }
  }
  if (fd >= 0) close(fd);
  /* As a libc does; there may be one on this machine or in this pod. */
  if (!r->count) add_nameserver(r, "127.0.0.1");
}

/* ---------------------------------------------------------------------------------------------------------- DNS ---- */

/* Appends a dotted name as labels, or answers with 0 if it is none: labels have 1 to 63 bytes. A dot may end it. */
static u8 *append_labels(u8 *to, const u8 *limit, const char *name) {
  while (*name) {
    u8 *count = to++;
    for (; *name && *name != '.'; *to++ = *name++)
      if (to >= limit) return 0;
    long n = to - count - 1;
    if (n < 1 || n > 63) return 0;
    *count = n;
    if (*name) name++;
  }
  return to;
}

static int is_name(const char *text) {
  u8 labels[LONGEST_NAME + 2];
  return *text && printable(text) && append_labels(labels, labels + LONGEST_NAME + 1, text);
}

/*
 * Takes the addresses out of a reply. Whoever sent it may be hostile: every step is checked against what arrived, and
 * names are stepped over and never followed, so there is no pointer that could lead in a circle or out of the packet.
 * An alias (CNAME) needs no attention, because the addresses of its target come in the same reply.
 */
static long read_reply(const u8 *reply, long size, const u8 *query, long query_size, struct addresses *found) {
  /* Flags, answer counts and so on are the reply's own; the id and the whole question have to be ours. */
  if (size < query_size || reply[0] != query[0] || reply[1] != query[1]) return IGNORED;
  if ((reply[2] & (RESPONSE | OPCODE)) != RESPONSE || reply[4] || reply[5] != 1) return IGNORED;
  for (long i = HEADER; i < query_size; i++)
    if (reply[i] != query[i]) return IGNORED;
  int code = reply[3] & 15, type = query[query_size - 3];
  if (code) return code == NO_SUCH_NAME ? -UNKNOWN_NAME : -NAMESERVER_FAILED;
  long at = query_size;
  found->count = 0;
  for (int answers = reply[6] << 8 | reply[7]; answers; answers--) {
    int label;
    do {
      if (at >= size) goto end;
      label = reply[at++];
      if (label >= 0xc0) at++, label = 0;
      else if (label > 63) goto end;
      at += label;
    } while (label);
    /* Type, class, time to live, length; then the data. */
    at += 10;
    if (at > size) goto end;
    const u8 *record = reply + at - 10;
    long length = record[8] << 8 | record[9];
    at += length;
    if (at > size) goto end;
    if (record[0] || record[1] != type || record[2] || record[3] != CLASS_IN) continue;
    struct address one = {type == TYPE_A ? AF_INET : AF_INET6, {0}, {0}, {0}, 0};
    if (length != (type == TYPE_A ? 4 : 16)) continue;
    for (long i = 0; i < length; i++) (type == TYPE_A ? one.v4 : one.v6)[i] = record[10 + i];
    add_address(found, &one);
  }
  /* Nothing is missing: found or not, this is the answer. */
  if (found->count || !(reply[2] & TRUNCATED)) return 0;
end:
  /* A server may cut a long list short and says so; what it did send is as good as the rest. */
  if (reply[2] & TRUNCATED) return found->count ? 0 : -NAMESERVER_FAILED;
  found->count = 0;
  return IGNORED;
}

static long ask(const struct address *nameserver, const u8 *query, long size, long deadline, struct addresses *found) {
  deadline = earlier(deadline, now() + SECOND);
  /* A socket for each question has another port each time, which is as hard to guess as the id. */
  long fd = open_socket(nameserver, SOCK_DGRAM);
  if (fd < 0) return fd;
  long result = sys(SYS_write, fd, (long)query, size, 0);
  if (result > 0) result = IGNORED;
  while (result == IGNORED) {
    u8 reply[1232];
    result = await(fd, POLLIN, deadline);
    if (!result) result = sys(SYS_read, fd, (long)reply, sizeof reply, 0);
    if (result >= 0) result = read_reply(reply, result, query, size, found);
    else if (result == -EAGAIN || result == -EINTR) result = IGNORED;
  }
  close(fd);
  return result;
}

/* The first verdict of any nameserver: 0 with or without addresses, or a negative error of our own. */
static long ask_all(struct resolver *r, const u8 *query, long size, struct addresses *found) {
  long verdict = -NO_ANSWER;
  for (long i = 0; i < r->count; i++) {
    long which = (r->first + i) % r->count;
    long result = ask(&r->nameservers[which], query, size, r->deadline, found);
    if (result == 0 || result == -UNKNOWN_NAME) {
      r->first = which;
      return result;
    }
    if (result == -NAMESERVER_FAILED) verdict = result;
  }
  return verdict;
}

/* One candidate: a name and, unless that is empty, a domain behind it. */
static long look_up(struct resolver *r, const char *name, const char *domain, struct addresses *found) {
  u8 query[HEADER + LONGEST_NAME + 2 + 4] = {[2] = 1 /* recursion desired */, [5] = 1 /* one question */};
  const u8 *limit = query + HEADER + LONGEST_NAME + 1;
  u8 *end = append_labels(query + HEADER, limit, name);
  /* A search list may hold the root, which has no label. */
  if (end && !equal(domain, ".")) end = append_labels(end, limit, domain);
  if (!end) return -UNKNOWN_NAME;
  *end = 0;
  end[1] = end[3] = 0;
  end[4] = CLASS_IN;
  for (int type = TYPE_A;; type = TYPE_AAAA) {
    /* Clock first, in case that a filter of system calls does not let us have random numbers. */
    long time = now();
    query[0] = time >> 8;
    query[1] = time >> 16;
    sys(SYS_getrandom, (long)query, 2, 0, 0);
    end[2] = type;
    long result = ask_all(r, query, end + 5 - query, found);
    if (result || found->count) return result;
    if (type == TYPE_AAAA) return -UNKNOWN_NAME;
  }
}

/* Finds at least one address, or answers with a negative error. */
static long resolve(const char *name, long deadline, struct addresses *found) {
  struct address literal;
  found->count = 0;
  if (parse_address(name, &literal)) {
    add_address(found, &literal);
    return 0;
  }
  search_hosts(name, found);
  if (found->count) return 0;
  struct resolver r;
  r.deadline = deadline;
  r.first = r.count = r.search[0] = 0;
  r.dots_needed = 1;
  read_configuration(&r);
  long dots = 0;
  for (const char *c = name; *c; c++) dots += *c == '.';
  int absolute = name[length(name) - 1] == '.', first = absolute || dots >= r.dots_needed, failed = 0;
  char *rest = absolute ? "" : r.search;
  /* As it is before the search list if it has dots enough, and otherwise behind it. */
  for (char *domain = first ? "" : next_word(&rest);; domain = next_word(&rest)) {
    if (!domain && first) break;
    long result = look_up(&r, name, domain ? domain : "", found);
    /* Without any answer the next candidate would only take as long. */
    if (!result || result == -NO_ANSWER) return result;
    if (result == -NAMESERVER_FAILED) failed = 1;
    if (!domain) break;
  }
  return failed ? -NAMESERVER_FAILED : -UNKNOWN_NAME;
}
