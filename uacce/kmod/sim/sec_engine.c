// SPDX-License-Identifier: GPL-2.0-only
/*
 * A descriptor of SEC, and the status that answers it.
 */
#include <linux/slab.h>

#include "sec.h"

static u32 sec_place(u32 value, u32 dword, u32 shift, u32 mask)
{
	return (value & mask) << shift;
}

/* HISI_SEC_* fields are three arguments. */
#define SEC_PLACE(value, field) sec_place(value, field)

static u32 sec_error_status(u32 error)
{
	return SEC_PLACE(1, HISI_SEC_DONE) |
	       SEC_PLACE(error, HISI_SEC_ERROR_TYPE);
}

/* Later versions take type 2 as well. */
static bool sec_takes_type(const struct sim_queue *q, u32 type)
{
	if (q->qc_type != HISI_QM_QC_TYPE_SEC)
		return false;
	return type == HISI_SEC_TYPE2 ||
	       (type == HISI_SEC_TYPE3 && q->sd->version >= 3);
}

static u32 sec_status(enum sec_kind kind, const struct sec_op *op, u32 error,
		      bool mismatch)
{
	u32 flags = 0;

	if (error)
		return sec_error_status(error);
	if (kind != SEC_KIND_CIPHER)
		flags |= HISI_SEC_FLAG_AUTH_DONE;
	if (op->cipher != HISI_SEC_CIPHER_NONE)
		flags |= HISI_SEC_FLAG_CIPHER_DONE;
	return SEC_PLACE(1, HISI_SEC_DONE) |
	       SEC_PLACE(flags, HISI_SEC_FLAG) |
	       SEC_PLACE(mismatch ? HISI_SEC_ICV_MISMATCH : 0, HISI_SEC_ICV);
}

static u32 sec_answer(struct sim_queue *q, const struct sim_sqe *sqe)
{
	bool mismatch = false;
	enum sec_kind kind;
	struct sec_op op;
	u32 error;

	sec_decode(sqe, &op);
	if (!sec_takes_type(q, op.type))
		return sec_error_status(HISI_SEC_SIM_BD_TYPE);
	if (op.invalid)
		return SEC_PLACE(1, HISI_SEC_DONE);
	error = sec_judge(q->sd->version, &op, &kind);
	if (error)
		return sec_error_status(error);
	if (op.cipher == HISI_SEC_CIPHER_NONE)
		error = sec_run_auth(q, kind, &op, &mismatch);
	else
		error = sec_run_cipher(q, kind, &op, &mismatch);
	return sec_status(kind, &op, error, mismatch);
}

static void sec_execute(struct sim_queue *q, struct sim_sqe *sqe)
{
	sqe->dw[HISI_SEC_STATUS_DWORD] = cpu_to_le32(sec_answer(q, sqe));
}

static void sec_fail(struct sim_sqe *sqe, u32 code)
{
	if (!SEC_PLACE(code, HISI_SEC_ERROR_TYPE))
		code = HISI_SEC_SIM_INJECTED;
	sqe->dw[HISI_SEC_STATUS_DWORD] = cpu_to_le32(sec_error_status(code));
}

static enum sim_op sec_operation(struct sim_queue *q, const struct sim_sqe *sqe)
{
	struct sec_op op;

	sec_decode(sqe, &op);
	if (op.type != HISI_SEC_TYPE2 && op.type != HISI_SEC_TYPE3)
		return SIM_OP_NONE;
	switch (op.cipher) {
	case HISI_SEC_CIPHER_ENCRYPT:
		return SIM_OP_ENCRYPT;
	case HISI_SEC_CIPHER_DECRYPT:
		return SIM_OP_DECRYPT;
	default:
		return op.auth ? SIM_OP_DIGEST : SIM_OP_NONE;
	}
}

static int sec_queue_init(struct sim_queue *q)
{
	struct sec_queue *sq = kzalloc(sizeof(*sq), GFP_KERNEL);

	q->engine = sq;
	return sq ? 0 : -ENOMEM;
}

static void sec_queue_exit(struct sim_queue *q)
{
	if (!q->engine)
		return;
	sec_crypto_release(q->engine);
	kfree_sensitive(q->engine);
}

const struct sim_engine sim_sec_engine = {
	.name = "hisi_sec2",
	.queue_init = sec_queue_init,
	.queue_exit = sec_queue_exit,
	.classify = sec_operation,
	.execute = sec_execute,
	.fail = sec_fail,
};
