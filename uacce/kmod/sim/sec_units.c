// SPDX-License-Identifier: GPL-2.0-only
/*
 * The units of SEC that do the work: ciphers, and authentication alone. Data
 * goes through them a piece at a time.
 */
#include <crypto/algapi.h>
#include <crypto/hash.h>

#include "sec.h"

/* What END of a GCM finds at a_ivin_addr, and in long_a_data_len. */
#define SEC_GCM_END_BYTES	64
#define SEC_GCM_END_STATE_AT	32
#define SEC_GCM_END_PAYLOAD_SHIFT	24

struct sec_job {
	struct sim_queue *q;
	struct sec_queue *sq;
	const struct sec_op *op;
	enum sec_kind kind;
	struct sim_cursor source;
	struct sim_cursor payload;
	struct sec_expected expected;
	struct sec_stream stream;
	u8 mac[SEC_MAX_STATE_BYTES];
	union {
		struct sec_hash hash;
		struct {
			struct sec_gcm gcm;
			u8 first_counter[SEC_BLOCK_BYTES];
			u8 counter[SEC_BLOCK_BYTES];
			u64 aad_bytes;
			u64 payload_bytes;
		};
		u8 cbc_mac[SEC_BLOCK_BYTES];
	};
};

typedef int (*sec_piece_fn)(struct sec_job *job, u8 *data, u32 bytes,
			    bool last);

/* Gives @bytes of the source to @piece, and what it makes of them goes out. */
static int sec_for_pieces(struct sec_job *job, u64 bytes, sec_piece_fn piece,
			  bool out)
{
	while (bytes) {
		u32 count = sec_next_piece(bytes);
		int ret;

		ret = sim_cursor_read(job->q, &job->source, job->q->in, count);
		if (!ret)
			ret = piece(job, job->q->in, count, count == bytes);
		if (!ret && out)
			ret = sim_cursor_write(job->q, &job->payload,
					       job->q->in, count);
		if (ret)
			return ret;
		bytes -= count;
	}
	return 0;
}

static int sec_piece_cipher(struct sec_job *job, u8 *data, u32 bytes, bool last)
{
	return sec_stream_crypt(&job->stream, data, bytes, last);
}

static int sec_piece_hash(struct sec_job *job, u8 *data, u32 bytes, bool last)
{
	return sec_hash_update(&job->hash, data, bytes);
}

static int sec_piece_authenc(struct sec_job *job, u8 *data, u32 bytes,
			     bool last)
{
	int ret = 0;

	if (job->stream.encrypt)
		ret = sec_stream_crypt(&job->stream, data, bytes, last);
	if (!ret)
		ret = sec_hash_update(&job->hash, data, bytes);
	if (!ret && !job->stream.encrypt)
		ret = sec_stream_crypt(&job->stream, data, bytes, last);
	return ret;
}

static int sec_piece_gcm_aad(struct sec_job *job, u8 *data, u32 bytes,
			     bool last)
{
	sec_gcm_absorb(&job->gcm, data, bytes);
	return 0;
}

static int sec_piece_gcm(struct sec_job *job, u8 *data, u32 bytes, bool last)
{
	return sec_gcm_crypt(&job->gcm, job->sq, &job->stream.key,
			     job->stream.encrypt, job->counter, data, bytes);
}

/* The last block of a CBC encryption; a part block is filled up with zeros. */
static int sec_cbc_mac(struct sec_job *job, const u8 *data, u32 bytes)
{
	u32 whole = round_up(bytes, SEC_BLOCK_BYTES);
	u8 *scratch = job->q->out;

	memcpy(scratch, data, bytes);
	memset(scratch + bytes, 0, whole - bytes);
	return sec_crypt(job->sq, &job->stream.key, SEC_CBC, true,
			 job->cbc_mac, scratch, whole);
}

static int sec_piece_ccm(struct sec_job *job, u8 *data, u32 bytes, bool last)
{
	int ret = 0;

	/* The MAC is of the plaintext. */
	if (job->stream.encrypt)
		ret = sec_cbc_mac(job, data, bytes);
	if (!ret)
		ret = sec_stream_crypt(&job->stream, data, bytes, last);
	if (!ret && !job->stream.encrypt)
		ret = sec_cbc_mac(job, data, bytes);
	return ret;
}

static u32 sec_run_gcm(struct sec_job *job)
{
	const struct sec_op *op = job->op;
	int ret;

	if (job->kind != SEC_KIND_GCM_MIDDLE)
		ret = sec_for_pieces(job, op->a_bytes, sec_piece_gcm_aad,
				     false);
	else
		ret = 0;
	if (!ret)
		ret = sec_for_pieces(job, op->c_bytes, sec_piece_gcm, true);
	if (!ret && job->kind == SEC_KIND_GCM_MIDDLE)
		memcpy(job->mac, job->gcm.state, SEC_BLOCK_BYTES);
	else if (!ret)
		ret = sec_gcm_finish(&job->gcm, job->sq, &job->stream.key,
				     job->first_counter, job->aad_bytes,
				     job->payload_bytes, job->mac);
	return sec_error_of(ret);
}

