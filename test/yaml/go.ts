/**
 * Text that gopkg.in/yaml.v3 or sigs.k8s.io/yaml reads as a number or a time where YAML 1.1 and 1.2 read text: found by having
 * them read all text of up to five such characters.
 */
export const READ_BY_GO = [
  ...'0X1F 0Xf 0X_b +0X7B -0X7B 0X707 0XB_0 0B11 0B_01 +0B1 -0B1 -0o7 +0o10 0O17 -0O7 +0O_1 0o-1 0o+1'.split(' '),
  ...'0_x0b 0_X1b 01e0_ 00e_7 0e7__ 00_e0 -_.0 -_7_. -_011 +__70 2001-1-1 2001-01-1'.split(' '),
];
