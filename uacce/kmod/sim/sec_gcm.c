// SPDX-License-Identifier: GPL-2.0-only
/*
 * GCM with a state that can be taken out between parts, which the kernel's does
 * not show. The multiplication is by tables of 4 bits; its time depends on the
 * data, which is no secret in a simulation.
 */
#include <crypto/algapi.h>
#include <linux/bitops.h>

#include "sec.h"

/* What the four bits that fall out come to, in the topmost 16. */
static const u16 sec_gcm_reduce[16] = {
	0x0000, 0x1c20, 0x3840, 0x2460, 0x7080, 0x6ca0, 0x48c0, 0x54e0,
	0xe100, 0xfd20, 0xd940, 0xc560, 0x9180, 0x8da0, 0xa9c0, 0xb5e0,
};

static u64 sec_get_be64(const u8 *bytes)
{
	__be64 value;

	memcpy(&value, bytes, sizeof(value));
	return be64_to_cpu(value);
}

static void sec_put_be64(u8 *bytes, u64 host)
{
	__be64 value = cpu_to_be64(host);

	memcpy(bytes, &value, sizeof(value));
}

static u32 sec_counter(const u8 *block)
{
	__be32 value;

	memcpy(&value, block + SEC_NONCE_BYTES, sizeof(value));
	return be32_to_cpu(value);
}

static void sec_set_counter(u8 *block, u32 host)
{
	__be32 value = cpu_to_be32(host);

	memcpy(block + SEC_NONCE_BYTES, &value, sizeof(value));
}

void sec_gcm_first_counter(u8 *counter, const u8 *nonce)
{
	memcpy(counter, nonce, SEC_NONCE_BYTES);
	sec_set_counter(counter, 1);
}

/* The state is zero: set it to go on with another. */
int sec_gcm_start(struct sec_gcm *gcm, struct sec_queue *sq,
		  const struct sec_key *key)
{
	u8 hash_key[SEC_BLOCK_BYTES] = {};
	u64 high, low;
	unsigned int i, k;
	int ret;

	memset(gcm, 0, sizeof(*gcm));
	ret = sec_encrypt_block(sq, key, hash_key);
	if (ret)
		return ret;
	high = sec_get_be64(hash_key);
	low = sec_get_be64(hash_key + 8);
	gcm->high[8] = high;
	gcm->low[8] = low;
	for (i = 4; i; i >>= 1) {
		u64 out = low & 1 ? 0xe1ull << 56 : 0;

		low = high << 63 | low >> 1;
		high = high >> 1 ^ out;
		gcm->high[i] = high;
		gcm->low[i] = low;
	}
	for (i = 2; i < 16; i <<= 1) {
		for (k = 1; k < i; k++) {
			gcm->high[i + k] = gcm->high[i] ^ gcm->high[k];
			gcm->low[i + k] = gcm->low[i] ^ gcm->low[k];
		}
	}
	return 0;
}

static void sec_gcm_multiply(struct sec_gcm *gcm)
{
	u64 high = 0, low = 0;
	int i;

	for (i = 2 * SEC_BLOCK_BYTES - 1; i >= 0; i--) {
		u8 byte = gcm->state[i / 2];
		unsigned int nibble = i % 2 ? byte & 0xf : byte >> 4;
		unsigned int out = low & 0xf;

		low = high << 60 | low >> 4;
		high = high >> 4 ^ (u64)sec_gcm_reduce[out] << 48;
		high ^= gcm->high[nibble];
		low ^= gcm->low[nibble];
	}
	sec_put_be64(gcm->state, high);
	sec_put_be64(gcm->state + 8, low);
}

/* A part block counts as if zeros followed. */
void sec_gcm_absorb(struct sec_gcm *gcm, const u8 *data, u32 bytes)
{
	while (bytes) {
		u32 count = min_t(u32, bytes, SEC_BLOCK_BYTES);

		crypto_xor(gcm->state, data, count);
		sec_gcm_multiply(gcm);
		data += count;
		bytes -= count;
	}
}

/* @counter: of the block before; of the last block when it returns. */
static int sec_gcm_count(struct sec_queue *sq, const struct sec_key *key,
			 u8 *counter, u8 *data, u32 bytes)
{
	while (bytes) {
		/* The kernel's has 128 bits: it must not run over our 32. */
		u32 first = sec_counter(counter) + 1;
		u64 to_wrap = (BIT_ULL(32) - first) * SEC_BLOCK_BYTES;
		u32 count = min_t(u64, bytes, to_wrap);
		u8 iv[SEC_BLOCK_BYTES];
		int ret;

		sec_set_counter(counter, first);
		memcpy(iv, counter, sizeof(iv));
		ret = sec_crypt(sq, key, SEC_CTR, true, iv, data, count);
		if (ret)
			return ret;
		sec_set_counter(counter, first +
				DIV_ROUND_UP(count, SEC_BLOCK_BYTES) - 1);
		data += count;
		bytes -= count;
	}
	return 0;
}

int sec_gcm_crypt(struct sec_gcm *gcm, struct sec_queue *sq,
		  const struct sec_key *key, bool encrypt, u8 *counter,
		  u8 *data, u32 bytes)
{
	int ret;

	if (!encrypt)
		sec_gcm_absorb(gcm, data, bytes);
	ret = sec_gcm_count(sq, key, counter, data, bytes);
	if (!ret && encrypt)
		sec_gcm_absorb(gcm, data, bytes);
	return ret;
}

int sec_gcm_finish(struct sec_gcm *gcm, struct sec_queue *sq,
		   const struct sec_key *key, const u8 *first_counter,
		   u64 aad_bytes, u64 payload_bytes, u8 *tag)
{
	u8 lengths[SEC_BLOCK_BYTES];
	int ret;

	sec_put_be64(lengths, aad_bytes * 8);
	sec_put_be64(lengths + 8, payload_bytes * 8);
	sec_gcm_absorb(gcm, lengths, sizeof(lengths));
	memcpy(tag, first_counter, SEC_BLOCK_BYTES);
	ret = sec_encrypt_block(sq, key, tag);
	crypto_xor(tag, gcm->state, SEC_BLOCK_BYTES);
	return ret;
}
