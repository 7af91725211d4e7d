// SPDX-License-Identifier: GPL-2.0-only
/*
 * The unit of SEC that ciphers, and authenticates what it ciphers.
 */
#include <crypto/algapi.h>

#include "sec_job.h"

/* What END of a GCM finds at a_ivin_addr, and in long_a_data_len. */
#define SEC_GCM_END_BYTES	64
#define SEC_GCM_END_STATE_AT	32
#define SEC_GCM_END_PAYLOAD_SHIFT	24

static int sec_piece_cipher(struct sec_job *job, u8 *data, u32 bytes, bool last)
{
	return sec_stream_crypt(&job->stream, data, bytes, last);
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
