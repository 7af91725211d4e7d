// SPDX-License-Identifier: GPL-2.0-only
/*
 * The unit of SEC that only authenticates.
 */
#include <crypto/hash.h>

#include "sec_job.h"

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
