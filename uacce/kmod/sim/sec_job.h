/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * An operation of SEC while it is done: what the two units share.
 */
#ifndef UACCED_UACCE_SIM_SEC_JOB_H
#define UACCED_UACCE_SIM_SEC_JOB_H

#include "sec.h"

/**
 * struct sec_job - an operation
 * @source: what is hashed, and behind it what is ciphered
 * @payload: where the latter goes
 * @mac: as it was computed
 *
 * The union is by kind: a hash, a GCM, a CCM.
 */
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

/* sec_job.c */
void sec_job_init(struct sec_job *job, struct sim_queue *q, enum sec_kind kind,
		  const struct sec_op *op);
int sec_for_pieces(struct sec_job *job, u64 bytes, sec_piece_fn piece,
		   bool out);
int sec_piece_hash(struct sec_job *job, u8 *data, u32 bytes, bool last);
int sec_piece_gcm_aad(struct sec_job *job, u8 *data, u32 bytes, bool last);
int sec_read_hash_key(struct sec_job *job);

#endif /* UACCED_UACCE_SIM_SEC_JOB_H */