static u32 sec_whole_gcm(struct sec_job *job)
{
	int ret = sec_gcm_start(&job->gcm, job->sq, &job->stream.key);

	if (ret)
		return sec_error_of(ret);
	sec_gcm_first_counter(job->first_counter, job->stream.iv);
	memcpy(job->counter, job->first_counter, SEC_BLOCK_BYTES);
	job->aad_bytes = job->op->a_bytes;
	job->payload_bytes = job->op->c_bytes;
	return sec_run_gcm(job);
}

/* MIDDLE and END: the key of the hash is given apart. */
static u32 sec_part_gcm(struct sec_job *job)
{
	const struct sec_op *op = job->op;
	struct sec_key hash_key = job->stream.key;
	bool end = job->kind == SEC_KIND_GCM_END;
	u8 iv[SEC_GCM_END_BYTES];
	int ret;

	ret = sim_dma_read(job->q, op->a_ivin_addr, iv,
			   end ? SEC_GCM_END_BYTES : SEC_BLOCK_BYTES);
	if (!ret)
		ret = sim_dma_read(job->q, op->a_key_addr, hash_key.at,
				   op->a_key_bytes);
	if (!ret)
		ret = sec_gcm_start(&job->gcm, job->sq, &hash_key);
	if (ret)
		return sec_error_of(ret);
	memcpy(job->gcm.state, end ? iv + SEC_GCM_END_STATE_AT : iv,
	       SEC_BLOCK_BYTES);
	memcpy(job->first_counter, iv, SEC_BLOCK_BYTES);
	memcpy(job->counter, job->stream.iv, SEC_BLOCK_BYTES);
	job->aad_bytes = op->long_a_data_len &
			 (BIT(SEC_GCM_END_PAYLOAD_SHIFT) - 1);
	job->payload_bytes = op->long_a_data_len >> SEC_GCM_END_PAYLOAD_SHIFT;
	return sec_run_gcm(job);
}

/* The length of what is authenticated, and then that itself. */
static int sec_ccm_aad(struct sec_job *job)
{
	u32 left = job->op->a_bytes;
	u8 *data = job->q->in;
	u32 have = 2;

	if (!left)
		return 0;
	data[0] = left >> 8;
	data[1] = left;
	while (left) {
		u32 count = min_t(u32, left, SIM_PIECE_BYTES - have);
		int ret = sim_cursor_read(job->q, &job->source, data + have,
					  count);

		if (!ret)
			ret = sec_cbc_mac(job, data, have + count);
		if (ret)
			return ret;
		left -= count;
		have = 0;
	}
	return 0;
}

static u32 sec_ccm(struct sec_job *job)
{
	u8 mask[SEC_BLOCK_BYTES], first_block[SEC_BLOCK_BYTES];
	u8 length_bytes = job->stream.iv[0] + 1;
	int ret;

	if (length_bytes < 2 || length_bytes > 8)
		return HISI_SEC_SIM_IV;
	memcpy(mask, job->stream.iv, sizeof(mask));
	memset(mask + sizeof(mask) - length_bytes, 0, length_bytes);
	ret = sim_dma_read(job->q, job->op->a_ivin_addr, first_block,
			   sizeof(first_block));
	if (!ret)
		ret = sec_cbc_mac(job, first_block, sizeof(first_block));
	if (!ret)
		ret = sec_ccm_aad(job);
	if (!ret)
		ret = sec_for_pieces(job, job->op->c_bytes, sec_piece_ccm,
				     true);
	if (!ret)
		ret = sec_encrypt_block(job->sq, &job->stream.key, mask);
	crypto_xor_cpy(job->mac, mask, job->cbc_mac, sizeof(mask));
	return sec_error_of(ret);
}

static int sec_read_hash_key(struct sec_job *job)
{
	struct sec_hash *hash = &job->hash;
	int ret = sec_hash_find(hash, job->sq, job->op->a_alg);

	if (ret || !hash->keyed)
		return ret;
	hash->key_bytes = job->op->a_key_bytes;
	return sim_dma_read(job->q, job->op->a_key_addr, hash->key,
			    hash->key_bytes);
}

/* The payload is the end of what the HMAC is over, as ciphertext. */
static u32 sec_authenc(struct sec_job *job)
{
	const struct sec_op *op = job->op;
	int ret = sec_read_hash_key(job);

	if (!ret)
		ret = sec_hash_begin(&job->hash);
	if (!ret)
		ret = sec_for_pieces(job, op->a_bytes - op->c_bytes,
				     sec_piece_hash, false);
	if (!ret)
		ret = sec_for_pieces(job, op->c_bytes, sec_piece_authenc, true);
	if (!ret)
		ret = sec_hash_finish(&job->hash, job->mac);
	return sec_error_of(ret);
}

