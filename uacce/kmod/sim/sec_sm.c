// SPDX-License-Identifier: GPL-2.0-only
/*
 * SM3 (GB/T 32905) and SM4 (GB/T 32907). Distributions leave them out of their
 * kernels, and they are what much software for these accelerators asks for
 * first.
 */
#include <crypto/algapi.h>
#include <linux/bitops.h>
#include <linux/string.h>

#include "sec.h"

#define SM4_ROUNDS	32
#define SM3_ROUNDS	64
#define SM3_LENGTH_BYTES	8

static const u8 sm4_box[256] = {
	0xd6, 0x90, 0xe9, 0xfe, 0xcc, 0xe1, 0x3d, 0xb7,
	0x16, 0xb6, 0x14, 0xc2, 0x28, 0xfb, 0x2c, 0x05,
	0x2b, 0x67, 0x9a, 0x76, 0x2a, 0xbe, 0x04, 0xc3,
	0xaa, 0x44, 0x13, 0x26, 0x49, 0x86, 0x06, 0x99,
	0x9c, 0x42, 0x50, 0xf4, 0x91, 0xef, 0x98, 0x7a,
	0x33, 0x54, 0x0b, 0x43, 0xed, 0xcf, 0xac, 0x62,
	0xe4, 0xb3, 0x1c, 0xa9, 0xc9, 0x08, 0xe8, 0x95,
	0x80, 0xdf, 0x94, 0xfa, 0x75, 0x8f, 0x3f, 0xa6,
	0x47, 0x07, 0xa7, 0xfc, 0xf3, 0x73, 0x17, 0xba,
	0x83, 0x59, 0x3c, 0x19, 0xe6, 0x85, 0x4f, 0xa8,
	0x68, 0x6b, 0x81, 0xb2, 0x71, 0x64, 0xda, 0x8b,
	0xf8, 0xeb, 0x0f, 0x4b, 0x70, 0x56, 0x9d, 0x35,
	0x1e, 0x24, 0x0e, 0x5e, 0x63, 0x58, 0xd1, 0xa2,
	0x25, 0x22, 0x7c, 0x3b, 0x01, 0x21, 0x78, 0x87,
	0xd4, 0x00, 0x46, 0x57, 0x9f, 0xd3, 0x27, 0x52,
	0x4c, 0x36, 0x02, 0xe7, 0xa0, 0xc4, 0xc8, 0x9e,
	0xea, 0xbf, 0x8a, 0xd2, 0x40, 0xc7, 0x38, 0xb5,
	0xa3, 0xf7, 0xf2, 0xce, 0xf9, 0x61, 0x15, 0xa1,
	0xe0, 0xae, 0x5d, 0xa4, 0x9b, 0x34, 0x1a, 0x55,
	0xad, 0x93, 0x32, 0x30, 0xf5, 0x8c, 0xb1, 0xe3,
	0x1d, 0xf6, 0xe2, 0x2e, 0x82, 0x66, 0xca, 0x60,
	0xc0, 0x29, 0x23, 0xab, 0x0d, 0x53, 0x4e, 0x6f,
	0xd5, 0xdb, 0x37, 0x45, 0xde, 0xfd, 0x8e, 0x2f,
	0x03, 0xff, 0x6a, 0x72, 0x6d, 0x6c, 0x5b, 0x51,
	0x8d, 0x1b, 0xaf, 0x92, 0xbb, 0xdd, 0xbc, 0x7f,
	0x11, 0xd9, 0x5c, 0x41, 0x1f, 0x10, 0x5a, 0xd8,
	0x0a, 0xc1, 0x31, 0x88, 0xa5, 0xcd, 0x7b, 0xbd,
	0x2d, 0x74, 0xd0, 0x12, 0xb8, 0xe5, 0xb4, 0xb0,
	0x89, 0x69, 0x97, 0x4a, 0x0c, 0x96, 0x77, 0x7e,
	0x65, 0xb9, 0xf1, 0x09, 0xc5, 0x6e, 0xc6, 0x84,
	0x18, 0xf0, 0x7d, 0xec, 0x3a, 0xdc, 0x4d, 0x20,
	0x79, 0xee, 0x5f, 0x3e, 0xd7, 0xcb, 0x39, 0x48,
};

struct sm4_keys {
	u32 of_round[SM4_ROUNDS];
};

static u32 sm_get_be32(const u8 *bytes)
{
	__be32 value;

	memcpy(&value, bytes, sizeof(value));
	return be32_to_cpu(value);
}

