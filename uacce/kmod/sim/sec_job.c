// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the units of SEC share.
 */
#include "sec_job.h"

void sec_job_init(struct sec_job *job, struct sim_queue *q, enum sec_kind kind,
		  const struct sec_op *op)
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

/* Gives @bytes of the source to @piece, and what it makes of them goes out. */
int sec_for_pieces(struct sec_job *job, u64 bytes, sec_piece_fn piece, bool out)
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

int sec_piece_hash(struct sec_job *job, u8 *data, u32 bytes, bool last)
{
	return sec_hash_update(&job->hash, data, bytes);
}

int sec_piece_gcm_aad(struct sec_job *job, u8 *data, u32 bytes, bool last)
{
	sec_gcm_absorb(&job->gcm, data, bytes);
	return 0;
}

int sec_read_hash_key(struct sec_job *job)
{
	struct sec_hash *hash = &job->hash;
	int ret = sec_hash_find(hash, job->sq, job->op->a_alg);

	if (ret || !hash->keyed)
		return ret;
	hash->key_bytes = job->op->a_key_bytes;
	return sim_dma_read(job->q, job->op->a_key_addr, hash->key,
			    hash->key_bytes);
}
