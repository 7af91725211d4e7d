// SPDX-License-Identifier: GPL-2.0-only
/*
 * Modes of block ciphers, a piece at a time, made of those that every kernel
 * has: CFB, OFB and the variants of ciphertext stealing come and go.
 */
#include <crypto/algapi.h>

#include "sec.h"

static int sec_ecb(struct sec_stream *s, bool encrypt, u8 *data, u32 bytes)
{
	return sec_crypt(s->sq, &s->key, SEC_ECB, encrypt, NULL, data, bytes);
}

/*
 * The keystream of OFB is CBC of zeros. That of CFB, encrypting, is CBC with an
 * IV of zeros of the IV and then the plaintext: D[i] = E(D[i-1] ^ P[i-1]), and
 * D[i-1] ^ P[i-1] is the ciphertext before.
 */
static int sec_ofb(struct sec_stream *s, u8 *data, u32 bytes)
{
	u32 whole = round_up(bytes, SEC_BLOCK_BYTES);
	int ret;

	memset(s->scratch, 0, whole);
	ret = sec_crypt(s->sq, &s->key, SEC_CBC, true, s->iv, s->scratch,
			whole);
	crypto_xor(data, s->scratch, bytes);
	return ret;
}

static int sec_cfb(struct sec_stream *s, u8 *data, u32 bytes)
{
	u32 whole = round_up(bytes, SEC_BLOCK_BYTES);
	u8 zeros[SEC_BLOCK_BYTES] = {};
	u8 next[SEC_BLOCK_BYTES];
	int ret;

	memcpy(s->scratch, s->iv, SEC_BLOCK_BYTES);
	memcpy(s->scratch + SEC_BLOCK_BYTES, data, whole - SEC_BLOCK_BYTES);
	if (bytes == whole)
		memcpy(next, data + bytes - SEC_BLOCK_BYTES, sizeof(next));
	if (s->encrypt)
		ret = sec_crypt(s->sq, &s->key, SEC_CBC, true, zeros,
				s->scratch, whole);
	else
		ret = sec_ecb(s, true, s->scratch, whole);
	crypto_xor(data, s->scratch, bytes);
	if (bytes == whole)
		memcpy(s->iv, s->encrypt ? data + bytes - SEC_BLOCK_BYTES :
					   next, SEC_BLOCK_BYTES);
	return ret;
}

/* The same in the order of GB/T 17964: the highest bit of a byte is the lowest. */
static void sec_double_reflected(u8 *tweak)
{
	u8 carry = 0;
	unsigned int i;

	for (i = 0; i < SEC_BLOCK_BYTES; i++) {
		u8 next = tweak[i] << 7;

		tweak[i] = tweak[i] >> 1 | carry;
		carry = next;
	}
	if (carry)
		tweak[0] ^= 0xe1;
}

/* Times x, modulo x^128 + x^7 + x^2 + x + 1; the first byte is the lowest. */
static void sec_double(const struct sec_stream *s, u8 *tweak)
{
	u8 carry = 0;
	unsigned int i;

	if (s->op->sm4_xts_gb && s->op->c_alg == HISI_SEC_C_SM4) {
		sec_double_reflected(tweak);
		return;
	}
	for (i = 0; i < SEC_BLOCK_BYTES; i++) {
		u8 next = tweak[i] >> 7;

		tweak[i] = tweak[i] << 1 | carry;
		carry = next;
	}
	if (carry)
		tweak[0] ^= 0x87;
}

/* Whole blocks, each under its own tweak; leaves @tweak at the one after. */
static int sec_xts_blocks(struct sec_stream *s, u8 *tweak, u8 *data, u32 bytes)
{
	u32 i;
	int ret;

	for (i = 0; i < bytes; i += SEC_BLOCK_BYTES) {
		memcpy(s->scratch + i, tweak, SEC_BLOCK_BYTES);
		sec_double(s, tweak);
	}
	crypto_xor(data, s->scratch, bytes);
	ret = sec_ecb(s, s->encrypt, data, bytes);
	crypto_xor(data, s->scratch, bytes);
	return ret;
}

/*
 * The last whole block and the bytes behind it, which borrow its ciphertext.
 * Decryption meets their tweaks in reverse.
 */
static int sec_xts_steal(struct sec_stream *s, u8 *data, u32 tail)
{
	u8 first[SEC_BLOCK_BYTES], second[SEC_BLOCK_BYTES];
	int ret;
	u32 i;

	memcpy(first, s->iv, sizeof(first));
	memcpy(second, s->iv, sizeof(second));
	sec_double(s, s->encrypt ? second : first);
	ret = sec_xts_blocks(s, first, data, SEC_BLOCK_BYTES);
	for (i = 0; i < tail; i++)
		swap(data[i], data[SEC_BLOCK_BYTES + i]);
	return ret ? ret : sec_xts_blocks(s, second, data, SEC_BLOCK_BYTES);
}