static u32 sec_iv_bytes(const struct sec_op *op)
{
	if (op->c_mode == HISI_SEC_MODE_ECB)
		return 0;
	if (op->c_alg == HISI_SEC_C_DES || op->c_alg == HISI_SEC_C_3DES)
		return 8;
	return op->c_mode == HISI_SEC_MODE_GCM &&
	       op->ai_gen == HISI_SEC_AI_INITIAL ? SEC_NONCE_BYTES :
						   SEC_BLOCK_BYTES;
}

static int sec_read_cipher_key(struct sec_job *job)
{
	const struct sec_op *op = job->op;
	struct sec_key *key = &job->stream.key;
	struct sec_key *key2 = &job->stream.key2;
	int ret;

	key->c_alg = op->c_alg;
	key->bytes = sec_cipher_key_bytes(op);
	ret = sim_dma_read(job->q, op->c_key_addr, key->at, key->bytes);
	if (ret)
		return ret;
	if (op->c_mode == HISI_SEC_MODE_XTS) {
		key->bytes /= 2;
		key2->c_alg = key->c_alg;
		key2->bytes = key->bytes;
		memcpy(key2->at, key->at + key->bytes, key->bytes);
	} else if (op->c_alg == HISI_SEC_C_3DES && key->bytes == 16) {
		memcpy(key->at + 16, key->at, 8);
		key->bytes = 24;
	}
	return sim_dma_read(job->q, op->c_ivin_addr, job->stream.iv,
			    sec_iv_bytes(op));
}

static int sec_open_operands(struct sec_job *job)
{
	const struct sec_op *op = job->op;
	u64 offset = op->auth_src_offset;
	u64 bytes = (u64)op->a_bytes + op->c_bytes;
	int ret;

	if (job->kind == SEC_KIND_CIPHER) {
		offset = op->cipher_src_offset;
		bytes = op->c_bytes;
	} else if (job->kind == SEC_KIND_AUTHENC) {
		bytes = op->a_bytes;
	}
	ret = sec_open_source(job->q, op, &job->source, offset, bytes);
	if (ret)
		return ret;
	return sec_open_payload(job->q, op, &job->payload);
}

static void sec_job_init(struct sec_job *job, struct sim_queue *q,
			 enum sec_kind kind, const struct sec_op *op)
{
	job->q = q;
	job->sq = q->engine;
	job->op = op;
	job->kind = kind;
	job->stream.sq = q->engine;
	job->stream.op = op;
	job->stream.encrypt = op->cipher == HISI_SEC_CIPHER_ENCRYPT;
	job->stream.scratch = q->out;
}

static u32 sec_cipher_work(struct sec_job *job)
{
	switch (job->kind) {
	case SEC_KIND_GCM:
		return sec_whole_gcm(job);
	case SEC_KIND_GCM_MIDDLE:
	case SEC_KIND_GCM_END:
		return sec_part_gcm(job);
	case SEC_KIND_CCM:
		return sec_ccm(job);
	case SEC_KIND_AUTHENC:
		return sec_authenc(job);
	default:
		return sec_error_of(sec_for_pieces(job, job->op->c_bytes,
						   sec_piece_cipher, true));
	}
}

/* The operation was judged as @kind, and op->cipher is not none. */
u32 sec_run_cipher(struct sim_queue *q, enum sec_kind kind,
		   const struct sec_op *op, bool *mismatch)
{
	struct sec_job job = {};
	u32 error;
	int ret;

	sec_job_init(&job, q, kind, op);
	ret = sec_read_cipher_key(&job);
	if (!ret)
		ret = sec_expect_mac(q, kind, op, &job.expected);
	if (!ret)
		ret = sec_open_operands(&job);
	error = ret ? sec_error_of(ret) : sec_cipher_work(&job);
	if (!error && kind != SEC_KIND_CIPHER)
		error = sec_error_of(sec_deliver_mac(q, op, &job.expected,
						     job.mac, mismatch));
	memzero_explicit(&job, sizeof(job));
	return error;
}

/*
 * How much was hashed before, the block of an HMAC's key included. Software
 * counts its own bytes alone, in bits.
 */
static int sec_hash_absorbed(const struct sec_job *job, u64 *bytes)
{
	const struct sec_op *op = job->op;
	u32 block = job->hash.alg->block_bytes;
	u64 total = op->long_a_data_len / 8;

	*bytes = 0;
	if (op->a_pad == HISI_SEC_NO_PAD)
		return 0;
	if (op->long_a_data_len % 8 || total < op->a_bytes ||
	    (total - op->a_bytes) % block)
		return -ERANGE;
	*bytes = total - op->a_bytes + (job->hash.keyed ? block : 0);
	return 0;
}

