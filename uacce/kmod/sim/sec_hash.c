// SPDX-License-Identifier: GPL-2.0-only
/*
 * Hashes and HMACs whose state can be taken out between parts. The kernel's
 * exported states have the words first; descriptors have them as a digest does.
 */
#include <crypto/hash.h>
#include <crypto/md5.h>
#include <crypto/sha1.h>
#include <crypto/sha2.h>

#include "sec.h"

#define SEC_INNER_PAD	0x36
#define SEC_OUTER_PAD	0x5c

union sec_kernel_state {
	struct sha1_state sha1;
	struct sha256_state sha256;
	struct sha512_state sha512;
	struct md5_state md5;
	struct sec_sm3_state sm3;
	u8 bytes[512];
};

int sec_hash_find(struct sec_hash *hash, struct sec_queue *sq, u32 a_alg)
{
	hash->alg = sec_find_hash(a_alg, &hash->keyed);
	if (!hash->alg->name)
		return 0;
	hash->desc = sec_hash_desc(sq, hash->alg);
	return hash->desc ? 0 : -ENOMEM;
}

static int sec_hash_init(struct sec_hash *hash)
{
	if (hash->desc)
		return crypto_shash_init(hash->desc);
	sec_sm3_init(&hash->sm3);
	return 0;
}

static int sec_hash_import(struct sec_hash *hash,
			   const union sec_kernel_state *state)
{
	if (hash->desc)
		return crypto_shash_import(hash->desc, state);
	hash->sm3 = state->sm3;
	return 0;
}

int sec_hash_update(struct sec_hash *hash, const u8 *data, u32 bytes)
{
	if (hash->desc)
		return crypto_shash_update(hash->desc, data, bytes);
	sec_sm3_update(&hash->sm3, data, bytes);
	return 0;
}

static int sec_hash_final(struct sec_hash *hash, u8 *digest)
{
	if (hash->desc)
		return crypto_shash_final(hash->desc, digest);
	sec_sm3_final(&hash->sm3, digest);
	return 0;
}

static void sec_set_count(const struct sec_hash_alg *alg,
			  union sec_kernel_state *state, u64 bytes)
{
	switch (alg->kernel_state_bytes) {
	case sizeof(struct sha512_state):
		state->sha512.count[0] = bytes;
		break;
	case sizeof(struct sha1_state):
		state->sha1.count = bytes;
		break;
	default:
		if (alg->a_alg == HISI_SEC_A_MD5)
			state->md5.byte_count = bytes;
		else if (alg->a_alg == HISI_SEC_A_SM3)
			state->sm3.bytes = bytes;
		else
			state->sha256.count = bytes;
		break;
	}
}

static void sec_set_word(const struct sec_hash_alg *alg,
			 union sec_kernel_state *state, unsigned int i,
			 u64 word)
{
	if (alg->word_bytes == 8)
		state->sha512.state[i] = word;
	else
		((u32 *)state->bytes)[i] = word;
}

static u64 sec_word(const struct sec_hash_alg *alg,
		    const union sec_kernel_state *state, unsigned int i)
{
	return alg->word_bytes == 8 ? state->sha512.state[i] :
				      ((const u32 *)state->bytes)[i];
}

/* Where byte @i of a word stands, in bits. */
static unsigned int sec_byte_shift(const struct sec_hash_alg *alg,
				   unsigned int i)
{
	return 8 * (alg->little_endian ? i : alg->word_bytes - 1 - i);
}

static int sec_hash_initial(struct sec_hash *hash)
{
	const struct sec_hash_alg *alg = hash->alg;
	union sec_kernel_state state;
	unsigned int i;

	if (!alg->initial)
		return sec_hash_init(hash);
	memset(&state, 0, sizeof(state));
	for (i = 0; i < 8; i++)
		sec_set_word(alg, &state, i, alg->initial[i]);
	return sec_hash_import(hash, &state);
}

static int sec_hash_pad(struct sec_hash *hash, u8 pad)
{
	u8 block[SEC_MAX_HASH_BLOCK];
	unsigned int i;
	int ret = sec_hash_initial(hash);

	if (ret)
		return ret;
	memset(block, 0, sizeof(block));
	memcpy(block, hash->key, hash->key_bytes);
	for (i = 0; i < hash->alg->block_bytes; i++)
		block[i] ^= pad;
	ret = sec_hash_update(hash, block, hash->alg->block_bytes);
	memzero_explicit(block, sizeof(block));
	return ret;
}

/* With @key, if there is one. */
int sec_hash_begin(struct sec_hash *hash)
{
	return hash->keyed ? sec_hash_pad(hash, SEC_INNER_PAD) :
			     sec_hash_initial(hash);
}

/* After so many bytes, whole blocks, that of the key included. */
int sec_hash_resume(struct sec_hash *hash, const u8 *bytes, u64 absorbed_bytes)
{
	const struct sec_hash_alg *alg = hash->alg;
	union sec_kernel_state state;
	unsigned int i, k;

	memset(&state, 0, sizeof(state));
	for (i = 0; i < alg->state_bytes / alg->word_bytes; i++) {
		u64 word = 0;

		for (k = 0; k < alg->word_bytes; k++)
			word |= (u64)*bytes++ << sec_byte_shift(alg, k);
		sec_set_word(alg, &state, i, word);
	}
	sec_set_count(alg, &state, absorbed_bytes);
	return sec_hash_import(hash, &state);
}

/* After whole blocks. */
int sec_hash_export(struct sec_hash *hash, u8 *bytes)
{
	const struct sec_hash_alg *alg = hash->alg;
	union sec_kernel_state state;
	unsigned int i, k;
	int ret = 0;

	if (hash->desc)
		ret = crypto_shash_export(hash->desc, &state);
	else
		state.sm3 = hash->sm3;
	if (ret)
		return ret;
	for (i = 0; i < alg->state_bytes / alg->word_bytes; i++)
		for (k = 0; k < alg->word_bytes; k++)
			*bytes++ = sec_word(alg, &state, i) >>
				   sec_byte_shift(alg, k);
	return 0;
}

/* @digest: SEC_MAX_STATE_BYTES. */
int sec_hash_finish(struct sec_hash *hash, u8 *digest)
{
	int ret = sec_hash_final(hash, digest);

	if (ret || !hash->keyed)
		return ret;
	ret = sec_hash_pad(hash, SEC_OUTER_PAD);
	if (!ret)
		ret = sec_hash_update(hash, digest, hash->alg->digest_bytes);
	return ret ? ret : sec_hash_final(hash, digest);
}