static int sec_xts(struct sec_stream *s, u8 *data, u32 bytes)
{
	u32 tail = bytes % SEC_BLOCK_BYTES;
	u32 plain = tail ? bytes - tail - SEC_BLOCK_BYTES : bytes;
	int ret;

	if (!s->begun) {
		ret = sec_encrypt_block(s->sq, &s->key2, s->iv);
		if (ret)
			return ret;
	}
	ret = sec_xts_blocks(s, s->iv, data, plain);
	if (ret || !tail)
		return ret;
	return sec_xts_steal(s, data + plain, tail);
}

static int sec_cbc(struct sec_stream *s, u8 *data, u32 bytes)
{
	return sec_crypt(s->sq, &s->key, SEC_CBC, s->encrypt, s->iv, data,
			 bytes);
}

/* Whether the last block stands before the one that gave bytes to it. */
static bool sec_cs_swapped(const struct sec_stream *s, u32 last_bytes)
{
	return s->op->c_width == HISI_SEC_CS3 ||
	       (s->op->c_width == HISI_SEC_CS2 &&
		last_bytes != SEC_BLOCK_BYTES);
}

/* @tail: a whole block, and the @last_bytes, 1..16, behind it. */
static int sec_cs_encrypt(struct sec_stream *s, u8 *data, u32 bytes,
			  u32 last_bytes)
{
	u8 *tail = data + bytes - last_bytes - SEC_BLOCK_BYTES;
	u8 cut[SEC_BLOCK_BYTES], last[SEC_BLOCK_BYTES];
	int ret;

	memset(data + bytes, 0, SEC_BLOCK_BYTES - last_bytes);
	ret = sec_cbc(s, data, bytes + SEC_BLOCK_BYTES - last_bytes);
	memcpy(cut, tail, sizeof(cut));
	memcpy(last, tail + SEC_BLOCK_BYTES, sizeof(last));
	if (sec_cs_swapped(s, last_bytes)) {
		memcpy(tail, last, sizeof(last));
		memcpy(tail + sizeof(last), cut, last_bytes);
	} else {
		memcpy(tail, cut, last_bytes);
		memcpy(tail + last_bytes, last, sizeof(last));
	}
	return ret;
}

static int sec_cs_decrypt(struct sec_stream *s, u8 *data, u32 bytes,
			  u32 last_bytes)
{
	u8 *tail = data + bytes - last_bytes - SEC_BLOCK_BYTES;
	bool swapped = sec_cs_swapped(s, last_bytes);
	u8 cut[SEC_BLOCK_BYTES], last[SEC_BLOCK_BYTES];
	int ret;

	memcpy(last, swapped ? tail : tail + last_bytes, sizeof(last));
	/* The cut block gave its end to the last one, where it still is. */
	memcpy(s->scratch, last, sizeof(last));
	ret = sec_ecb(s, false, s->scratch, SEC_BLOCK_BYTES);
	if (ret)
		return ret;
	memcpy(cut, s->scratch, sizeof(cut));
	memcpy(cut, swapped ? tail + SEC_BLOCK_BYTES : tail, last_bytes);
	memcpy(tail, cut, sizeof(cut));
	memcpy(tail + SEC_BLOCK_BYTES, last, sizeof(last));
	return sec_cbc(s, data, bytes + SEC_BLOCK_BYTES - last_bytes);
}

static int sec_cbc_cs(struct sec_stream *s, u8 *data, u32 bytes, bool last)
{
	u32 last_bytes = (bytes - 1) % SEC_BLOCK_BYTES + 1;

	if (!last || bytes == SEC_BLOCK_BYTES)
		return sec_cbc(s, data, bytes);
	return s->encrypt ? sec_cs_encrypt(s, data, bytes, last_bytes) :
			    sec_cs_decrypt(s, data, bytes, last_bytes);
}

int sec_stream_crypt(struct sec_stream *s, u8 *data, u32 bytes, bool last)
{
	int ret;

	switch (s->op->c_mode) {
	case HISI_SEC_MODE_ECB:
		ret = sec_ecb(s, s->encrypt, data, bytes);
		break;
	case HISI_SEC_MODE_CFB:
		ret = sec_cfb(s, data, bytes);
		break;
	case HISI_SEC_MODE_OFB:
		ret = sec_ofb(s, data, bytes);
		break;
	case HISI_SEC_MODE_CTR:
	case HISI_SEC_MODE_CCM:
		ret = sec_crypt(s->sq, &s->key, SEC_CTR, s->encrypt, s->iv,
				data, bytes);
		break;
	case HISI_SEC_MODE_XTS:
		ret = sec_xts(s, data, bytes);
		break;
	case HISI_SEC_MODE_CBC_CS:
		ret = sec_cbc_cs(s, data, bytes, last);
		break;
	default:
		ret = sec_cbc(s, data, bytes);
		break;
	}
	s->begun = true;
	return ret;
}