static void sm_put_be32(u8 *bytes, u32 host)
{
	__be32 value = cpu_to_be32(host);

	memcpy(bytes, &value, sizeof(value));
}

static u32 sm4_substitute(u32 word)
{
	return (u32)sm4_box[word >> 24] << 24 |
	       (u32)sm4_box[word >> 16 & 0xff] << 16 |
	       (u32)sm4_box[word >> 8 & 0xff] << 8 | sm4_box[word & 0xff];
}

/* Byte k of a round's constant is seven times its number among all of them. */
static u32 sm4_constant(unsigned int round)
{
	u32 word = 0;
	unsigned int k;

	for (k = 0; k < 4; k++)
		word = word << 8 | ((4 * round + k) * 7 & 0xff);
	return word;
}

static void sm4_set_key(struct sm4_keys *keys, const u8 *key, bool encrypt)
{
	static const u32 system[4] = {
		0xa3b1bac6, 0x56aa3350, 0x677d9197, 0xb27022dc,
	};
	u32 words[4];
	unsigned int i;

	for (i = 0; i < 4; i++)
		words[i] = sm_get_be32(key + 4 * i) ^ system[i];
	for (i = 0; i < SM4_ROUNDS; i++) {
		u32 box = sm4_substitute(words[(i + 1) % 4] ^
					 words[(i + 2) % 4] ^
					 words[(i + 3) % 4] ^ sm4_constant(i));

		words[i % 4] ^= box ^ rol32(box, 13) ^ rol32(box, 23);
		keys->of_round[encrypt ? i : SM4_ROUNDS - 1 - i] = words[i % 4];
	}
	memzero_explicit(words, sizeof(words));
}

static void sm4_block(const struct sm4_keys *keys, u8 *block)
{
	u32 words[4];
	unsigned int i;

	for (i = 0; i < 4; i++)
		words[i] = sm_get_be32(block + 4 * i);
	for (i = 0; i < SM4_ROUNDS; i++) {
		u32 box = sm4_substitute(words[(i + 1) % 4] ^
					 words[(i + 2) % 4] ^
					 words[(i + 3) % 4] ^
					 keys->of_round[i]);

		words[i % 4] ^= box ^ rol32(box, 2) ^ rol32(box, 10) ^
				rol32(box, 18) ^ rol32(box, 24);
	}
	for (i = 0; i < 4; i++)
		sm_put_be32(block + 4 * i, words[3 - i]);
}

static void sm4_cbc_block(const struct sm4_keys *keys, bool encrypt, u8 *iv,
			  u8 *block)
{
	u8 before[SEC_BLOCK_BYTES];

	if (encrypt) {
		crypto_xor(block, iv, SEC_BLOCK_BYTES);
		sm4_block(keys, block);
		memcpy(iv, block, SEC_BLOCK_BYTES);
		return;
	}
	memcpy(before, block, SEC_BLOCK_BYTES);
	sm4_block(keys, block);
	crypto_xor(block, iv, SEC_BLOCK_BYTES);
	memcpy(iv, before, SEC_BLOCK_BYTES);
}

static void sm4_ctr_block(const struct sm4_keys *keys, u8 *counter, u8 *data,
			  u32 bytes)
{
	u8 stream[SEC_BLOCK_BYTES];

	memcpy(stream, counter, SEC_BLOCK_BYTES);
	sm4_block(keys, stream);
	crypto_xor(data, stream, bytes);
	crypto_inc(counter, SEC_BLOCK_BYTES);
}

/* As sec_crypt(): whole blocks, of CTR the last may be a part. */
int sec_sm4_crypt(const struct sec_key *key, enum sec_mode mode, bool encrypt,
		  u8 *iv, u8 *data, u32 bytes)
{
	struct sm4_keys keys;

	if (key->bytes != SEC_BLOCK_BYTES ||
	    (mode != SEC_CTR && bytes % SEC_BLOCK_BYTES))
		return -EINVAL;
	sm4_set_key(&keys, key->at, encrypt || mode == SEC_CTR);
	while (bytes) {
		u32 count = min_t(u32, bytes, SEC_BLOCK_BYTES);

		if (mode == SEC_CTR)
			sm4_ctr_block(&keys, iv, data, count);
		else if (mode == SEC_CBC)
			sm4_cbc_block(&keys, encrypt, iv, data);
		else
			sm4_block(&keys, data);
		data += count;
		bytes -= count;
	}
	memzero_explicit(&keys, sizeof(keys));
	return 0;
}

