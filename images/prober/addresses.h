/* Addresses as text: 127.0.0.1 or fd00::1. */

/* More than these need not be tried to find one that accepts. */
enum { MOST_ADDRESSES = 8 };

struct addresses { long count; struct address list[MOST_ADDRESSES]; };

static void add_address(struct addresses *to, const struct address *one) {
  if (to->count < MOST_ADDRESSES) to->list[to->count++] = *one;
}

/* Where the four numbers end, or 0. A leading zero would be octal to some, so it is no number to us. */
static const char *parse_v4(const char *text, u8 *to) {
  for (int i = 0; i < 4; i++) {
    int value = 0, digits = 0;
    for (; *text >= '0' && *text <= '9'; text++, digits++) {
      if (digits && !value) return 0;
      value = value * 10 + (*text - '0');
      if (value > 255) return 0;
    }
    if (!digits || (i < 3 && *text++ != '.')) return 0;
    to[i] = value;
  }
  return text;
}

static int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  c |= 32;
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Fills 16 bytes that are zero. Only a complete address is one; with a zone (%eth0) it is none. */
static int parse_v6(const char *text, u8 *to) {
  int n = 0, gap = -1;
  if (*text == ':' && *++text != ':') return 0;
  for (;;) {
    if (*text == ':') {
      if (gap >= 0) return 0;
      gap = n;
      if (!*++text) break;
    }
    const char *group = text;
    int value = 0, digit;
    for (; (digit = hex_digit(*text)) >= 0; text++) {
      if (text - group == 4) return 0;
      value = value << 4 | digit;
    }
    if (*text == '.') {
      if (n > 12 || !(text = parse_v4(group, to + n)) || *text) return 0;
      n += 4;
      break;
    }
    if (text == group || n == 16) return 0;
    to[n++] = value >> 8;
    to[n++] = value;
    if (!*text) break;
    if (*text != ':' || !*++text) return 0;
  }
  if (gap < 0 || n == 16) return gap < 0 && n == 16;
  /* What stands behind the gap belongs to the end. */
  for (int end = 16; n > gap; to[n] = 0) to[--end] = to[--n];
  return 1;
}

static int parse_address(const char *text, struct address *to) {
  *to = (struct address){AF_INET, {0}, {0}, {0}, 0};
  const char *end = parse_v4(text, to->v4);
  if (end && !*end) return 1;
  *to = (struct address){AF_INET6, {0}, {0}, {0}, 0};
  return parse_v6(text, to->v6);
}
