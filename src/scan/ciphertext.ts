/** What other tools, and gitward, leave where a secret stood: starts of values that are already encrypted. */
const CIPHERTEXTS: readonly RegExp[] = [
  /^gitward:v1:[\w-]{11}:/,
  /^ENC\[AES256_GCM,data:/,
  /^encrypted:[A-Za-z0-9+/]{16}/,
  /^\$ANSIBLE_VAULT;/,
  /^!vault/,
  /^-----BEGIN (?:AGE ENCRYPTED FILE|PGP MESSAGE)-----/,
  /^age-encryption\.org\/v1/,
  /^vault:v\d{1,4}:/,
  /^(?:ENC|enc|DEC|cipher)[[({]/,
]

/** True if `value`, the text where a secret would stand, is ciphertext by its form. */
export const isCiphertext = (value: string): boolean => CIPHERTEXTS.some(form => form.test(value))