static u32 sm3_p0(u32 x)
{
	return x ^ rol32(x, 9) ^ rol32(x, 17);
}

static u32 sm3_p1(u32 x)
{
	return x ^ rol32(x, 15) ^ rol32(x, 23);
}

/* What follows in the expanded message, of which the last 16 words are kept. */
static u32 sm3_expand(u32 *message, unsigned int round)
{
	u32 *word = &message[round % 16];

	*word = sm3_p1(*word ^ message[(round + 7) % 16] ^
		       rol32(message[(round + 13) % 16], 15)) ^
		rol32(message[(round + 3) % 16], 7) ^
		message[(round + 10) % 16];
	return *word;
}

static void sm3_block(u32 *state, const u8 *block)
{
	u32 message[16], v[SEC_SM3_WORDS];
	unsigned int i;

	for (i = 0; i < 16; i++)
		message[i] = sm_get_be32(block + 4 * i);
	memcpy(v, state, sizeof(v));
	for (i = 0; i < SM3_ROUNDS; i++) {
		u32 t = rol32(i < 16 ? 0x79cc4519 : 0x7a879d8a, i % 32);
		u32 a12 = rol32(v[0], 12);
		u32 ss1 = rol32(a12 + v[4] + t, 7);
		u32 ahead = message[(i + 4) % 16];
		u32 ff, gg, tt1, tt2;

		/* The word four rounds on, if it is not of the block. */
		if (i >= 12)
			ahead = sm3_expand(message, i + 4);
		if (i < 16) {
			ff = v[0] ^ v[1] ^ v[2];
			gg = v[4] ^ v[5] ^ v[6];
		} else {
			ff = (v[0] & v[1]) | (v[0] & v[2]) | (v[1] & v[2]);
			gg = (v[4] & v[5]) | (~v[4] & v[6]);
		}
		tt1 = ff + v[3] + (ss1 ^ a12) + (message[i % 16] ^ ahead);
		tt2 = gg + v[7] + ss1 + message[i % 16];
		v[3] = v[2];
		v[2] = rol32(v[1], 9);
		v[1] = v[0];
		v[0] = tt1;
		v[7] = v[6];
		v[6] = rol32(v[5], 19);
		v[5] = v[4];
		v[4] = sm3_p0(tt2);
	}
	for (i = 0; i < SEC_SM3_WORDS; i++)
		state[i] ^= v[i];
}

void sec_sm3_init(struct sec_sm3_state *state)
{
	static const u32 initial[SEC_SM3_WORDS] = {
		0x7380166f, 0x4914b2b9, 0x172442d7, 0xda8a0600,
		0xa96f30bc, 0x163138aa, 0xe38dee4d, 0xb0fb0e4e,
	};

	memset(state, 0, sizeof(*state));
	memcpy(state->words, initial, sizeof(initial));
}

void sec_sm3_update(struct sec_sm3_state *state, const u8 *data, u32 bytes)
{
	while (bytes) {
		u32 at = state->bytes % SEC_SM3_BLOCK_BYTES;
		u32 count = min_t(u32, bytes, SEC_SM3_BLOCK_BYTES - at);

		memcpy(state->block + at, data, count);
		state->bytes += count;
		data += count;
		bytes -= count;
		if (at + count == SEC_SM3_BLOCK_BYTES)
			sm3_block(state->words, state->block);
	}
}

void sec_sm3_final(struct sec_sm3_state *state, u8 *digest)
{
	u8 *length = state->block + SEC_SM3_BLOCK_BYTES - SM3_LENGTH_BYTES;
	u32 at = state->bytes % SEC_SM3_BLOCK_BYTES;
	u64 bits = state->bytes * 8;
	unsigned int i;

	state->block[at++] = 0x80;
	memset(state->block + at, 0, SEC_SM3_BLOCK_BYTES - at);
	if (at > SEC_SM3_BLOCK_BYTES - SM3_LENGTH_BYTES) {
		sm3_block(state->words, state->block);
		memset(state->block, 0, SEC_SM3_BLOCK_BYTES);
	}
	sm_put_be32(length, bits >> 32);
	sm_put_be32(length + 4, bits);
	sm3_block(state->words, state->block);
	for (i = 0; i < SEC_SM3_WORDS; i++)
		sm_put_be32(digest + 4 * i, state->words[i]);
}