static int sec_hash_open(struct sec_job *job)
{
	u8 state[SEC_MAX_STATE_BYTES];
	u64 absorbed;
	int ret;

	if (job->op->ai_gen == HISI_SEC_AI_INITIAL)
		return sec_hash_begin(&job->hash);
	ret = sim_dma_read(job->q, job->op->a_ivin_addr, state,
			   job->hash.alg->state_bytes);
	if (!ret)
		ret = sec_hash_absorbed(job, &absorbed);
	return ret ? ret : sec_hash_resume(&job->hash, state, absorbed);
}

static u32 sec_hash_work(struct sec_job *job)
{
	int ret = sec_read_hash_key(job);

	if (!ret)
		ret = sec_hash_open(job);
	if (!ret)
		ret = sec_for_pieces(job, job->op->a_bytes, sec_piece_hash,
				     false);
	if (!ret)
		ret = job->op->a_pad == HISI_SEC_NO_PAD ?
			sec_hash_export(&job->hash, job->mac) :
			sec_hash_finish(&job->hash, job->mac);
	return ret == -ERANGE ? HISI_SEC_SIM_DATA_LENGTH : sec_error_of(ret);
}

static int sec_read_mac_key(struct sec_job *job)
{
	const struct sec_op *op = job->op;
	struct sec_key *key = &job->stream.key;

	key->c_alg = op->a_alg == HISI_SEC_A_SM4_GMAC ? HISI_SEC_C_SM4 :
							HISI_SEC_C_AES;
	key->bytes = op->a_key_bytes;
	return sim_dma_read(job->q, op->a_key_addr, key->at, key->bytes);
}

static u32 sec_ghash_work(struct sec_job *job)
{
	const struct sec_key *key = &job->stream.key;
	const struct sec_op *op = job->op;
	u8 nonce[SEC_NONCE_BYTES];
	int ret = sec_read_mac_key(job);

	if (!ret)
		ret = sec_gcm_start(&job->gcm, job->sq, key);
	if (!ret)
		ret = sec_for_pieces(job, op->a_bytes, sec_piece_gcm_aad,
				     false);
	if (ret)
		return sec_error_of(ret);
	if (job->kind == SEC_KIND_GHASH) {
		memcpy(job->mac, job->gcm.state, SEC_BLOCK_BYTES);
		return 0;
	}
	ret = sim_dma_read(job->q, op->a_ivin_addr, nonce, sizeof(nonce));
	if (ret)
		return sec_error_of(ret);
	sec_gcm_first_counter(job->first_counter, nonce);
	return sec_error_of(sec_gcm_finish(&job->gcm, job->sq, key,
					   job->first_counter, op->a_bytes, 0,
					   job->mac));
}

static u32 sec_block_mac_work(struct sec_job *job)
{
	const struct sec_key *key = &job->stream.key;
	struct shash_desc *desc;
	int ret = sec_read_mac_key(job);

	if (ret)
		return sec_error_of(ret);
	desc = sec_mac_desc(job->sq, job->kind == SEC_KIND_CMAC ?
			    SEC_MAC_CMAC : SEC_MAC_XCBC);
	if (!desc)
		return HISI_SEC_SIM_INTERNAL;
	job->hash.desc = desc;
	ret = crypto_shash_setkey(desc->tfm, key->at, key->bytes);
	if (!ret)
		ret = crypto_shash_init(desc);
	if (!ret)
		ret = sec_for_pieces(job, job->op->a_bytes, sec_piece_hash,
				     false);
	if (!ret)
		ret = crypto_shash_final(desc, job->mac);
	return sec_error_of(ret);
}

/* The operation was judged as @kind, and op->cipher is none. */
u32 sec_run_auth(struct sim_queue *q, enum sec_kind kind,
		 const struct sec_op *op, bool *mismatch)
{
	struct sec_job job = {};
	u32 error;
	int ret;

	sec_job_init(&job, q, kind, op);
	ret = sec_expect_mac(q, kind, op, &job.expected);
	if (!ret)
		ret = sec_open_source(q, op, &job.source, op->auth_src_offset,
				      op->a_bytes);
	if (ret)
		error = sec_error_of(ret);
	else if (kind == SEC_KIND_HASH)
		error = sec_hash_work(&job);
	else if (kind == SEC_KIND_GHASH || kind == SEC_KIND_GMAC)
		error = sec_ghash_work(&job);
	else
		error = sec_block_mac_work(&job);
	if (!error)
		error = sec_error_of(sec_deliver_mac(q, op, &job.expected,
						     job.mac, mismatch));
	memzero_explicit(&job, sizeof(job));
	return error;
}
